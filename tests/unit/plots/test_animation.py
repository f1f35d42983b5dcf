import sys
from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr
from PIL import Image, ImageSequence

from tacit import plots
from tacit.plots.animation import evenly_on_the_way
from tacit.plots.scene import rank_scene
from tacit.results import stage_table

TRUTH = (2.0, 1.0)


@pytest.fixture(scope="module")
def run():
    """Two values that grow at t = 10 and t = 40, a small third one, and ‖∇L‖ with two peaks."""
    time = np.append(0, np.geomspace(1, 160, 120))
    grown = 1 / (1 + np.exp(-(time[:, None] - [10, 40]) / [1, 3]))
    values = np.column_stack([grown * TRUTH, np.full(len(time), 1e-3)])
    rate = (grown * (1 - grown)).sum(axis=1) + 1e-4
    return xr.Dataset(
        {
            "singular_values": (
                ("record", "index"),
                values,
                {"long_name": "singular values σᵢ(X)"},
            ),
            "loss": ("record", ((values[:, :2] - TRUTH) ** 2).sum(axis=1) / 2 + 1e-9),
            "gradient_norm": ("record", rate, {"long_name": "‖∇L‖"}),
            "length": ((), len(time)),
        },
        coords={
            "time": ("record", time, {"long_name": "time t"}),
            "step": ("record", np.arange(len(time)), {"long_name": "step"}),
        },
    )


@pytest.fixture(scope="module")
def stages(run):
    return stage_table(run)


@pytest.fixture
def scene(run, stages):
    return rank_scene(run, "time", np.array(TRUTH), stages, 6)


def at_time(scene, run, time):
    """Move the scene to the first record at that time or later."""
    record = int(np.searchsorted(run["time"].values, time))
    for piece in scene.pieces:
        piece.move(record)
    return record


def texts(scene):
    bars = scene.figure.axes[0]
    return bars.get_title(loc="left"), *(text.get_text() for text in bars.texts)


def test_a_film_has_frames_a_size_and_an_end_that_stands(run, stages, tmp_path):
    path = tmp_path / "rank.gif"
    assert plots.watch_rank(run, path, frames=6, seconds=1.2, truth=TRUTH, stages=stages) == path
    with Image.open(path) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (6, (700, 330), 0)
        durations, pictures = [], []
        for frame in ImageSequence.Iterator(film):
            durations.append(frame.info["duration"])
            pictures.append(np.asarray(frame.convert("RGB")))
    assert durations == [200] * 5 + [2200]
    assert all((a != b).any() for a, b in pairwise(pictures))
    # Nothing jumps: the axis labels on the left and below are the same in all.
    assert all((picture[:, :20] == pictures[0][:, :20]).all() for picture in pictures)
    assert all((picture[-20:] == pictures[0][-20:]).all() for picture in pictures)
    assert (pictures[0][0, -1] == 255).all()
    assert path.stat().st_size < 1e5


def test_nothing_is_left_of_the_frames_before(run, stages, tmp_path):
    ends = []
    for frames in (2, 6):
        path = plots.watch_rank(run, tmp_path / "rank.gif", frames=frames, stages=stages)
        with Image.open(path) as film:
            film.seek(film.n_frames - 1)
            ends.append(np.asarray(film.convert("RGB")))
    np.testing.assert_array_equal(*ends)


def test_the_same_run_gives_the_same_bytes_and_leaves_nothing_else(run, tmp_path):
    path, before = tmp_path / "rank.gif", dict(mpl.rcParams)
    contents = [
        plots.watch_rank(run, path, frames=3, seconds=1, over="step").read_bytes() for _ in range(2)
    ]
    assert contents[0] == contents[1]
    assert list(tmp_path.iterdir()) == [path]
    assert dict(mpl.rcParams) == before


def test_escapes_take_more_frames_than_plateaus(run):
    values, along = run["singular_values"].values[1:], np.log(run["time"].values[1:])
    shown = evenly_on_the_way(along, values, 41)
    assert shown[0] == 0
    assert shown[-1] == len(along) - 1
    # Where values move is less than a quarter of the axis, and nearly half of the frames.
    near = [np.abs(run["time"].values[1:] - at) < width for at, width in ((10, 3), (40, 9))]
    moving = near[0] | near[1]
    assert moving.mean() < 0.23
    assert moving[shown].mean() > 0.45
    at_rest = evenly_on_the_way(along, np.ones_like(values), 5)
    np.testing.assert_allclose(along[at_rest], np.linspace(along[0], along[-1], 5), atol=0.05)
    np.testing.assert_array_equal(evenly_on_the_way(along, values, 10_000), np.arange(len(along)))


