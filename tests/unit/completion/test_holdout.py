"""Held-out entries imitate the holes."""

import jax
import numpy as np
import pytest

from tacit.completion import held_out_masks
from tacit.completion.holdout import is_patterned


def random_holes(fraction: float, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((60, 50)) < fraction


def strokes() -> np.ndarray:
    holes = np.zeros((60, 50), bool)
    holes[10:14, 5:45] = holes[30:50, 20:24] = True
    return holes


def clustering(held: np.ndarray) -> float:
    """Share of held-out entries whose right neighbour is held out too."""
    return float((held[:, 1:] & held[:, :-1]).sum() / held.sum())


@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.9])
def test_random_holes_have_no_pattern(fraction):
    assert not any(is_patterned(random_holes(fraction, seed)) for seed in range(20))


def test_strokes_have_a_pattern():
    assert is_patterned(strokes())


@pytest.mark.parametrize("holes", [random_holes(0.5), strokes()], ids=["random", "strokes"])
def test_held_out_entries_are_observed_and_about_as_many_as_asked(holes):
    (held,) = held_out_masks(holes, 0.1, key=jax.random.key(0))
    assert not (held & holes).any()
    assert 0.05 < held.sum() / (~holes).sum() < 0.15


def test_shapes_of_the_holes_are_imitated():
    (of_strokes,) = held_out_masks(strokes(), 0.1, key=jax.random.key(0))
    (of_random,) = held_out_masks(random_holes(0.1), 0.1, key=jax.random.key(0))
    assert clustering(of_strokes) > 0.5 > 0.25 > clustering(of_random)


def test_no_row_or_column_loses_its_last_entry():
    holes = np.ones((40, 40), bool)
    holes[np.arange(40), np.arange(40)] = holes[:, 1:12] = False
    (held,) = held_out_masks(holes, 0.9, key=jax.random.key(3))
    left, seen = ~holes & ~held, ~holes
    assert held.sum() > 0.5 * seen.sum()
    for axis in (0, 1):
        np.testing.assert_array_equal(left.any(axis), seen.any(axis))


def test_few_entries_are_held_out_fold_by_fold():
    holes = np.ones((20, 20), bool)
    holes[:9, :9] = False
    folds = held_out_masks(holes, 0.1, folds=5, key=jax.random.key(0))
    assert len(folds) == 5
    counts = np.sum(folds, axis=0)
    assert counts.max() == 1
    assert counts.sum() >= 0.8 * (~holes).sum()


def test_same_seed_same_entries():
    first, second, other = (held_out_masks(strokes(), key=jax.random.key(s))[0] for s in (1, 1, 2))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()
