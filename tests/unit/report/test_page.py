"""The report is one file that needs nothing from outside."""

import base64
import io
import re
from xml.etree import ElementTree

import jax
import numpy as np
import pytest
from matplotlib import colormaps
from PIL import Image

from tacit.completion import DeepFactors, TubalNorm, complete, scores
from tacit.plots import heat_map
from tacit.report import write_report
from tacit.report.tables import table_section
from tacit.report.views import views


@pytest.fixture(scope="module")
def completed():
    rng = np.random.default_rng(0)
    truth = np.clip(0.5 + 0.1 * rng.normal(size=(24, 1)) @ rng.normal(size=(1, 20)), 0, 1)
    mask = rng.random((24, 20)) < 0.3
    completion = complete(truth, mask, methods=[DeepFactors(2, 20)], key=jax.random.key(0))
    return truth, mask, completion


def test_it_is_self_contained_and_says_what_was_done(completed, tmp_path):
    truth, mask, completion = completed
    path = tmp_path / "report.html"
    write_report(
        path,
        completion,
        np.where(mask, np.nan, truth),
        title="a <b> title",
        truth=truth,
        scores=scores(completion.filled, truth, mask),
        notes=["row 3 is wholly missing"],
        settings={"seed": 0},
        command="tacit complete in.png -o out.png",
    )
    text = path.read_text("utf-8")
    assert not re.findall(r'(?:src|href)="(?!data:)', text)
    assert "http-equiv" not in text
    assert "a &lt;b&gt; title" in text
    assert text.count("<img") == 4 + 3
    for words in ("row 3 is wholly", "PSNR over missing", "tacit complete in.png", "jax_version"):
        assert words in text
    assert "$" not in re.sub(r"<img[^>]*>", "", text)


def pixels_of(page: str, number: int) -> np.ndarray:
    """An embedded picture, as the page shows it."""
    found = re.findall(r'src="data:image/png;base64,([^"]*)"', page)[number]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(found))))


def test_before_lies_over_after_and_the_map_ends_where_most_uncertainties_do(completed, tmp_path):
    truth, mask, completion = completed
    path = tmp_path / "report.html"
    uncertainty = np.where(mask, 0.1 * truth, 0.0)
    far = np.argwhere(mask)[0]
    uncertainty[tuple(far)] = 1e3  # one far value leaves the others bright
    given = completion._replace(uncertainty=uncertainty)
    write_report(path, given, np.where(mask, np.nan, truth), title="t")
    text = path.read_text("utf-8")
    after, before, sure = (pixels_of(text, number) for number in range(3))
    assert text.index('<div class="over">') < text.index('type="range"')
    np.testing.assert_array_equal(before[mask], np.tile([204, 121, 167], (mask.sum(), 1)))
    np.testing.assert_array_equal(before[~mask], after[~mask])
    np.testing.assert_allclose(after[..., 0] / 255, completion.filled, atol=0.51 / 255)

    end = np.percentile(uncertainty[mask], 99)
    assert f"≥ {end:.2g}" in text
    colours = np.array(colormaps["viridis"](np.clip(uncertainty / end, 0, 1)))[..., :3]
    np.testing.assert_allclose(sure / 255, colours, atol=0.51 / 255)


def test_large_pictures_are_as_wide_as_the_page(completed, tmp_path):
    truth, mask, completion = completed
    path = tmp_path / "report.html"
    for copies, is_wide in ((1, False), (40, True)):
        arrays = [completion.filled, completion.uncertainty, np.where(mask, np.nan, truth)]
        filled, uncertainty, before = (np.tile(each, (1, copies)) for each in arrays)
        given = completion._replace(filled=filled, uncertainty=uncertainty)
        write_report(path, given, before, title="t")
        assert ('<div class="pictures wide">' in path.read_text("utf-8")) is is_wide


def test_without_uncertainty_there_is_no_map(completed, tmp_path):
    truth, mask, completion = completed
    path = tmp_path / "report.html"
    unknown = completion._replace(uncertainty=np.where(mask, np.nan, 0.0))
    write_report(path, unknown, np.where(mask, np.nan, truth), title="t")
    assert "Uncertainty: standard deviation" not in path.read_text("utf-8")


def test_an_unknown_truth_is_left_out(completed, tmp_path):
    truth, mask, completion = completed
    path = tmp_path / "report.html"
    write_report(path, completion, np.where(mask, np.nan, truth), title="t")
    text = path.read_text("utf-8")
    assert text.count("<img") == 3 + 3
    assert "PSNR" not in text