def test_a_scene_shows_the_run_up_to_its_record(scene, run, stages):
    assert list(stages["rank"].values) == [0, 1, 2]
    bars, upper, lower = scene.figure.axes
    assert (upper.get_xscale(), lower.get_yscale()) == ("log", "log")
    record = at_time(scene, run, 20)
    values = run["singular_values"].values[record]
    np.testing.assert_array_equal([bar.get_height() for bar in bars.patches], values)
    coloured = [line for line in upper.lines if line.get_marker() == "o"]
    assert len(coloured) == 3
    assert coloured[0].get_xdata()[-1] == run["time"].values[record]
    assert coloured[0].get_ydata()[-1] == values[0]
    assert lower.lines[0].get_ydata()[-1] == run["loss"].values[record]
    dashed = [line.get_ydata()[0] for line in bars.lines]
    assert dashed == list(TRUTH)


def test_the_rank_is_that_of_the_plateau_and_changes_on_an_escape(scene, run):
    found = []
    for time in (2, 10, 20, 40, 150):
        at_time(scene, run, time)
        found.append(texts(scene)[1])
    assert found == ["rank 0", "rank 0 → 1", "rank 1", "rank 1 → 2", "rank 2"]
    assert texts(scene)[0] == "time t = 153"
    at_time(scene, run, 2)
    bands = scene.figure.axes[1].patches
    assert [band.get_width() > 0 for band in bands] == [True, False, False]


def test_no_text_is_cut_off(scene, run):
    at_time(scene, run, 150)
    scene.figure.draw_without_rendering()
    for axes in scene.figure.axes:
        box = axes.get_tightbbox()
        assert 0 <= box.x0 < box.x1 <= 700
        assert 0 <= box.y0 < box.y1 <= 330


def test_evenly_spaced_records_have_a_linear_axis(run):
    scene = rank_scene(run, "step", np.array([]), None, 2)
    assert scene.figure.axes[1].get_xscale() == "linear"
    assert len(scene.records) == run.sizes["record"]
    assert len(scene.figure.axes[0].patches) == 2


def test_records_that_are_not_finite_are_left_out(run):
    broken = run.copy(deep=True)
    broken["singular_values"][100:] = np.nan
    scene = rank_scene(broken, "time", np.array(TRUTH), None, 6)
    assert list(scene.records) == list(range(1, 100))
    with pytest.raises(ValueError, match="0 of 21 records can be drawn"):
        rank_scene(broken.isel(record=slice(100, None)), "time", np.array(TRUTH), None, 6)


def test_what_cannot_be_drawn_is_refused(run, stages, tmp_path):
    path = tmp_path / "rank.gif"
    with pytest.raises(ValueError, match="select one run"):
        plots.watch_rank(run.expand_dims(seed=[0]), path)
    with pytest.raises(ValueError, match="stages has axes"):
        plots.watch_rank(run, path, stages=stages.expand_dims(seed=[0]))
    with pytest.raises(ValueError, match="give 2 or more"):
        plots.watch_rank(run, path, frames=1)
    with pytest.raises(ValueError, match="at most 50 a second"):
        plots.watch_rank(run, path, frames=100, seconds=1)
    with pytest.raises(ValueError, match=r"animations are written as \.gif, not '\.png'"):
        plots.watch_rank(run, tmp_path / "rank.png")
    with pytest.raises(ValueError, match="does not exist"):
        plots.watch_rank(run, tmp_path / "no" / "rank.gif")
    assert not list(tmp_path.iterdir())


def test_without_pillow_the_error_names_what_to_install(run, tmp_path, monkeypatch):
    path = tmp_path / "rank.gif"
    path.write_bytes(b"an older film")
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(ImportError, match=r"pip install 'tacit-lowrank\[media\]'"):
        plots.watch_rank(run, path, frames=3)
    assert path.read_bytes() == b"an older film"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_film_leaves_the_old_one(run, tmp_path, monkeypatch):
    path = tmp_path / "rank.gif"
    path.write_bytes(b"an older film")

    def interrupted(self, target, **options):
        target.write_bytes(b"GIF89a")
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", interrupted)
    with pytest.raises(KeyboardInterrupt):
        plots.watch_rank(run, path, frames=3)
    assert path.read_bytes() == b"an older film"
    assert list(tmp_path.iterdir()) == [path]
