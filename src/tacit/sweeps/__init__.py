"""Sweeps that outlive what computes them: every combination of settings, in one zarr store.

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

from tacit.sweeps._grid import Sweep, SweepProgress, compute_sweep, grid
from tacit.sweeps.reading import open_sweep
from tacit.sweeps.workers import local_client, remote_client

__all__ = [
    "Sweep",
    "SweepProgress",
    "compute_sweep",
    "grid",
    "local_client",
    "open_sweep",
    "remote_client",
]