def test_a_table_is_drawn_as_maps_with_a_line_for_each_column(completed, tmp_path):
    truth, mask, completion = completed
    path = tmp_path / "report.html"
    names = [f"column <{at}>" for at in range(20)]
    before = np.where(mask, np.nan, truth)
    before[:, 3] = truth[:, 3]
    write_report(path, completion, before, title="t", names=names, truth=truth)
    text = path.read_text("utf-8")
    assert text.count("<img") == 3 + 3
    assert "column &lt;19&gt;" in text
    assert "Error over missing entries" in text
    assert "<td>column &lt;3&gt;</td>" in text
    assert '<td class="number">–</td>' in text


def test_a_table_of_many_columns_lists_some(completed):
    truth, mask, completion = completed
    wide = completion._replace(
        filled=np.tile(truth, (1, 5)), uncertainty=np.tile(mask * 0.1, (1, 5))
    )
    before = np.tile(np.where(mask, np.nan, truth), (1, 5))
    text = table_section(wide, before, [str(at + 1) for at in range(100)])
    assert "and 60 more columns" in text
    assert text.count("<tr>") == 41


@pytest.fixture(scope="module")
def film():
    rows, columns, times = np.mgrid[:10, :10, :10]
    truth = 0.5 + 0.4 * np.sin((rows + times) / 3) * np.cos(columns / 4)
    mask = np.random.default_rng(1).random(truth.shape) < 0.3
    # All of one shape, and so of one program.
    tries = [TubalNorm(modes) for modes in ((0, 1, 2), (0, 2, 1), (1, 2, 0))]
    completion = complete(truth, mask, methods=tries, members=2, key=jax.random.key(0))
    return truth, mask, completion


def test_of_a_film_a_few_frames_are_shown(film, tmp_path):
    truth, mask, completion = film
    path = tmp_path / "film.html"
    axes = ("row", "column", "frame")
    before = np.where(mask, np.nan, truth)
    write_report(path, completion, before, title="film", axes=axes, truth=truth)
    text = path.read_text("utf-8")
    assert text.count("<img") == 3 * 4 + 1  # there is neither a spectrum nor a loss to draw
    for words in ("after (right), frame 1 of 10, ", "error, in the data's units, frame 5 of 10"):
        assert words in text.replace("&#x27;", "'")
    assert "Truth, frame 10 of 10" in text
    assert "Effective rank" not in text
    assert text.count('<tr class="chosen">') == len(completion.choice.blend.members) < 3
    for candidate in completion.choice.candidates:
        assert f"<td>{candidate.member}</td>" in text


@pytest.mark.parametrize(
    ("shape", "axes", "names"),
    [
        ((5, 6, 3), ("row", "column", "channel"), [""]),
        ((5, 6, 2, 3), ("row", "column", "frame", "channel"), ["frame 1 of 2", "frame 2 of 2"]),
        (
            (5, 6, 2, 4),
            ("row", "column", "slice", "slice"),
            [
                "slice 1 of 2, slice 1 of 4",
                "slice 2 of 2, slice 1 of 4",
                "slice 2 of 2, slice 4 of 4",
            ],
        ),
    ],
)
def test_views_are_spread_over_frames_and_slices(shape, axes, names):
    chosen = views(shape, axes)
    assert [view.name for view in chosen] == names
    sides = (5, 6, 3) if "channel" in axes else (5, 6)
    assert all(view.of(np.zeros(shape)).shape == sides for view in chosen)


ODD = {
    "$\\frac{": "$\\frac{",
    "price $ and cost $": "price $ and cost $",
    "a\x1b[31m\x00b": "a\\x1b[31m\\x00b",
    "\u202egnp.exe": "\\u202egnp.exe",
    "שלום": "שלום",
    "温度": "温度",
    "n" * 500: "n" * 59 + "…",
    "[bold]<b>&": "[bold]&lt;b&gt;&amp;",
}


def test_names_of_columns_are_text_whatever_they_are(completed, tmp_path):
    truth, mask, completion = completed
    names = [*ODD, *(f"c{at}" for at in range(20 - len(ODD)))]
    path = tmp_path / "odd.html"
    write_report(path, completion, np.where(mask, np.nan, truth), title="t\x07\u202e", names=names)
    text = path.read_text("utf-8")
    for shown in ODD.values():
        assert f"<td>{shown}</td>" in text
    assert "<h1>t\\x07\\u202e</h1>" in text
    assert not re.findall("[\x00-\x09\x0b-\x1f\u202a-\u202e]", text)
    for image in re.findall(r"data:image/svg\+xml;base64,([^\"]+)", text):
        ElementTree.fromstring(base64.b64decode(image))


def test_the_ticks_of_a_map_are_names_as_they_are_typed_or_numbers():
    drawn = heat_map(np.eye(4), label="v", columns=["$x_1$", "שלום", "温度", "a\nb"])
    (axes, _) = drawn.axes
    ticks = axes.get_xticklabels()
    assert [tick.get_text() for tick in ticks] == ["$x_1$", "2", "3", "a\\nb"]
    assert not any(tick.get_parse_math() for tick in ticks)
