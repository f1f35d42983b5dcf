"""A table of ratings as a problem of completion, with some of them held out."""

import jax.numpy as jnp
import numpy as np

from tacit._typing import PRNGKey
from tacit.media import read
from tacit.operators import Entries
from tacit.problems import MeanSquared, Problem


def make_ratings_problem(
    path: str, users: int, items: int, held: float, dtype: str, *, key: PRNGKey
) -> tuple[Problem, Problem]:
    """The users and the items with most ratings, and what they rated: (training, held out).

    Args:
        path: A table with the columns user, item, rating, and others that are not looked at;
            tab-separated where its name ends in `.tsv`. Of equal rows the last one counts.
        users: Number of users, the rows.
        items: Number of items, the columns.
        held: Share of the ratings that is held out.
        dtype: Floating-point type.
        key: JAX random key.

    Raises:
        ValueError: The table has fewer columns, users or items, or too few ratings are left.
    """
    table = read(path, need_holes=False).values
    if table.shape[1] < 3:
        raise ValueError(
            f"{path}: has {table.shape[1]} columns: give user, item and rating in this order"
        )
    rows = _places(table[:, 0], users, f"{path}: setting users")
    columns = _places(table[:, 1], items, f"{path}: setting items")
    chosen = (rows >= 0) & (columns >= 0)
    matrix = np.full((users, items), np.nan)
    matrix[rows[chosen], columns[chosen]] = table[chosen, 2]
    i, j = np.nonzero(np.isfinite(matrix))
    y = jnp.asarray(matrix[i, j], dtype)
    return Problem(Entries(i, j, (users, items), dtype), y, MeanSquared()).split(held, key=key)


def _places(names: np.ndarray, count: int, where: str) -> np.ndarray:
    """For each name its place among the `count` most frequent ones, or −1."""
    distinct, index, times = np.unique(names, return_inverse=True, return_counts=True)
    if len(distinct) < count:
        raise ValueError(f"{where} is {count}, but there are {len(distinct)}: give fewer")
    order = np.argsort(-times, kind="stable")
    place = np.full(len(distinct), -1)
    place[order[:count]] = np.arange(count)
    return place[index]
