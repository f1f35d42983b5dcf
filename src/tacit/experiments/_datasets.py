"""What the experiments do with the datasets of their parts: stack and label them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr


def stack(
    parts: Sequence[xr.Dataset], name: str, values: Sequence[Any], label: str | None = None
) -> xr.Dataset:
    """Return the parts along a new axis; where they share coordinates these must be equal.

    Args:
        parts: Datasets with the same variables.
        name: The new dimension.
        values: Its coordinate, a value for each part.
        label: What an axis of a figure says of it.

    Raises:
        ValueError: Two parts have an index of different values.
    """
    # Texts are kept as objects: numpy's own would be cut to the longest of this run.
    kind = object if isinstance(values[0], str) else None
    axis = xr.Variable(name, np.array(values, kind), {} if label is None else {"long_name": label})
    stacked = xr.concat(
        parts, axis, data_vars="all", coords="minimal", compat="override", join="exact"
    )
    assert isinstance(stacked, xr.Dataset)
    return stacked


def label(dataset: xr.Dataset, labels: Mapping[str, str]) -> xr.Dataset:
    """Return the dataset with what the axes of a figure say of each variable."""
    labelled = dataset.copy()
    for name, text in labels.items():
        # Assigned anew the coordinate of a dimension would lose it.
        labelled[name].attrs["long_name"] = text
    return labelled
