"""Ids of any kind: read, told apart, found again."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pytest

from tacit.estimators._columns import read_ids
from tacit.estimators._ids import Ids, learn

COLUMNS = {
    "int8": np.array([3, -1, 3, 7], np.int8),
    "uint64": np.array([3, 1, 3, 7], np.uint64),
    "far apart": np.array([2**62, -(2**62), 2**62, 5]),
    "beyond int64": np.array([2**63 + 1, 1, 2**63 + 1, 2**63], np.uint64),
    "whole floats": np.array([3.0, 1.0, 3.0, 7.0], np.float32),
    "floats": [0.5, 0.25, 0.5, 1.0],
    "booleans": np.array([True, False, True, False]),
    "text": ["ü", "a", "ü", ""],
    "text array": np.array(["b", "a", "b", "c"]),
    "pairs": [(1, "x"), (2, "y"), (1, "x"), (0, "z")],
    "dates": [datetime.date(2020, 1, d) for d in (3, 1, 3, 2)],
    "pandas": pd.Series(["b", "a", "b", "c"]),
    "pandas nullable": pd.Series([3, 1, 3, 7], dtype="Int64"),
    "categories": pd.Series(["b", "a", "b", "c"], dtype="category"),
    "polars": pl.Series(["b", "a", "b", "c"]),
    "polars integers": pl.Series([3, 1, 3, 7]),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_ids_are_told_apart_and_found_again(column):
    expected = list(column)
    known, index = learn(read_ids(column, "users"), "users")
    assert index.dtype == np.int32
    assert len(known) == len(set(expected))
    assert [known[k] for k in index.tolist()] == expected
    assert index.tolist() == [list(dict.fromkeys(sorted(expected))).index(x) for x in expected]
    np.testing.assert_array_equal(known.find(read_ids(expected, "users"), "users"), index)


def test_unknown_ids_have_no_index():
    near, far = (learn(np.array(x), "users")[0] for x in ([5, 300, 7], [5, 2**61, -(2**61)]))
    asked = np.array([4, 5, 6, 10**18, -(10**18)])
    assert near.find(asked, "users").tolist() == [-1, 0, -1, -1, -1]
    assert far.find(asked, "users").tolist() == [-1, 1, -1, -1, -1]
    assert near.find(np.array([5, -3], np.int8), "users").tolist() == [0, -1]
    assert near.find(read_ids(["x", 7], "users"), "users").tolist() == [-1, 1]
    assert near.find(np.array([5.0, 6.5]), "users").tolist() == [0, -1]
    assert near.find(read_ids([], "users"), "users").size == 0


def test_a_number_and_its_text_are_two_and_that_is_said():
    with pytest.warns(UserWarning, match="users: ids of mixed type"):
        known, index = learn(read_ids(["1", 1, "1", 2], "users"), "users")
    assert [known[k] for k in index.tolist()] == ["1", 1, "1", 2]
    assert len(known) == 3
    numbers, _ = learn(np.array([1, 2]), "users")
    with pytest.warns(UserWarning, match="all are unknown, '1' for one.*such as 1"):
        assert (numbers.find(read_ids(["1", "2"], "users"), "users") < 0).all()
    with pytest.warns(UserWarning, match="users: ids of mixed type"):
        both = numbers.extended(read_ids(["1"], "users"), "users")
    assert both.find(read_ids([2, "1"], "users"), "users").tolist() == [1, 2]


def test_ids_that_are_added_come_behind():
    known = Ids.of(np.array([10, 30])).extended(np.array([20, 5]), "users")
    assert known.find(np.array([5, 10, 20, 30]), "users").tolist() == [3, 0, 2, 1]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["a", None], "position 1 holds None, which is no id"),
        ([1, 2, float("nan")], "position 2 holds nan"),
        (["a", float("inf")], "position 1 holds inf"),
        (np.array([1.0, np.inf]), "position 1 holds inf"),
        (pd.Series([1, None], dtype="Int64"), "position 1 holds"),
        (pl.Series(["a", None]), "position 1 holds None"),
        (pl.Series([1, None]), "position 1 holds nan"),
        ([1, [2]], r"position 1 holds \[2\]"),
        ([(1, [2])], r"position 0 holds \(1, \[2\]\)"),
        (np.array(["2020-01-01"], "datetime64[ns]"), r"dtype datetime64\[ns\] are not read"),
        (np.ones((2, 2)), r"single column, got an array of shape \(2, 2\)"),
        ("users", "in a list, not 'users'"),
        (7, "in a list, not 7"),
    ],
)
def test_what_is_no_id_is_refused(column, message):
    with pytest.raises(ValueError, match=f"users: .*{message}"):
        read_ids(column, "users")
