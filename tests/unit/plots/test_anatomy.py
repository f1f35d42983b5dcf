from itertools import combinations, pairwise

import jax
import numpy as np
import pytest
import xarray as xr
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.container import BarContainer
from matplotlib.patches import Rectangle

from tacit import plots
from tacit.models import SpectralNetwork

WIDTHS = [(1,), (3,), (2, 2, 2, 2), (4, 8, 16), (40,), (3,) * 10]


def network(widths, activation="tanh", signs=(-1, 1), count=5):
    """Spectra and weights drawn at random, with NaN where a layer has no such matrix."""
    rng = np.random.default_rng(0)
    all_widths = (*widths, 1)
    most = max(all_widths)
    spectrum = np.full((len(all_widths), most, count), np.nan)
    mixer = np.full((len(widths), most, most), np.nan)
    for layer, width in enumerate(all_widths):
        spectrum[layer, :width] = -np.sort(-rng.uniform(size=(width, count)))
    for step, (sources, targets) in enumerate(pairwise(all_widths)):
        weights = rng.uniform(0.1, 1, (sources, targets)) * rng.choice(signs, (sources, targets))
        mixer[step, :sources, :targets] = weights
    return xr.Dataset(
        {
            "spectrum": (("layer", "node", "index"), spectrum),
            "mixer": (("step", "source", "target"), mixer),
            "width": ("layer", list(all_widths)),
        },
        attrs={"shape": "10 × 10", "activation": activation, "parameters": 1234},
    )


def lines(figure):
    """The lines of each step as (left end, right end), with widths and colours."""
    found = [c for c in figure.axes[0].collections if isinstance(c, LineCollection)]
    return [(np.array(c.get_segments()), c.get_linewidths(), c.get_colors()) for c in found]


def bars(figure):
    return {c.get_label(): c for c in figure.axes[0].containers if isinstance(c, BarContainer)}


def frames(figure):
    """The blocks: the rectangles that are neither bars nor bands, one size all."""
    inside = {id(bar) for container in bars(figure).values() for bar in container}
    patches = [p for p in figure.axes[0].patches if isinstance(p, Rectangle)]
    return [p for p in patches if id(p) not in inside and to_rgb(p.get_facecolor()) == (1, 1, 1)]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize("widths", WIDTHS)
def test_every_weight_is_a_line_as_wide_as_it_is_large(widths):
    dataset = network(widths)
    drawn = lines(plots.anatomy(dataset))
    assert len(drawn) == len(widths)
    per_unit = []
    for (_, sizes, colours), mixer in zip(drawn, dataset["mixer"].values, strict=True):
        weights = mixer[np.isfinite(mixer)]
        np.testing.assert_array_equal(np.argsort(sizes), np.argsort(np.abs(weights)))
        per_unit.append(sizes / np.abs(weights))
        blue = colours[:, 2] > colours[:, 0]
        np.testing.assert_array_equal(blue, weights > 0)
    np.testing.assert_allclose(np.concatenate(per_unit), per_unit[0][0])


def test_a_line_leads_from_its_source_to_its_target():
    dataset = network((3, 2))
    dataset["mixer"][0, 2, 0] = 5.0
    figure = plots.anatomy(dataset)
    segments, sizes, _ = lines(figure)[0]
    (start, end) = segments[np.argmax(sizes)]
    middle = {name: c[0].get_y() for name, c in bars(figure).items()}
    order = sorted(["X 0 0", "X 0 1", "X 0 2"], key=lambda name: abs(middle[name] - start[1]))
    assert order[0] == "X 0 2"
    assert abs(middle["X 1 0"] - end[1]) < abs(middle["X 1 1"] - end[1])
    assert start[0] < end[0]


@pytest.mark.parametrize("widths", WIDTHS)
def test_bars_are_the_spectra_on_one_scale(widths):
    dataset = network(widths)
    figure = plots.anatomy(dataset)
    drawn = bars(figure)
    assert len(drawn) == len(frames(figure)) == sum(widths) + 1
    scale = set()
    for name, container in drawn.items():
        _, layer, node = name.split()
        values = dataset["spectrum"].values[int(layer), int(node)]
        heights = np.array([bar.get_height() for bar in container])
        scale |= set(np.round(heights / values, 8))
    assert len(scale) == 1
    low, high = (f(bar.get_height() for c in drawn.values() for bar in c) for f in (min, max))
    assert 0 < low < high < frames(figure)[0].get_height()


