"""Following the camera, and which slices a tensor has."""

import itertools

import numpy as np
import pytest

from tacit.completion import TubalNorm, Windows
from tacit.completion.families import orientations
from tacit.completion.families._unfolding import unfoldings
from tacit.completion.families.motion import camera_motion, shift_frames

from .small import task_of


@pytest.mark.parametrize("shape", [(9, 8, 3), (9, 8, 7, 3)])
def test_any_pair_of_modes_may_be_the_sides_of_a_slice(shape):
    orders = orientations(shape)
    pairs = {frozenset(order[:2]) for order in orders}
    assert pairs == {frozenset(pair) for pair in itertools.combinations(range(len(shape)), 2)}
    assert len(shape) - 1 in orders[0][:2]
    for order in orders:
        values = np.random.default_rng(0).standard_normal(shape)
        method = TubalNorm(order)
        np.testing.assert_array_equal(method.restore(method.arrange(values), shape), values)


def test_the_columns_of_a_matrix_are_its_columns_and_of_a_tensor_any_mode():
    assert unfoldings(2) == [(1,)]
    assert sorted(unfoldings(3)) == [(0,), (1,), (2,)]
    # Of two modes against two, one of each pair of twins is enough.
    assert {frozenset(columns) for columns in unfoldings(4)} >= {
        frozenset(columns) for columns in [(0,), (1,), (2,), (3,), (0, 1), (0, 2), (0, 3)]
    }


def test_the_camera_is_followed_and_brought_back():
    rng = np.random.default_rng(0)
    scene = rng.random((60, 60))
    places = [(2 * k, 3 * k) for k in range(5)]
    film = np.stack([scene[a : a + 24, b : b + 24] for a, b in places], axis=2)
    seen = rng.random(film.shape) < 0.6
    motion = camera_motion(np.where(seen, film, 0), seen, 2)
    assert motion == tuple(places)
    still = shift_frames(film, motion, 2)
    np.testing.assert_array_equal(still[10:20, 15:20, 0], still[10:20, 15:20, 3])
    np.testing.assert_array_equal(shift_frames(still, motion, 2, -1), film)
    assert camera_motion(film[:, :, [0, 0, 0]], seen[:, :, :3], 2) is None


def test_a_frame_of_which_nothing_is_seen_lies_between_its_neighbours():
    rng = np.random.default_rng(0)
    scene = rng.random((60, 60))
    places = [(2 * k, 3 * k) for k in range(6)]
    film = np.stack([scene[a : a + 24, b : b + 24] for a, b in places], axis=2)
    seen = rng.random(film.shape) < 0.6
    seen[..., 3] = False
    assert camera_motion(np.where(seen, film, 0), seen, 2) == (*places[:3], (6, 9), *places[4:])


def test_the_motion_of_a_held_out_frame_is_not_looked_at():
    """It would be known in the search and unknown in the holes: errors would be said too small."""
    picture = np.random.default_rng(0).standard_normal((60, 60))
    places = [0, 2, 4, 15, 17, 19]
    film = np.stack([picture[at : at + 24, at : at + 24] for at in places], axis=2)
    missing = np.zeros(film.shape, bool)
    missing[:2, :2] = True
    task = task_of(film, missing, ("row", "column", "frame"))
    motion = camera_motion(task.values, task.observed, 2)
    assert motion is not None
    held = np.zeros(film.shape, bool)
    held[:, :, 3] = True
    method = Windows((0, 1, 2), window=4, motion=motion).adapt(task, task.observed & ~held)
    assert motion[3] == (15, 15)
    assert method.motion is not None
    assert method.motion[3] != (15, 15)
    assert method.motion[1] == motion[1]
