"""What a run leaves behind: a labelled dataset, where it came from, and a folder that keeps it.

`to_dataset` and `provenance` are looked up when first used, so that listing the runs of a folder
imports neither JAX nor xarray.
"""

from typing import TYPE_CHECKING, Any

from tacit.results.store import Store, StoredRun

if TYPE_CHECKING:
    from tacit.results.dataset import to_dataset
    from tacit.results.origin import provenance

__all__ = ["Store", "StoredRun", "provenance", "to_dataset"]


def __getattr__(name: str) -> Any:
    if name == "to_dataset":
        from tacit.results.dataset import to_dataset

        return to_dataset
    if name == "provenance":
        from tacit.results.origin import provenance

        return provenance
    raise AttributeError(f"module 'tacit.results' has no attribute {name!r}")
