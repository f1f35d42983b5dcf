"""A sweep, finished or not, as numbers over two of its axes."""

import xarray as xr

from tacit.sweeps.layout import OWN

USUAL = "claims_holding"
"""What is shown of an experiment unless something else is asked for."""


def average_over_plane(
    swept: xr.Dataset, value: str | None = None, x: str | None = None, y: str | None = None
) -> tuple[xr.Dataset, str, str, str]:
    """A result averaged over all axes but two, and the names to draw it by: x, y and the result.

    Averaged are the cells that have a number; where none has, there is NaN. A sweep of one axis
    gives a plane of one row.

    Args:
        swept: as `open_sweep` gives it.
        value: a result that is one number a cell; by default the only one, or the share of claims.
        x: axis along the horizontal; by default the second of those with several values.
        y: axis along the vertical; by default the first.

    Raises:
        ValueError: if there is no such result or axis, or several results and none is named.
    """
    axes = list(swept["done"].dims)
    numbers = [
        str(name)
        for name, variable in swept.data_vars.items()
        if list(variable.dims) == axes and variable.dtype.kind in "biuf"
    ]
    name = _choose(value, [each for each in numbers if each not in {*OWN, "seed"}], numbers)
    x, y = _axes(swept, axes, x, y)

    there = swept[name]
    others = [str(axis) for axis in axes if axis not in (x, y)]
    mean = there.mean(others, skipna=True) if others else there
    label = str(swept[name].attrs.get("long_name", name.replace("_", " ")))
    over = f", mean over {', '.join(others)}" if others else ""
    mean.attrs["long_name"] = f"{label}{over}"
    if y == "":
        mean = mean.expand_dims({y: [""]})
    return mean.to_dataset(name=name), x, y, name


def _choose(value: str | None, results: list[str], numbers: list[str]) -> str:
    """The result that is asked for, or the one that there can be no doubt about."""
    if value is not None and value in numbers:
        return value
    there = ", ".join(results) or "none yet"
    if value is not None:
        raise ValueError(f"there is no result {value!r} of one number a cell: there are {there}")
    if USUAL in results:
        return USUAL
    if len(results) != 1:
        raise ValueError(f"name a result of one number a cell by --value: there are {there}")
    return results[0]


def _axes(swept: xr.Dataset, axes: list, x: str | None, y: str | None) -> tuple[str, str]:
    """The two axes of the plane; the second is empty where there is only one."""
    for given in (x, y):
        if given is not None and given not in axes:
            raise ValueError(f"there is no axis {given!r}: there are {', '.join(map(str, axes))}")
    if x is not None and x == y:
        raise ValueError(f"the two axes are both {x!r}")
    # Longer axes first: one of a single value makes no plane. Seeds are for averaging.
    free = [axis for axis in axes if axis not in (x, y)]
    free.sort(key=lambda axis: (swept.sizes[axis] == 1, axis == "seed"))
    if y is None and (x is not None or len(axes) > 1):
        y = str(free.pop(0)) if free else ""
    if x is None:
        x = str(free.pop(0))
    return x, y or ""
