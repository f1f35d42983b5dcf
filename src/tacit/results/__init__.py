"""What a run leaves behind: a labelled dataset, where it came from, and a folder that keeps it.

What reads or makes datasets is looked up when first used, so that listing the runs of a folder
imports neither JAX nor xarray.

Example:
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tacit.results import Store
    >>> store = Store(Path(tempfile.mkdtemp()))
    >>> begun = store.begin("first", seed=2)
    >>> [(run.name, run.status) for run in store.runs()]
    [('first', 'unfinished')]
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tacit.results.store import OpenRun, Store, StoredRun

if TYPE_CHECKING:
    from tacit.results.dataset import to_dataset
    from tacit.results.origin import provenance
    from tacit.results.stages import stage_table

__all__ = ["OpenRun", "Store", "StoredRun", "provenance", "stage_table", "to_dataset"]

_LATE = {"provenance": "origin", "stage_table": "stages", "to_dataset": "dataset"}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(f"tacit.results.{_LATE[name]}"), name)
    raise AttributeError(f"module 'tacit.results' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})
