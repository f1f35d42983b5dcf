"""Parts of a pattern, against a walk through it, and the note that names them."""

import jax
import numpy as np
import pytest

from tacit.completion import complete
from tacit.completion.connectivity import describe_parts, find_parts


def walk(observed):
    """Rows and columns reached from each row that has an entry, by a plain walk."""
    found, seen = [], set()
    for first in range(len(observed)):
        if first in seen or not observed[first].any():
            continue
        rows, columns = {first}, set()
        while True:
            wider = {j for i in rows for j in np.flatnonzero(observed[i])}
            taller = {i for j in wider for i in np.flatnonzero(observed[:, j])}
            if taller == rows and wider == columns:
                break
            rows, columns = taller, wider
        seen |= rows
        found.append((rows, columns))
    return found


@pytest.mark.parametrize("share", [0.0, 0.05, 0.12, 0.2, 0.4, 0.9])
@pytest.mark.parametrize("shape", [(7, 11), (12, 5), (1, 6), (9, 1)])
def test_parts_are_those_of_a_walk(shape, share):
    for seed in range(12):
        observed = np.random.default_rng(seed).random(shape) < share
        parts, reached = find_parts(observed), walk(observed)
        assert parts.number == len(reached)
        for rows, columns in reached:
            (label,) = {int(parts.rows[i]) for i in rows} | {int(parts.columns[j]) for j in columns}
            assert set(np.flatnonzero(parts.rows == label)) == rows
            assert set(np.flatnonzero(parts.columns == label)) == columns
        assert ((parts.rows < 0) == ~observed.any(axis=1)).all()
        assert ((parts.columns < 0) == ~observed.any(axis=0)).all()


def test_a_long_chain_is_one_part():
    """Each row shares a column with the next alone."""
    observed = np.eye(3000, dtype=bool) | np.eye(3000, k=1, dtype=bool)
    assert find_parts(observed).number == 1
    observed[1500, 1501] = False
    assert find_parts(observed).number == 2


def two_blocks(rows=30, columns=12):
    """Two groups of rows that answered different questions, each with a few holes of its own."""
    generator = np.random.default_rng(0)
    table = generator.normal(size=(rows, 2)) @ generator.normal(size=(2, columns))
    half = columns // 2
    table[: rows // 2, half:] = np.nan
    table[rows // 2 :, :half] = np.nan
    table[3, 2] = table[20, 9] = np.nan
    return table


def test_the_note_names_parts_and_fills_between_them():
    table = two_blocks()
    note = describe_parts(np.isfinite(table), np.isnan(table))
    assert note is not None
    assert "fall into 2 parts that share no row and no column: 180 of 182 fills" in note


def test_no_note_where_nothing_between_parts_is_filled():
    table = two_blocks()
    observed = np.isfinite(table)
    inside = np.zeros_like(observed)
    inside[3, 2] = inside[20, 9] = True
    assert describe_parts(observed, inside) is None
    # An empty row is no part, nor is a matrix that one entry connects.
    bridged = observed.copy()
    bridged[0, -1] = True
    assert describe_parts(bridged, ~bridged) is None
    hollow = np.ones((5, 4), bool)
    hollow[2] = hollow[:, 1] = False
    assert describe_parts(hollow, ~hollow) is None
    assert describe_parts(np.zeros((3, 3), bool), np.ones((3, 3), bool)) is None
    assert describe_parts(np.ones((2, 3, 4), bool), np.zeros((2, 3, 4), bool)) is None


def test_rows_and_columns_without_an_entry_are_not_between_parts():
    """A row sees all columns but one, which another row sees; a third row is empty."""
    observed = np.array([[1, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]], bool)
    assert find_parts(observed).number == 2
    note = describe_parts(observed, ~observed)
    assert note is not None
    assert "4 of 8 fills" in note


def test_a_completion_says_so():
    table = two_blocks()
    found = complete(table, kind="table", budget=2, methods=("factors",), key=jax.random.key(0))
    assert [note for note in found.notes if "180 of 182 fills lie between parts" in note]
    table[0, -1] = 1.0
    found = complete(table, kind="table", budget=2, methods=("factors",), key=jax.random.key(0))
    assert not [note for note in found.notes if "parts" in note]
