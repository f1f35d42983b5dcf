"""The face that the imputers by explicit methods share."""

from abc import abstractmethod
from typing import NamedTuple

import jax
import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from tacit._typing import Any
from tacit.completion import hold_out
from tacit.estimators._padded import Mask, PaddedTable
from tacit.estimators._tables import (
    Values,
    filled,
    ridge_rows,
    table_tags,
    validated,
    warn_of_empty_columns,
    warn_of_empty_rows,
)
from tacit.runs import Trajectory, keep_compiled

_NARROW, _WIDE = 32, 64
"""Inner widths: that of tables whose shorter side is at most eight times as long, and of others."""


class Learnt(NamedTuple):
    """What a method found in a table.

    The components that rows are combined of, the ridge of that, the error on the held-out entries
    in units of the table, the steps that led to the answer, the last run, and a dataset of the
    search.
    """

    components: Values
    ridge: float
    held_out_error: float
    steps: int
    final: Trajectory[Any]
    history: Any


class AbstractTableImputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Fill the NaN of a table by rows of the least ridge on components that a method learns.

    A final class stores its parameters, among them `centre`, `validation_fraction`, `dtype` and
    `random_state`, and learns. What is filled comes from the components in `fit_transform` as in
    `transform`, so that both agree; what is observed stays.
    """

    centre: bool
    validation_fraction: float | int
    dtype: str
    random_state: Any

    @abstractmethod
    def _learn(self, splits: "Splits") -> Learnt:
        """Run the method on the table without its held-out entries, and then on all of it."""

    def fit(self, X: Any, y: Any = None) -> "AbstractTableImputer":
        """Learn the components from the entries that X has.

        Raises:
            ValueError: if X is no table of real numbers, holds infinite values or nothing at all,
                or a parameter is out of its range.
        """
        del y
        values = validated(self, X, reset=True)
        warn_of_empty_columns(self, values)
        with keep_compiled(), jax.enable_x64(self.dtype == "float64"):
            splits = Splits.of(self, values)
            learnt = self._learn(splits)
        self.mean_ = splits.whole.mean
        self.components_ = learnt.components
        self.n_components_ = len(learnt.components)
        self.ridge_ = learnt.ridge
        self.held_out_error_ = learnt.held_out_error
        self.n_iter_ = max(1, learnt.steps)
        self.result_ = learnt.final.result
        self.history_ = learnt.history
        return self

    def transform(self, X: Any) -> Values:
        """X without holes, each row completed by ridge regression on the components.

        Raises:
            NotFittedError: before `fit`.
            ValueError: if X has other columns than the table of `fit`.
        """
        check_is_fitted(self)
        values = validated(self, X, reset=False)
        warn_of_empty_rows(self, values)
        return filled(values, ridge_rows(values, self.components_, self.mean_, self.ridge_))

    def __sklearn_tags__(self) -> Any:
        """NaN is allowed, and sparse arrays."""
        return table_tags(super().__sklearn_tags__())


class Splits(NamedTuple):
    """A table, the same without its held-out entries, and these."""

    values: Values
    whole: PaddedTable
    train: PaddedTable
    held_out: Mask
    rng: np.random.Generator

    @classmethod
    def of(cls, imputer: AbstractTableImputer, values: Values) -> "Splits":
        """Hold out what the parameters of the imputer say."""
        fraction = imputer.validation_fraction
        if not 0 <= fraction < 1:
            raise ValueError(
                f"{type(imputer).__name__}: validation_fraction must be in [0, 1), got {fraction}"
            )
        seed = check_random_state(imputer.random_state).randint(2**31 - 1)
        seen = ~np.isnan(values)
        held_out = np.zeros_like(seen)
        if fraction and seen.any():
            folds = max(2, round(1 / fraction))
            key = jax.random.key(seed)
            sets, _ = hold_out(~seen, fraction=fraction, folds=folds, key=key)
            held_out = sets[0] if sets else held_out
        whole, train = (
            PaddedTable.of(values, chosen, imputer.centre, imputer.dtype)
            for chosen in (seen, seen & ~held_out)
        )
        return cls(values, whole, train, held_out, np.random.default_rng(seed))

    def width(self, asked: int | None) -> int:
        """Inner width: the one asked for, or a generous one."""
        if asked is not None and asked < 1:
            raise ValueError(f"width must be at least 1, got {asked}")
        return asked or (_NARROW if min(self.values.shape) <= 8 * _NARROW else _WIDE)
