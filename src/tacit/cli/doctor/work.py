"""The work of `tacit doctor`: look at what there is, and let all devices add up a number."""

import os
import platform
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tacit import __version__
from tacit.cli.cluster import Cluster, joined
from tacit.cli.codes import FAILED
from tacit.cli.printing import print_object, print_rows
from tacit.cli.settings import configure_jax

_PACKAGES = ("jax", "jaxlib", "equinox", "lineax", "diffrax", "optimistix", "numpy", "scipy")
_EXTRAS = ("xarray", "zarr", "matplotlib", "scikit-learn", "polars", "safetensors", "distributed")


def examine(cluster: Cluster, json: bool) -> int:
    """Print what was found; the status is that of a failed check if the sum is wrong.

    Args:
        cluster: which processes compute together.
        json: print one object.
    """
    configure_jax()
    with joined(cluster):
        facts = _facts()
    if json:
        print_object(facts)
    else:
        print_rows(_rows(facts))
    return 0 if facts["all_reduce"]["sum"] == facts["all_reduce"]["expected"] else FAILED


def _facts() -> dict[str, Any]:
    import jax

    from tacit.runs import compile_cache_folder, sum_over_devices

    devices = jax.devices()
    count = len(devices)
    # The first call compiles.
    sum_over_devices()
    began = time.perf_counter()
    found = sum_over_devices()
    seconds = time.perf_counter() - began
    return {
        "tacit": __version__,
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "packages": {name: version(name) for name in _PACKAGES},
        "extras": {name: _version_or_none(name) for name in _EXTRAS},
        "platform": devices[0].platform,
        "devices": [device.device_kind for device in devices],
        "devices_of_this_process": len(jax.local_devices()),
        "processes": jax.process_count(),
        "process": jax.process_index(),
        "memory": [_memory(device) for device in jax.local_devices()],
        "cache": _cache(compile_cache_folder()),
        "all_reduce": {
            "sum": found,
            "expected": count * (count + 1) // 2,
            "seconds": seconds,
        },
    }


def _version_or_none(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _memory(device: Any) -> int | None:
    """Bytes that JAX may use of a device, where it says so; a CPU does not."""
    found = device.memory_stats()
    return None if found is None else found.get("bytes_limit")


def _cache(folder: Path | None) -> dict[str, Any] | None:
    if folder is None:
        return None
    sizes = [path.stat().st_size for path in folder.glob("*-cache")]
    return {"folder": str(folder), "programs": len(sizes), "bytes": sum(sizes)}


def _rows(facts: dict[str, Any]) -> dict[str, str]:
    devices, reduced, cache = facts["devices"], facts["all_reduce"], facts["cache"]
    kinds = ", ".join(f"{devices.count(kind)} × {kind}" for kind in sorted(set(devices)))
    here = f"{facts['devices_of_this_process']} of them here"
    memory = [f"{limit / 2**30:.1f} GiB" for limit in facts["memory"] if limit is not None]
    absent = [name for name, found in facts["extras"].items() if found is None]
    there = {name: found for name, found in facts["extras"].items() if found is not None}
    right = (
        "as it should be"
        if reduced["sum"] == reduced["expected"]
        else (f"WRONG: it should be {reduced['expected']}")
    )
    return {
        "tacit": f"{facts['tacit']}, Python {facts['python']}, {facts['system']}",
        "packages": ", ".join(f"{name} {found}" for name, found in facts["packages"].items()),
        "extras": ", ".join(f"{name} {found}" for name, found in there.items())
        + (f"; not installed: {', '.join(absent)}" if absent else ""),
        "devices": f"{len(devices)} ({facts['platform']}: {kinds}), {here}"
        + (f", memory {', '.join(memory)}" if memory else ""),
        "processes": f"{facts['processes']}, this is number {facts['process']}",
        "compile cache": "none: no folder can be written"
        if cache is None
        else f"{cache['folder']}, {cache['programs']} programs, {cache['bytes'] / 1e6:.1f} MB",
        "all-reduce": f"1 + … + {len(devices)} = {reduced['sum']}, {right}, "
        f"in {1e3 * reduced['seconds']:.1f} ms",
    }
