"""One rank of a program that fits ratings on several devices, and writes what it predicts.

    python -m tests.unit.completion.on_devices '{"ranks": 2, "rank": 0, "port": 1234, "local": 2}'

What it writes, to `table` with the rank behind, is JSON: predictions of every entry, and how the
run went. A pipe would not do: who has filled it waits to be read, and the others wait for it.
"""

import json
import sys
from pathlib import Path
from typing import Any

import jax
import numpy as np

from tacit import _interrupt


def main(given: dict[str, Any]) -> None:
    """Fit, and write."""
    double = given.get("dtype", "float32") == "float64"
    jax.config.update("jax_enable_x64", double)
    jax.config.update("jax_num_cpu_devices", given["local"])
    if given["ranks"] > 1:
        jax.distributed.initialize(
            f"127.0.0.1:{given['port']}",
            num_processes=given["ranks"],
            process_id=given["rank"],
            initialization_timeout=60,
        )
    # Imported late: what they make as they are imported is made on the devices.
    from tacit.completion import complete_ratings
    from tacit.runs import device_mesh

    table = np.load(given["table"])
    rows, columns, values = table["rows"], table["columns"], table["values"]
    weights = table["weights"] if given.get("weighted") else None
    shape = tuple(table["shape"].tolist())
    if given.get("own"):
        # Of the table only what falls to this rank, in another order.
        block = -(-shape[0] // (given["ranks"] * given["local"])) * given["local"]
        mine = np.flatnonzero(rows // block == given["rank"])[::-1]
        rows, columns, values = rows[mine], columns[mine], values[mine]
        weights = None if weights is None else weights[mine]

    def ask(stage: str, progress: Any) -> None:
        if given.get("ask") == given["rank"] and progress.step == 3:
            _interrupt.ask()

    fit = complete_ratings(
        rows,
        columns,
        values,
        shape,
        weights=weights,
        mesh=device_mesh(),
        dtype=given.get("dtype", "float32"),
        report=ask,
        key=jax.random.key(0),
        **given["settings"],
    )
    every = tuple(index.ravel() for index in np.indices(shape))
    found = {
        "predicted": fit.predict(*every).tolist(),
        "spread": fit.spread(*every).tolist(),
        "noise": fit.noise,
        "held_out": None if np.isnan(fit.held_out) else fit.held_out,
        "steps": fit.steps,
        "result": fit.result.name,
        "devices": len(jax.devices()),
    }
    Path(f"{given['table']}.{given['rank']}").write_text(json.dumps(found))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
