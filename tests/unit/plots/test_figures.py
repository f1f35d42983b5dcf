import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from tacit import plots
from tacit.plots.style import label


@pytest.fixture
def run():
    step = np.arange(0, 100, 10)
    grown = 1 / (1 + np.exp((np.array([20, 40, 60, 1e3])[None] - step[:, None]) / 5))
    return xr.Dataset(
        {
            "singular_values": (
                ("record", "index"),
                grown * [5, 3, 1.5, 0.1],
                {"long_name": "singular values σᵢ(X)"},
            ),
            "loss": ("record", np.exp(-step / 20), {"long_name": "training loss ℓ"}),
            "rank": ("record", grown.sum(axis=1), {"long_name": "‖X‖_* / ‖X‖₂"}),
        },
        coords={
            "step": ("record", step, {"long_name": "step"}),
            "time": ("record", step * 0.1, {"long_name": "time t", "units": "s"}),
        },
    )


@pytest.fixture
def grid():
    scale, depth = 10.0 ** -np.arange(1, 6), np.arange(1, 5)
    error = scale[:, None] ** (depth / 4)[None]
    error[1, 2] = np.nan
    return xr.Dataset(
        {"error": (("scale", "depth"), error, {"long_name": "relative error"})},
        coords={"scale": scale, "depth": depth},
    )


def labelled(figure):
    assert isinstance(figure, Figure)
    figure.draw_without_rendering()
    outside = figure.bbox.padded(1)
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box is None or (outside.x0 <= box.x0 and box.x1 <= outside.x1), "text is cut off"
    return figure


def test_curves(run):
    figure = labelled(plots.curves(run, ["loss", "rank"], logarithmic=["loss"], over="time"))
    upper, lower = figure.axes
    assert upper.get_yscale() == "log"
    assert lower.get_xlabel() == "time t (s)"
    assert lower.get_ylabel() == "‖X‖$_{*}$ / ‖X‖₂"
    np.testing.assert_array_equal(upper.lines[0].get_ydata(), run["loss"])


def test_curves_of_a_sweep_have_a_legend_outside_the_axes(run):
    sweep = run.expand_dims(scale=[0.1, 0.01]).transpose("scale", ...)
    figure = labelled(plots.curves(sweep, ["loss"]))
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["scale 0.1", "scale 0.01"]
    box = legend.get_window_extent()
    assert all(not box.overlaps(axes.get_window_extent()) for axes in figure.axes)
    with pytest.raises(ValueError, match="select until one is left"):
        plots.curves(run, ["singular_values"]) and plots.curves(
            sweep.expand_dims(seed=[0]), ["loss"]
        )
    with pytest.raises(ValueError, match="at least one"):
        plots.curves(run, [])


def test_singular_values(run):
    figure = labelled(plots.singular_values(run, highlight=3, truth=[5, 3, 1.5], vertical="log"))
    (legend,) = figure.legends
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["i = 1", "i = 2", "i = 3", "others", "truth"]
    with pytest.raises(ValueError, match="select one run"):
        plots.singular_values(run.expand_dims(seed=[0]))


def test_phase_diagram(grid):
    figure = labelled(plots.phase_diagram(grid, "scale", "depth", "error", colours="log"))
    axes, bar = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("scale", "depth")
    assert bar.get_ylabel() == "relative error"
    shown = axes.collections[0].get_array()
    assert shown.shape == (4, 5)
    assert shown.mask.sum() == 1
    assert [text.get_text() for text in axes.get_yticklabels()] == ["1", "2", "3", "4"]
    assert axes.get_xticklabels()[2].get_text() == "$10^{-3}$"
    with pytest.raises(ValueError, match="select or average"):
        plots.phase_diagram(grid.expand_dims(seed=[0]), "scale", "depth", "error")


def test_settings_of_matplotlib_are_left_as_they_were(run, tmp_path):
    before = dict(mpl.rcParams)
    plots.save(plots.singular_values(run), tmp_path / "figure.pdf")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("ending", ["png", pytest.param("pdf", marks=pytest.mark.slow), "svg"])
def test_saved_twice_gives_the_same_bytes_and_leaves_nothing_else(run, tmp_path, ending):
    path = tmp_path / f"figure.{ending}"
    contents = []
    for _ in range(2):
        assert plots.save(plots.singular_values(run), path) == path
        contents.append(path.read_bytes())
    assert contents[0] == contents[1]
    assert list(tmp_path.iterdir()) == [path]


def test_a_figure_that_cannot_be_written_is_refused(run, tmp_path):
    figure = plots.singular_values(run)
    with pytest.raises(ValueError, match=r"\.bmp"):
        plots.save(figure, tmp_path / "figure.bmp")
    with pytest.raises(ValueError, match="does not exist"):
        plots.save(figure, tmp_path / "no" / "figure.png")


def test_labels():
    values = xr.DataArray(0.0, attrs={"long_name": "max_j ‖W_{j+1}‖_F", "units": "K"})
    assert label(values) == "max$_{j}$ ‖W$_{j+1}$‖$_{F}$ (K)"
    assert label(xr.DataArray(0.0, name="held_out")) == "held out"


def test_shares_are_steps_between_the_edges_of_the_bins():
    dataset = xr.Dataset(
        {
            "given": ("bin", [0.25, 0.75], {"long_name": "given"}),
            "predicted": ("bin", [0.5, 0.5], {"long_name": "predicted"}),
        },
        coords={
            "lower": ("bin", [1.0, 2.0], {"long_name": "rating"}),
            "upper": ("bin", [2.0, 4.0]),
        },
    )
    figure = labelled(plots.shares(dataset, ["given", "predicted"]))
    (axes,) = figure.axes
    assert axes.get_xlabel() == "rating"
    assert axes.get_legend_handles_labels()[1] == ["given", "predicted"]
    filled, given, _ = axes.patches
    np.testing.assert_array_equal(given.get_data().values, [0.25, 0.75])
    np.testing.assert_array_equal(given.get_data().edges, [1, 2, 4])
    assert filled.get_fill()
    assert not given.get_fill()


def test_a_heat_map_counts_from_one_and_names_few_columns():
    values = np.array([[-9.0, np.nan], [1.0, 2.0]])
    names = ["short", "a name that is far too long"]
    figure = labelled(plots.heat_map(values, label="z", limits=(-3.0, 3.0), columns=names))
    axes, bar = figure.axes
    assert axes.images[0].get_extent() == [0.5, 2.5, 2.5, 0.5]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["short", "a name that i…"]
    assert axes.images[0].get_clim() == (-3.0, 3.0)
    assert bar.get_ylabel() == "z"


@pytest.mark.parametrize(("shape", "ratio"), [((1797, 64), 1.6), ((3, 500), 0.45)])
def test_a_long_or_wide_table_is_squeezed(shape, ratio):
    figure = labelled(plots.heat_map(np.ones(shape), label="z"))
    width, height = figure.get_size_inches()
    assert height / width == pytest.approx(ratio)
