"""Data arrays that dask keeps in blocks: loaded whole if they fit, or block by block if asked."""

import threading
from typing import TYPE_CHECKING

import numpy as np

from tacit._typing import Any, Callable
from tacit.media.memory import WORK, free_bytes

if TYPE_CHECKING:
    from xarray import DataArray

_ONE_AT_A_TIME = threading.Lock()
"""A budget counts seconds, and blocks that run side by side would take them from each other."""


def refuse_unless_loadable(field: "DataArray") -> None:
    """Check that a field that dask keeps in blocks fits into memory while it is completed.

    Raises:
        ValueError: if not.
    """
    needed, free = 8 * field.size * WORK, free_bytes()
    if field.chunks is not None and needed > free:
        raise ValueError(
            f"data: the field has {field.size} numbers in blocks of dask, which need about "
            f"{needed / 2**30:.3g} GiB while they are completed at once, and {free / 2**30:.3g} "
            "GiB are free: say blocks=True to complete each block on its own"
        )


def complete_blocks(
    field: "DataArray", missing: Any, complete: "Callable[[DataArray], DataArray]"
) -> "DataArray":
    """Lay out the completion of each block on its own; nothing is computed yet.

    A block without holes, or with fewer than two observed entries, is left as it is.

    Args:
        field: in blocks of dask.
        missing: true where something is missing as well; see `complete_field`.
        complete: what completes a block.

    Raises:
        ValueError: if the field is in no blocks, or in blocks too small to learn from.
    """
    import xarray

    chunks = field.chunks
    if chunks is None:
        raise ValueError(
            "blocks: the field is not in blocks of dask: lay it out with .chunk(), or leave blocks"
        )
    if np.prod([min(sizes) for sizes in chunks]) < 4:
        raise ValueError(
            f"blocks: at least four entries a block are needed, got blocks of {chunks}: "
            "lay the field out anew with .chunk()"
        )
    if missing is not None:
        if not isinstance(missing, xarray.DataArray):
            given = np.asarray(missing, bool)
            missing = xarray.DataArray(given, dims=field.dims[: given.ndim])
        field = field.where(~missing.astype(bool)).transpose(*field.dims)

    # What comes back has the blocks of the field, and the two new coordinates as well.
    dtype = field.dtype if field.dtype.kind == "f" else np.dtype(float)
    template = field.astype(dtype).assign_coords(
        filled=xarray.zeros_like(field, dtype=bool).reset_coords(drop=True).variable,
        uncertainty=xarray.zeros_like(field, dtype=float).reset_coords(drop=True).variable,
    )
    answer = xarray.map_blocks(_complete_one, field, args=[complete], template=template)
    count = int(np.prod([len(sizes) for sizes in chunks]))
    answer.attrs = {
        **field.attrs,
        "tacit_blocks": f"{count}, each completed on its own when it is computed",
    }
    return answer


def _complete_one(block: "DataArray", complete: "Callable[[DataArray], DataArray]") -> "DataArray":
    """A block completed, in the types of what was laid out."""
    holes = np.isnan(np.asarray(block.values, float))
    if not holes.any() or (~holes).sum() < 2:
        none = np.zeros(block.shape)
        dtype = block.dtype if block.dtype.kind == "f" else np.dtype(float)
        return block.astype(dtype).assign_coords(
            filled=(block.dims, none.astype(bool)), uncertainty=(block.dims, none)
        )
    with _ONE_AT_A_TIME:
        whole = complete(block)
    return whole.assign_coords(uncertainty=whole.uncertainty.astype(float))