@pytest.mark.slow
def test_spectra_of_a_network_are_shown_in_its_layers():
    model = SpectralNetwork.identity(
        (6, 4), (2, 3), init_scale=0.5, noise=0.1, key=jax.random.key(0)
    )
    dataset = network((2, 3), count=4)
    for layer, matrices in enumerate(model.layers()):
        values = np.linalg.svd(np.asarray(matrices), compute_uv=False)
        dataset["spectrum"][layer, : len(values)] = values
    drawn = bars(plots.anatomy(dataset))
    output = np.linalg.svd(np.asarray(model()), compute_uv=False)
    heights = np.array([bar.get_height() for bar in drawn["X 2 0"]])
    np.testing.assert_allclose(heights / heights[0], output / output[0], rtol=1e-5)


@pytest.mark.parametrize("widths", WIDTHS)
def test_nothing_overlaps_or_is_cut_off(widths):
    figure = plots.anatomy(network(widths))
    figure.draw_without_rendering()
    found = [t.get_window_extent() for t in figure.axes[0].texts if t.get_text() not in "ΓΣ"]
    found += [figure.legends[0].get_window_extent().padded(-4)]
    found += [frame.get_window_extent().padded(-0.5) for frame in frames(figure)]
    outside = figure.bbox
    for box in found:
        assert outside.x0 <= box.x0, "cut off on the left"
        assert box.x1 <= outside.x1, "cut off on the right"
        assert outside.y0 <= box.y0, "cut off below"
        assert box.y1 <= outside.y1, "cut off above"
    shrunk = [box.shrunk(0.9, 0.9).translated(0.05 * box.width, 0) for box in found]
    assert not any(first.overlaps(second) for first, second in combinations(shrunk, 2))


def test_columns_inputs_and_caption_are_named():
    found = texts(plots.anatomy(network((2, 3))))
    assert [name for name in found if name in ("inputs", "layer 1", "layer 2", "output")] == [
        "inputs",
        "layer 1",
        "output",
    ]
    assert [r"$U_{1}V_{1}^\top$" in found, r"$U_{2}V_{2}^\top$" in found] == [True, True]
    assert r"$U_{3}V_{3}^\top$" not in found
    assert found.count("$X$") == 1
    assert [name for name in found if name.startswith("$X")] == [
        r"$X^{(0)}_j,\ j \leq 2$",
        r"$X^{(1)}_j,\ j \leq 3$",
        "$X = X^{(2)}_1$",
        "$X$",
    ]
    assert [r"$\alpha^{(1)}$" in found, r"$\alpha^{(2)}$" in found] == [True, True]
    assert found.count("Γ") == 2 + 3
    assert found.count("Σ") == 3 + 1
    assert found[-1] == "10 × 10, activation tanh, 1,234\N{NO-BREAK SPACE}parameters"


def test_a_network_without_activation_has_no_bands():
    figure = plots.anatomy(network((2, 3), activation="none"))
    assert "Γ" not in texts(figure)
    assert "no activation" in texts(figure)[-1]
    assert not any("Γ" in text.get_text() for text in figure.legends[0].get_texts())


@pytest.mark.parametrize(("sign", "named"), [(1, ["α > 0"]), (-1, ["α > 0", "α < 0"])])
def test_the_legend_names_the_signs_there_are_and_both_scales(sign, named):
    dataset = network((2, 2), signs=(1,))
    dataset["mixer"][0, 1, 1] = 2.5 * sign
    found = [text.get_text() for text in plots.anatomy(dataset).legends[0].get_texts()]
    weight, value = (float(np.abs(dataset[name]).max()) for name in ("mixer", "spectrum"))
    scales = [f"|α| = {weight:.2g}", f"$\\sigma_i$, highest bar {value:.2g}"]
    assert found == [*named, *scales, "Γ: tanh"]


def test_axes_in_another_order_give_the_same_figure():
    dataset = network((2, 3))
    turned = dataset.transpose("index", "target", "node", "source", "layer", "step")
    for (expected, *_), (found, *_) in zip(
        lines(plots.anatomy(dataset)), lines(plots.anatomy(turned)), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_a_network_of_zeros_is_drawn():
    dataset = network((2,))
    dataset["spectrum"] = 0 * dataset["spectrum"]
    dataset["mixer"] = 0 * dataset["mixer"]
    figure = plots.anatomy(dataset)
    figure.draw_without_rendering()
    assert all(bar.get_height() == 0 for container in bars(figure).values() for bar in container)


def test_widths_and_weights_that_disagree_are_refused():
    dataset = network((2, 3))
    with pytest.raises(ValueError, match="1 for the output"):
        plots.anatomy(dataset.assign(width=("layer", [2, 3, 2])))
    with pytest.raises(ValueError, match="mixer 1 must have 2 × 2 finite weights"):
        plots.anatomy(dataset.assign(width=("layer", [2, 2, 1])))
