"""Gridded fields and series of xarray: what their dimensions count, and what is never observed."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Literal

import numpy as np

from tacit._typing import Any, Mapping, Sequence
from tacit.completion._complete import complete as complete_array
from tacit.completion.axes import Axis
from tacit.completion.blocks import complete_blocks, refuse_unless_loadable
from tacit.completion.frames import facts_of
from tacit.media.cf import axis_of, never_observed

if TYPE_CHECKING:
    from xarray import DataArray


def is_field(data: Any) -> bool:
    """Whether this is a data array of xarray; xarray is not imported to find out."""
    xarray = sys.modules.get("xarray")
    return xarray is not None and isinstance(data, xarray.DataArray)


def complete_field(
    field: "DataArray",
    missing: Any = None,
    *,
    axes: Mapping[Any, Axis] | Sequence[Axis] | None = None,
    land: Literal["leave", "fill"] = "leave",
    blocks: bool = False,
    denoise: bool = False,
    **options: Any,
) -> "DataArray":
    """Fill the holes of a data array, and return it with what was filled and how sure that is.

    The dimensions are known by their CF names and attributes: along time, latitude and longitude
    neighbours are alike, each band has a unit of its own, and of others it is found out. Places of
    a map that are not observed at any time, as land in a field of the sea, stay missing. The answer
    has the dimensions, coordinates, attributes, encoding and type of `field`; its coordinates
    `filled` (true where it was filled) and `uncertainty` (the standard deviation of the error
    there, zero elsewhere) are new, and attributes say what was chosen.

    Args:
        field: real numbers; NaN is missing. What is in blocks of dask is loaded, if it fits into
            memory.
        missing: true where something is missing as well: a mask, or a data array that is aligned
            with the field by its dimensions.
        axes: what each dimension counts, by name or in their order, instead of finding it out.
        land: `"fill"` to fill what is never observed, too.
        blocks: of a field in blocks of dask, whether each is completed on its own, within the
            budget each and one after another, when it is computed; then nothing is loaded now, and
            places that a block does not observe stay missing in it.
        denoise: whether what is observed is replaced by what is learnt of it, too.
        options: of `complete`.

    Raises:
        ValueError: if the field cannot be completed, or is to be denoised block by block.
    """
    if blocks and denoise:
        raise ValueError("denoise: blocks are only filled, not denoised; leave out blocks")
    if blocks:
        each = partial(complete_field, axes=axes, land=land, **options)
        return complete_blocks(field, missing, each)
    refuse_unless_loadable(field)
    counts: list[Any] = [axis_of(str(dim), field.coords.get(dim)) for dim in field.dims]
    if isinstance(axes, Mapping):
        counts = [axes.get(dim, count) for dim, count in zip(field.dims, counts, strict=True)]
    elif axes is not None:
        counts = list(axes)
    holes = np.isnan(np.asarray(field.values, float))
    if is_field(missing):
        missing = missing.broadcast_like(field).transpose(*field.dims).values
    if missing is not None:
        given = np.asarray(missing, bool)
        holes |= given.reshape(*given.shape, *(1,) * (field.ndim - given.ndim))

    outside = never_observed(holes, counts) if land == "leave" else None
    completion = complete_array(
        field.values, holes, axes=counts, outside=outside, denoise=denoise, **options
    )
    holes = completion.uncertainty != 0
    dtype = field.dtype if field.dtype.kind == "f" else np.dtype(float)
    values = completion.denoised if denoise else completion.filled
    filled = np.where(holes | denoise, values.astype(dtype), field.values.astype(dtype))
    answer = field.copy(data=filled).assign_coords(
        filled=(field.dims, holes),
        uncertainty=(field.dims, completion.uncertainty),
    )
    places = 0 if outside is None else int(outside.sum())
    # A file of NetCDF has texts and numbers for attributes, and no more.
    facts = {**facts_of(completion), "never_observed": places}
    facts["notes"] = "; ".join(facts["notes"])
    if field.chunks is not None:
        facts["blocks"] = "all loaded, and completed as one"
    answer.attrs |= {f"tacit_{name}": fact for name, fact in facts.items()}
    return answer
