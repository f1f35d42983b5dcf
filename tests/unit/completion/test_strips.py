"""Large pictures and films: chosen on parts around holes, answered strip by strip."""

import numpy as np
import pytest

from tacit import _interrupt
from tacit.completion import _solve, strips
from tacit.completion.draws import generator
from tacit.completion.families import CONTINUATION, FAMILIES, WINDOWS, window_tiles
from tacit.completion.part import representative_parts
from tacit.completion.strips import LargeData
from tacit.runs import Result

from .small import KEY, complete, cube, rms

PICTURE = ("row", "column", "colour")
SHAPE = (160, 96, 3)
EXACT = {"robust": np.inf, "dtype": "float32"}


@pytest.fixture
def small_is_large(monkeypatch):
    """Strips of some 32 rows, of pictures that are parts of no more than 48; filled quickly."""
    nothing_else = WINDOWS._replace(proposals=lambda task, tried: iter(()))
    monkeypatch.setattr(_solve, "FAMILIES", (CONTINUATION, nothing_else))
    monkeypatch.setattr(strips, "_LARGE", 10_000)
    monkeypatch.setattr(strips, "_STRIP", 32 * 96 * 3)
    monkeypatch.setitem(strips._MARGINS, "row", 16)
    monkeypatch.setattr(window_tiles, "_LONGEST", 48)


def scratched(shape=SHAPE, seed=0):
    """A smooth picture with a little texture, and lines of two pixels across it."""
    truth, _ = cube(seed=seed, shape=shape, noise=0.02)
    missing = np.zeros(shape, bool)
    at = np.arange(shape[0])
    for start, slope in ((10, 0.4), (60, -0.3), (30, 0.1)):
        for wide in (0, 1):
            missing[at, np.clip((start + slope * at).astype(int) + wide, 0, shape[1] - 1)] = True
    missing[70:72] = True
    return truth, missing


def completed(truth, missing, **options):
    return complete(np.where(missing, np.nan, truth), kind="picture", key=KEY, **options)


@pytest.mark.slow
def test_windows_in_strips_say_what_they_say_in_one_piece(small_is_large, monkeypatch):
    monkeypatch.setattr(_solve, "FAMILIES", (CONTINUATION, WINDOWS))
    truth, missing = scratched()
    found = completed(truth, missing)
    error = rms((found.filled - truth)[missing])
    assert any("was chosen on" in note for note in found.notes)
    np.testing.assert_array_equal(found.filled[~missing], truth[~missing])
    assert (found.uncertainty[~missing] == 0).all()
    assert 0.5 < error / rms(found.uncertainty[missing]) < 2

    monkeypatch.setattr(strips, "_LARGE", 1 << 30)
    whole = completed(truth, missing)
    assert error < 1.1 * rms((whole.filled - truth)[missing])


def test_no_seam_shows_between_strips(small_is_large):
    """Where one strip ends the answer errs no more than elsewhere."""
    near, elsewhere = [], []
    for seed in range(3):
        truth, missing = scratched(seed=seed)
        found = completed(truth, missing)
        edges = [tile[0].start for tile in large_of(truth, missing).strips().tiles[1:]]
        assert len(edges) >= 3
        beside = np.zeros(SHAPE, bool)
        for edge in edges:
            beside[edge : edge + 32] = True
        errors = found.filled - truth
        near.append(errors[missing & beside])
        elsewhere.append(errors[missing & ~beside])
    assert rms(np.concatenate(near)) < 1.3 * rms(np.concatenate(elsewhere))


def large_of(truth, missing, names=PICTURE):
    values, weights = np.where(missing, 0.0, truth), (~missing).astype(float)
    return LargeData.of(values, weights, names, **EXACT)


def test_regions_are_those_of_the_data_in_units_of_all(small_is_large):
    truth, missing = scratched()
    large = large_of(truth, missing)
    places = np.arange(20, 50), np.arange(96), np.arange(3)
    (task,) = large.take(places)
    assert task.ordered == (0, 1)
    assert task.colours == 2
    found = np.where(task.observed, task.units.to_data(task.values), np.nan)
    np.testing.assert_allclose(found, np.where(missing, np.nan, truth)[20:50], rtol=1e-12)
    assert abs(task.units.scale.item() - truth[~missing].std()) < 0.05 * truth.std()


def test_strips_hold_every_hole_and_only_those_with_holes_are_done(small_is_large):
    truth, missing = scratched()
    missing[90:] = False
    tiling = large_of(truth, missing).strips()
    for tile in tiling.tiles:
        assert missing[tile].any()
        assert tile[1:] == (slice(0, 96), slice(0, 3))
    assert max(tile[0].start for tile in tiling.tiles) < 90


def test_what_is_far_away_may_say_much_of_other_data(small_is_large):
    truth, missing = scratched()
    assert large_of(truth, missing) is not None
    assert large_of(truth, missing, ("time", "row", "column")) is None
    assert large_of(truth, missing, ("row", "column", None)) is None
    assert large_of(truth, missing, ("row", "item", "colour")) is None
    assert large_of(truth[:40, :40], missing[:40, :40]) is None
    weights = np.where(missing, 0.0, 0.5)
    assert LargeData.of(truth, weights, PICTURE, **EXACT) is None


def test_a_film_is_cut_along_its_frames(small_is_large):
    truth, missing = cube(shape=(24, 24, 40))
    large = large_of(truth, missing, ("row", "column", "frame"))
    (first, *_) = large.strips().tiles
    assert first[:2] == (slice(0, 24), slice(0, 24))
    assert large.axis == 2


def test_ctrl_c_in_one_strip_leaves_the_others_to_the_quick_method(small_is_large, monkeypatch):
    truth, missing = scratched()
    finish = strips.Engine.finish
    done = []

    def finish_and_ask(engine, chosen):
        found = finish(engine, chosen)
        done.append(chosen.interrupted)
        if len(done) == 1:
            _interrupt.ask()
        return found

    monkeypatch.setattr(strips.Engine, "finish", finish_and_ask)
    try:
        found = completed(truth, missing)
    finally:
        _interrupt.forget()
    assert found.result is Result.INTERRUPTED
    assert not done[0]
    assert done[-1]
    assert np.isfinite(found.filled).all()
    assert rms((found.filled - truth)[missing]) < 0.2 * truth.std()


def test_what_there_was_no_time_to_denoise_is_said(small_is_large):
    truth, _ = scratched()
    noisy = truth + 0.1 * np.random.default_rng(3).standard_normal(SHAPE)
    found = completed(noisy, np.zeros(SHAPE, bool), denoise=True)
    assert any("takes noise off" in note for note in found.notes)
    np.testing.assert_array_equal(found.filled, noisy)


def test_parts_lie_around_holes_of_which_they_are_a_fair_sample(small_is_large):
    truth, missing = scratched()
    task = large_of(truth, missing).outline
    parts = representative_parts(task, FAMILIES, 60.0, generator(KEY))
    assert len(parts) > 1
    assert len({tuple(map(len, part)) for part in parts}) == 1
    for part in parts:
        assert missing[np.ix_(*part)].any()
        for places, length in zip(part, SHAPE, strict=True):
            assert (np.diff(places) == 1).all()
            assert 0 <= places[0] <= places[-1] < length
    # With hardly any time there is one.
    assert len(representative_parts(task, FAMILIES, 1e-3, generator(KEY))) == 1
    # Around a wide hole parts are wide.
    wide = missing.copy()
    wide[20:70, 20:70] = True
    (part, *_) = representative_parts(large_of(truth, wide).outline, FAMILIES, 60.0, generator(KEY))
    assert len(part[0]) > len(parts[0][0])
