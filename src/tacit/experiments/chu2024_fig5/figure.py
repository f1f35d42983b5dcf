"""The figure of `chu2024_fig5`."""

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """A row a picture, a column an estimator, its error below."""
    captions = np.vectorize(lambda error: f"error {error:.2f}" if error else "")
    caption = captions(dataset["error"].values).astype(object)
    return plots.pictures(
        dataset.assign(picture_caption=(("image", "estimator"), caption)),
        "picture",
        rows="image",
        columns="estimator",
    )
