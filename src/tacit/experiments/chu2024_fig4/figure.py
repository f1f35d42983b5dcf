"""The figure of `chu2024_fig4`."""

from typing import TYPE_CHECKING

import xarray as xr

from tacit import plots

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot(dataset: xr.Dataset) -> "Figure":
    """The picture at each step, the truth last."""
    shown = dataset.isel(record=slice(1, None))
    steps = [f"step {step:,}" for step in shown["step"].values]
    pictures = xr.concat(
        [shown["picture"].drop_vars(["step", "time"]), dataset["truth"].expand_dims("record")],
        "record",
    ).rename(record="stage")
    pictures = pictures.assign_coords(stage=[*steps, "truth"])
    errors = [f"error {error:.2f}" for error in shown["test_error"].values]
    caption = xr.Variable("stage", [*errors, ""])
    return plots.pictures(
        xr.Dataset({"picture": pictures, "picture_caption": caption}), "picture", columns="stage"
    )
