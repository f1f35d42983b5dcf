"""Parts on which a method is chosen where all of the data would take too long."""

import importlib
import math

import numpy as np

from tacit.completion import Continuation, Family, Windows, complete
from tacit.completion.cost import predict_seconds
from tacit.completion.draws import generator
from tacit.completion.families.window_tiles import part_sides
from tacit.completion.part import representative_parts

from .small import KEY, cube, rms, table, task_of

TASK = task_of(*table(), ("sample", "item"))


def series(shape=(40, 60, 90)):
    rng = np.random.default_rng(0)
    truth = np.cumsum(rng.standard_normal(shape), axis=2)
    missing = rng.random(shape) < np.linspace(0, 0.6, shape[2])
    return task_of(truth, missing, ("item", "time", "time"))


def costing(rate):
    """A family whose first trial takes so many seconds an entry."""
    return (
        Family("x", lambda task: True, lambda *_: iter(()), cost=lambda _, s: rate * math.prod(s)),
    )


def test_a_part_is_small_enough_and_a_stretch_where_there_is_order():
    task = series()
    (part,) = representative_parts(task, costing(1e-4), 60.0, generator(KEY))
    sides = tuple(map(len, part))
    assert 1e-4 * math.prod(sides) <= 0.08 * 60
    assert (np.diff(part[1]) == 1).all()
    assert (np.diff(part[2]) == 1).all()
    assert (np.diff(part[0]) >= 1).all()
    taken = task.take(part)
    assert taken.shape == sides
    np.testing.assert_array_equal(taken.values, task.values[np.ix_(*part)])
    assert abs((~taken.observed).mean() - (~task.observed).mean()) < 0.06


def test_small_data_are_taken_whole_and_no_axis_is_cut_too_short():
    task = series()
    assert representative_parts(task, costing(1e-9), 60.0, generator(KEY)) == ()
    assert representative_parts(task, (), 60.0, generator(KEY)) == ()
    (part,) = representative_parts(task, costing(1e9), 60.0, generator(KEY))
    assert min(map(len, part)) >= 24
    # Of a table the columns are learnt from a few hundred rows at least.
    assert representative_parts(TASK, costing(1e9), 60.0, generator(KEY)) == ()


def test_a_part_follows_from_the_key():
    task = series()
    (one,), (same,) = (
        representative_parts(task, costing(1e-4), 60.0, generator(KEY)) for _ in range(2)
    )
    for first, second in zip(one, same, strict=True):
        np.testing.assert_array_equal(first, second)


def test_a_method_chosen_on_a_part_answers_all_and_says_so(monkeypatch):
    # As on a machine that is 200 times slower, with time enough all the same.
    continuation = importlib.import_module("tacit.completion.families.continuation")
    monkeypatch.setattr(continuation, "_ENTRY_SECONDS", 200 * continuation._ENTRY_SECONDS)
    truth, missing = cube(shape=(90, 80, 3))
    found = complete(
        truth,
        missing,
        axes=("row", "column", "item"),
        methods=["continuation"],
        budget=60,
        key=KEY,
    )
    assert any("was chosen on" in note and "% of the data" in note for note in found.notes)
    assert np.isfinite(found.filled).all()
    assert rms((found.filled - truth)[missing]) < 0.1
    assert isinstance(found.choice.blend.members[0].method, Continuation)
    z = ((found.filled - truth) / np.where(missing, found.uncertainty, 1))[missing]
    assert 0.3 < rms(z) < 3


def test_what_a_method_of_a_part_costs_on_a_longer_film_is_known():
    """How a camera moves in a part says nothing of the frames beyond it."""
    still = Windows((0, 1, 2))
    moved = Windows((0, 1, 2), motion=tuple((0, 2 * at) for at in range(5)))
    wanted = np.random.default_rng(0).random((300, 40, 12)) < 0.5
    assert moved.extent(wanted) == still.extent(wanted)
    assert 0 < predict_seconds(moved, [wanted], []) < 3600


def test_parts_of_films_are_of_whole_frames():
    modes = (0, 1, 2)
    missing = np.random.default_rng(0).random((128, 128, 64)) < 0.7
    assert part_sides(missing, modes, 2) == (128, 128, 32)
    assert max(part_sides(missing, modes)) < 128
    # Of large frames too few would be left.
    large = np.random.default_rng(0).random((280, 280, 24)) < 0.7
    assert part_sides(large, modes, 2) == part_sides(large, modes)
