"""Normal equations of every row, by segments and by whole matrices, against a loop over entries."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import RaggedRows, Regressors, ragged_rows

WIDTH = 3
GROUPED = jax.jit(lambda by, *given: by.regress(*given, lambda equations: equations))


def drawn(n, rng, full=False):
    """Regressors of known mean, with variances or covariances, and offsets."""
    mean, spread = rng.standard_normal((n, WIDTH)), rng.random((n, WIDTH))
    crossed = None
    if full:
        root = rng.standard_normal((n, WIDTH, WIDTH))
        spread, crossed = root @ root.swapaxes(1, 2), jnp.asarray(rng.standard_normal((n, WIDTH)))
    offset, offset_variance = rng.standard_normal(n), rng.random(n)
    return Regressors(*map(jnp.asarray, (mean, spread, offset, offset_variance)), crossed)


def looped(rows, columns, size, regressors, y, weights):
    """gram, moment, square and count, entry by entry."""
    mean, variance, offset, offset_variance, crossed = (
        None if part is None else np.asarray(part) for part in regressors
    )
    gram, moment = np.zeros((size, WIDTH, WIDTH)), np.zeros((size, WIDTH))
    square, count = np.zeros(size), np.zeros(size)
    for i, j, value, w in zip(rows, columns, y, weights, strict=True):
        spread = np.diag(variance[j]) if variance.ndim == 2 else variance[j]
        gram[i] += w * (np.outer(mean[j], mean[j]) + spread)
        moment[i] += w * ((value - offset[j]) * mean[j] - (0 if crossed is None else crossed[j]))
        square[i] += w * ((value - offset[j]) ** 2 + offset_variance[j])
        count[i] += w > 0
    return gram, moment, square, count


def agree(found, expected):
    for name, part, other in zip(found._fields, found, expected, strict=True):
        np.testing.assert_allclose(part, other, rtol=1e-10, atol=1e-10, err_msg=name)


def power_law(rng, size, n, entries):
    """Rows of very different degree, the last ones of none; some entries are there twice."""
    shares = 1 / np.arange(1, size - 3) ** 1.2
    rows = rng.choice(size - 4, entries, p=shares / shares.sum())
    return rng.permutation(size)[rows], rng.integers(n, size=entries)


@pytest.mark.parametrize("at_once", [ragged_rows._ENTRIES, 64], ids=["one chunk", "several chunks"])
def test_segments_are_the_loop(at_once, monkeypatch):
    monkeypatch.setattr(ragged_rows, "_ENTRIES", at_once)
    rng = np.random.default_rng(0)
    rows, columns = power_law(rng, 60, 20, 500)
    y, weights = rng.standard_normal(500), rng.random(500) * (rng.random(500) > 0.2)
    by_row = RaggedRows.of(rows, columns, 60)
    degree = np.bincount(rows, minlength=60)
    assert degree.min() == 0
    assert degree.max() > 2 * by_row.entry.shape[2], "a row of several segments"
    assert (by_row.entry.shape[0] > 3) == (at_once == 64)
    regressors = drawn(20, rng)
    found = GROUPED(by_row, regressors, jnp.asarray(y), jnp.asarray(weights))
    agree(found, looped(rows, columns, 60, regressors, y, weights))


def test_every_entry_stands_in_one_place():
    """By rows and, with the arguments swapped, by columns; whatever the degrees."""
    rng = np.random.default_rng(1)
    for size, entries in ((1, 7), (5, 1), (300, 40), (40, 3000)):
        rows, columns = rng.integers(size, size=entries), rng.integers(9, size=entries)
        for grouped, of, other, side in (
            (RaggedRows.of(rows, columns, size), rows, columns, size),
            (RaggedRows.of(columns, rows, 9), columns, rows, 9),
        ):
            entry = np.asarray(grouped.entry)
            real = entry < entries
            np.testing.assert_array_equal(np.sort(entry[real]), np.arange(entries))
            np.testing.assert_array_equal(np.asarray(grouped.partner)[real], other[entry[real]])
            chunk = np.arange(len(entry))[:, None, None]
            stands = chunk * grouped.room + np.asarray(grouped.local)[:, :, None]
            stands = np.broadcast_to(stands, entry.shape)
            np.testing.assert_array_equal(stands[real], np.asarray(grouped.place)[of[entry[real]]])
            assert len(np.unique(grouped.place)) == side


def test_little_is_padding_under_a_power_law():
    rng = np.random.default_rng(2)
    rows, columns = power_law(rng, 3000, 50, 200_000)
    by_row = RaggedRows.of(rows, columns, 3000)
    assert by_row.entry.shape[0] > 2
    assert by_row.entry.size < 2 * 200_000


def test_memory_follows_the_entries_and_not_the_longest_row():
    """One row has nearly all of them, and there are many rows without any."""
    rows = np.zeros(4000, int)
    rows[:9] = np.arange(9)
    by_row = RaggedRows.of(rows, np.arange(4000) % 7, 1000)
    assert by_row.entry.size < 2 * (4000 + 1000 * by_row.entry.shape[2])
