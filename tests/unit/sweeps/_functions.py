"""Functions that are swept, where workers can import them."""

import os
import signal
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

AXES = {"rank": [1, 2, 3], "scale": [0.1, 1.0]}


def fit(rank, scale, *, key):
    """A random result, so that what a cell is given shows."""
    x = scale * jax.random.normal(key, (5, rank))
    values = jnp.linalg.svd(x, compute_uv=False)
    return {"norm": values[0], "gram": x @ x.T, "count": rank, "small": rank < 2, "name": f"{rank}"}


def fails_at_two(rank, scale, *, key):
    """Raises at rank 2."""
    if rank == 2:
        raise ValueError("rank 2 is\nnot for us")
    return fit(rank, scale, key=key)


def unlike(rank, scale):
    """As long as the rank says."""
    return {"values": np.arange(rank) * scale}


def kills_once(folder, rank):
    """Kills its own process the first time that it is called for rank 2."""
    mark = Path(folder) / "killed"
    if rank == 2 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"value": 2.0 * rank}


def kills(rank):
    """Kills its own process whenever it is called for rank 2."""
    if rank == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return {"value": 2.0 * rank}


def waits(rank, pause):
    """Takes its time."""
    time.sleep(pause)
    return {"value": 2.0 * rank}


def slow_and_unlike(rank):
    """As long as the rank says, the first the last to end."""
    time.sleep(0.3 if rank == 1 else 0.0)
    return {"values": np.zeros(rank)}


def contents(store: Path) -> dict[str, bytes]:
    """Every file of a store, but for how long cells took."""
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in store.rglob("*")
        if path.is_file() and not str(path.relative_to(store)).startswith("cell_seconds/c")
    }
