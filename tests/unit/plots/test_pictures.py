import numpy as np
import pytest
import xarray as xr

from tacit import plots
from tacit.plots.style import PAGE


@pytest.fixture
def frames():
    values = np.random.default_rng(0).uniform(0, 0.8, (4, 6, 9))
    step = [0, 10, 100, 1000]
    return xr.Dataset(
        {
            "picture": (("record", "row", "column"), values),
            "picture_caption": ("record", [f"error {i}" for i in range(4)]),
        },
        coords={
            "step": ("record", step, {"long_name": "step"}),
            "time": ("record", np.array(step) * 0.01, {"long_name": "time t_k", "units": "s"}),
        },
    )


@pytest.fixture
def grid():
    values = np.random.default_rng(0).uniform(0, 0.8, (2, 3, 8, 6)) * [[[1]], [[2]], [[3]]]
    return xr.Dataset(
        {"restored": (("image", "method", "row", "column"), values)},
        coords={
            "image": ("image", [7, 12], {"long_name": "image"}),
            "method": ["truth", "linear regression", "SNN"],
        },
    )


def whole(figure):
    """The figure, of which no text is cut off and no picture covers another or a text."""
    figure.draw_without_rendering()
    outside = figure.bbox
    boxes = [axes.get_window_extent() for axes in figure.axes]
    for number, axes in enumerate(figure.axes):
        box = axes.get_tightbbox()
        assert outside.x0 <= box.x0 < box.x1 <= outside.x1
        assert outside.y0 <= box.y0 < box.y1 <= outside.y1
        assert not any(box.overlaps(b) for other, b in enumerate(boxes) if other != number)
    return figure


def shown(figure):
    return [axes.images[0] for axes in figure.axes]


def test_pictures_over_time_are_one_row_with_titles_and_captions(frames):
    figure = whole(plots.pictures(frames, "picture", columns="step"))
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["step = 0", "step = 10", "step = 100", "step = 1,000"]
    assert [axes.get_xlabel() for axes in figure.axes] == list(frames["picture_caption"].values)
    assert len({round(axes.get_position().y0, 6) for axes in figure.axes}) == 1
    for image, expected in zip(shown(figure), frames["picture"].values, strict=True):
        np.testing.assert_array_equal(image.get_array(), expected)
    assert not any(len(axes.get_xticks()) or len(axes.get_yticks()) for axes in figure.axes)


def test_titles_have_long_names_and_units(frames):
    titles = [axes.get_title() for axes in plots.pictures(frames, "picture", columns="time").axes]
    assert titles[2] == "time t$_{k}$ = 1 s"


def test_pixels_are_square(frames):
    figure = plots.pictures(frames, "picture", columns="step")
    figure.draw_without_rendering()
    box = figure.axes[0].get_window_extent()
    assert box.width / box.height == pytest.approx(9 / 6)


def test_images_are_rows_and_methods_columns(grid):
    figure = whole(plots.pictures(grid, "restored"))
    assert [axes.get_title() for axes in figure.axes] == [*grid["method"].values, "", "", ""]
    rows = [axes.get_ylabel() for axes in figure.axes]
    assert rows == ["image = 7", "", "", "image = 12", "", ""]
    turned = whole(plots.pictures(grid, "restored", rows="method"))
    assert [axes.get_title() for axes in turned.axes][:3] == ["image = 7", "image = 12", ""]
    np.testing.assert_array_equal(
        shown(turned)[3].get_array(), grid["restored"].isel(image=1, method=1)
    )


def test_captions_in_another_order_of_axes_stand_below_their_pictures(grid):
    text = xr.DataArray(
        [[f"{method} {image}" for image in grid["image"].values] for method in "abc"],
        dims=("method", "image"),
    )
    figure = whole(plots.pictures(grid.assign(restored_caption=text), "restored"))
    found = [axes.get_xlabel() for axes in figure.axes]
    assert found == ["a 7", "b 7", "c 7", "a 12", "b 12", "c 12"]


def test_grey_scale_is_common(grid):
    limits = {image.get_clim() for image in shown(plots.pictures(grid, "restored"))}
    assert limits == {(0, float(grid["restored"].max()))}
    given = {i.get_clim() for i in shown(plots.pictures(grid, "restored", vmin=-1, vmax=1))}
    assert given == {(-1, 1)}
    dark = {image.get_clim() for image in shown(plots.pictures(0 * grid, "restored"))}
    assert dark == {(0, 1)}


def test_holes_are_not_grey(frames):
    frames["picture"][1, 2, 3] = np.nan
    image = shown(plots.pictures(frames, "picture"))[1]
    colours = image.to_rgba(image.get_array())
    greys = np.ptp(colours[..., :3], axis=-1) < 1e-6
    assert not greys[2, 3]
    assert greys.sum() == greys.size - 1


@pytest.mark.parametrize(("count", "rows", "columns"), [(8, 1, 8), (9, 2, 5), (21, 3, 7)])
def test_a_long_row_is_broken_and_each_picture_keeps_its_title(count, rows, columns):
    values = np.random.default_rng(0).uniform(size=(count, 8, 8))
    frames = xr.Dataset(
        {"picture": (("step", "row", "column"), values)}, coords={"step": np.arange(count) * 5000}
    )
    figure = whole(plots.pictures(frames, "picture"))
    places = np.round([axes.get_position().p0 for axes in figure.axes], 6)
    assert (len(set(places[:, 1])), len(set(places[:, 0]))) == (rows, columns)
    titles = [axes.get_title().replace("\n", " ") for axes in figure.axes]
    assert titles == [f"step = {step:,}" for step in frames["step"].values]
    assert figure.get_figwidth() <= PAGE + 1e-9


def test_a_wide_grid_is_no_wider_than_a_page():
    wide = xr.Dataset({"picture": (("image", "step", "row", "column"), np.ones((2, 14, 4, 4)))})
    figure = whole(plots.pictures(wide, "picture"))
    assert figure.get_figwidth() == pytest.approx(PAGE)
    assert len(figure.axes) == 28


def test_a_column_of_pictures(frames):
    figure = whole(plots.pictures(frames, "picture", rows="step"))
    assert [axes.get_ylabel() for axes in figure.axes][1:3] == ["step = 10", "step = 100"]
    assert len({round(axes.get_position().x0, 6) for axes in figure.axes}) == 1


def test_other_axes_are_refused(frames, grid):
    with pytest.raises(ValueError, match="one or two leading axes"):
        plots.pictures(frames.isel(record=0), "picture")
    with pytest.raises(ValueError, match="one or two leading axes"):
        plots.pictures(grid.expand_dims(seed=[0]), "restored")
    with pytest.raises(ValueError, match="one or two leading axes"):
        plots.pictures(grid, "restored", rows="image", columns="image")
    with pytest.raises(ValueError, match="one or two leading axes"):
        plots.pictures(grid, "restored", rows="row")
