"""What the imputers of tables share: a table is read, and its rows are completed."""

import warnings

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from tacit._typing import Any

Values = NDArray[np.floating]

_CHUNK = 1 << 22
"""Numbers held at a time by the normal equations of a block of rows."""


def validated(estimator: BaseEstimator, X: Any, *, reset: bool) -> Values:
    """A copy of X as a table of float32 or float64 numbers in which NaN is missing.

    Data frames come as they are. Of masked arrays what is masked is missing, of sparse ones what is
    not stored; an entry that is stored twice is averaged, with a warning.

    Args:
        estimator: which of its attributes hold the number and the names of columns.
        X: what its user gave.
        reset: learn number and names of the columns, as `fit` does, instead of comparing them.

    Raises:
        ValueError: if X is no table of real numbers, holds infinite values, or has other columns
            than the table of `fit`.
    """
    if np.ma.isMaskedArray(X):
        X = np.ma.filled(np.ma.asarray(X, float), np.nan)
    kinds = (np.float64, np.float32)
    read = validate_data(
        estimator,
        X,
        reset=reset,
        accept_sparse=("csr", "csc", "coo"),
        dtype=kinds,
        ensure_all_finite="allow-nan",
    )
    if sparse.issparse(read):
        return _unstored_as_missing(estimator, read)
    # In one layout, for sums in another order would differ by rounding.
    return np.array(read, order="C")


def _unstored_as_missing(estimator: BaseEstimator, X: Any) -> Values:
    stored = X.tocoo()
    places = stored.row.astype(np.int64) * stored.shape[1] + stored.col
    size = stored.shape[0] * stored.shape[1]
    count = np.bincount(places, minlength=size)
    if count.max(initial=0) > 1:
        warnings.warn(
            f"{type(estimator).__name__}: {int((count > 1).sum())} entries of X are stored more "
            "than once; their means are taken",
            UserWarning,
            stacklevel=4,
        )
    total = np.bincount(places, weights=stored.data, minlength=size)
    values = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return values.reshape(stored.shape).astype(stored.dtype)


def table_tags(tags: Any) -> Any:
    """The tags of an imputer of tables: NaN is allowed, sparse too, and precision is kept."""
    tags.input_tags.allow_nan = True
    tags.input_tags.sparse = True
    tags.transformer_tags.preserves_dtype = ["float64", "float32"]
    return tags


def column_means(values: Values, weights: Values | None = None) -> Values:
    """Mean of what each column has, in float64; the mean of all for a column that has nothing.

    Args:
        values: table in which NaN is missing.
        weights: of the entries; all alike if not given.

    Raises:
        ValueError: if nothing of positive weight is observed.
    """
    seen = ~np.isnan(values)
    shares = seen.astype(float) if weights is None else np.where(seen, weights, 0.0)
    if not shares.any():
        raise ValueError("X: every entry is missing, so that there is nothing to learn from")
    total, share = np.sum(shares * np.where(seen, values, 0), axis=0), shares.sum(axis=0)
    return np.where(share > 0, total / np.where(share > 0, share, 1), total.sum() / share.sum())


def ridge_rows(values: Values, components: Values, mean: Values, ridge: float | int) -> Values:
    """Predictions mean + u V of rows, with u = argmin ½‖x_O − mean_O − u V_O‖² + ½ λ ‖u‖².

    O are the entries that a row has. Each row is its own problem: a row has the same answer
    whichever rows come with it, and one without entries is answered by the mean.

    Args:
        values: rows in which NaN is missing, `(m, n)`.
        components: V, `(r, n)`.
        mean: of the columns, `(n,)`.
        ridge: λ ≥ 0; for 0 the shortest of the least-squares answers.
    """
    rank, width = components.shape
    V = components.astype(float)
    predicted = np.tile(np.asarray(mean, float), (len(values), 1))
    length = max(1, _CHUNK // max(1, rank * width))
    for first in range(0, len(values) if rank else 0, length):
        rows = values[first : first + length]
        seen = ~np.isnan(rows)
        wanted = np.where(seen, rows - mean, 0.0) @ V.T
        gram = (seen[:, None, :] * V).reshape(-1, width) @ V.T
        normal = gram.reshape(-1, rank, rank) + ridge * np.eye(rank)
        predicted[first : first + length] += _solved(normal, wanted, ridge) @ V
    return predicted


def _solved(normal: Values, wanted: Values, ridge: float | int) -> Values:
    if ridge > 0:
        return np.linalg.solve(normal, wanted[..., None])[..., 0]
    # Without a ridge, a row with fewer entries than components has a singular matrix.
    return (np.linalg.pinv(normal, rcond=1e-10, hermitian=True) @ wanted[..., None])[..., 0]


def filled(values: Values, predicted: Values) -> Values:
    """The values, with predictions, in their precision, where they are missing."""
    return np.where(np.isnan(values), predicted.astype(values.dtype), values)


def warn_of_empty_columns(estimator: BaseEstimator, values: Values) -> None:
    """Say which columns are wholly missing: `column_means` answers them with the mean of all."""
    empty = np.asarray(np.isnan(values).all(axis=0))
    _warn_of_empty(estimator, empty, "columns", "the mean of the table")


def warn_of_empty_rows(estimator: BaseEstimator, values: Values) -> None:
    """Say which rows are wholly missing: `ridge_rows` answers them with the mean."""
    empty = np.asarray(np.isnan(values).all(axis=1))
    _warn_of_empty(estimator, empty, "rows", "the means of the columns")


def _warn_of_empty(
    estimator: BaseEstimator, empty: NDArray[np.bool_], lines: str, answer: str
) -> None:
    if empty.any():
        warnings.warn(
            f"{type(estimator).__name__}: {int(empty.sum())} of {empty.size} {lines} are wholly "
            f"missing, the first at {int(empty.argmax())}; they are filled with {answer}",
            UserWarning,
            stacklevel=4,
        )
