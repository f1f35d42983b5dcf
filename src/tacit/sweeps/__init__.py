"""Sweeps that outlive what computes them: every combination of settings, in one zarr store.

What computes or reads is looked up when first used, so that listing the sweeps of a folder imports
neither JAX nor zarr.

Example:
    >>> import tempfile
    >>> from tacit.sweeps import grid
    >>> def area(width, height):
    ...     return {"area": width * height}
    >>> folder = tempfile.mkdtemp()
    >>> swept = grid(area, f"{folder}/areas.zarr", width=[1, 2], height=[3.0, 4.0])
    >>> swept["area"].values.tolist()
    [[3.0, 4.0], [6.0, 8.0]]
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tacit.sweeps.status import SweepStatus, find_sweeps, is_sweep

if TYPE_CHECKING:
    from tacit.sweeps._grid import Sweep, SweepProgress, compute_sweep, grid
    from tacit.sweeps.axes import Axes
    from tacit.sweeps.plane import average_over_plane
    from tacit.sweeps.reading import open_sweep
    from tacit.sweeps.workers import local_client, remote_client

__all__ = [
    "Axes",
    "Sweep",
    "SweepProgress",
    "SweepStatus",
    "average_over_plane",
    "compute_sweep",
    "find_sweeps",
    "grid",
    "is_sweep",
    "local_client",
    "open_sweep",
    "remote_client",
]

_LATE = {
    "Axes": "axes",
    "Sweep": "_grid",
    "SweepProgress": "_grid",
    "average_over_plane": "plane",
    "compute_sweep": "_grid",
    "grid": "_grid",
    "local_client": "workers",
    "open_sweep": "reading",
    "remote_client": "workers",
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(f"tacit.sweeps.{_LATE[name]}"), name)
    raise AttributeError(f"module 'tacit.sweeps' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})
