"""The imputer by scaled gradient descent."""

from typing import Literal

import numpy as np

from tacit._typing import Any
from tacit.dynamics import ScaledDescent
from tacit.estimators._explicit import AbstractTableImputer, Learnt, Splits
from tacit.estimators._padded import PaddedTable
from tacit.estimators._tables import Values, ridge_rows
from tacit.runs import Schedule, Trajectory, run

_DAMPINGS = (3.0, 1.0, 0.3)
_RIDGES = np.geomspace(1e-4, 1, 9)
"""Ridges of the rows, and above them dampings, both relative to the largest singular value."""
_UNSEEN_RIDGE, _UNSEEN_STEPS = 1e-2, 100
"""Where no entry can be held out."""
_GAP = 2


class ScaledDescentImputer(AbstractTableImputer):
    """Fill the NaN of a table by scaled gradient descent on X = U V from a small start.

    ScaledGD with damping [xu2023], between the implicit and the explicit, with the face of
    `MatrixImputer`: damping, the step at which to stop, and the ridge of the rows are chosen on
    held-out entries, and then all entries are used.

    Args:
        damping: λ relative to the largest singular value, or `"auto"`.
        width: columns of U; a generous 32, or 64 of large tables, if not given.
        init_scale: singular values at the start, relative to the largest.
        step: η; what is seen has weight one over its share.
        centre: subtract the means of the columns.
        validation_fraction: share of the observed entries that is held out; 0 for none, with which
            at most 100 steps are taken.
        max_iter: steps at most.
        dtype: precision of training, `"float32"` or `"float64"`.
        random_state: seed of the start and of the held-out entries.

    Attributes:
        components_: what rows are combined of, `(n_components_, n_features_in_)`, the rows of
            S^½ Wᵀ of the singular value decomposition.
        n_components_: their number.
        mean_: what is subtracted from the columns.
        ridge_: λ with which rows are completed.
        damping_: λ of the descent.
        held_out_error_: root mean square error on the held-out entries; NaN without them.
        n_iter_: steps that led to the answer.
        result_: why the last run ended.
        history_: dataset of loss and held-out error along the search with `damping_`.
        n_features_in_: number of columns.
    """

    def __init__(
        self,
        *,
        damping: float | int | Literal["auto"] = "auto",
        width: int | None = None,
        init_scale: float | int = 1e-6,
        step: float | int = 0.25,
        centre: bool = True,
        validation_fraction: float | int = 0.1,
        max_iter: int = 600,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: Any = 0,
    ):
        self.damping: float | int | Literal["auto"] = damping
        self.width = width
        self.init_scale = init_scale
        self.step = step
        self.centre = centre
        self.validation_fraction = validation_fraction
        self.max_iter = max_iter
        self.dtype = dtype
        self.random_state = random_state

    def _learn(self, splits: Splits) -> Learnt:
        from tacit.results import to_dataset

        dampings = _DAMPINGS if self.damping == "auto" else (float(self.damping),)
        self._refuse_bad_numbers(dampings)
        train = splits.train
        seed = int(splits.rng.integers(2**31))
        if not splits.held_out.any():
            damping = dampings[len(dampings) // 2]
            steps = min(self.max_iter, _UNSEEN_STEPS)
            search = final = self._descended(splits, splits.whole, damping, steps, seed)
            components = splits.whole.components(final.model, None)
            ridge, error = _UNSEEN_RIDGE * _largest(components), np.nan
        else:
            searches = [self._descended(splits, train, d, self.max_iter, seed) for d in dampings]
            # A run that diverged ends with records that are no numbers.
            errors = [np.nan_to_num(found["held_out"], nan=np.inf) for found in searches]
            best = int(np.argmin([error.min() for error in errors]))
            damping, search = dampings[best], searches[best]
            steps = max(1, int(search.step[errors[best].argmin()]))
            again = self._descended(splits, train, damping, steps, seed)
            ridge, error = _row_ridge(splits, train.components(again.model, None))
            final = self._descended(splits, splits.whole, damping, steps, seed)
            components = splits.whole.components(final.model, None)
        self.damping_ = float(damping)
        history = to_dataset(search)
        return Learnt(components, ridge, error, steps, final, history)

    def _descended(
        self, splits: Splits, table: PaddedTable, damping: float, steps: int, seed: int
    ) -> Trajectory[Any]:
        """A run from the start, without a stop: the search and what it chose share a program."""
        weight = 1 / table.share
        level = weight * table.level
        rng = np.random.default_rng(seed)
        return run(
            table.problem(weight),
            table.start(splits.width(self.width), self.init_scale * level, rng),
            ScaledDescent(float(self.step), damping * level),
            Schedule.every(_GAP, steps),
            table.observers(splits.held_out),
            chunk=2,
        )

    def _refuse_bad_numbers(self, dampings: tuple[float, ...]) -> None:
        for name, least in (("init_scale", self.init_scale), ("damping", min(dampings))):
            if not least > 0:
                raise ValueError(f"ScaledDescentImputer: {name} must be positive, got {least}")
        if self.max_iter < 1:
            raise ValueError(
                f"ScaledDescentImputer: max_iter must be at least 1, got {self.max_iter}"
            )


def _largest(components: Values) -> float:
    """Largest singular value of what the components, S^½ Wᵀ, are of."""
    return float(np.max(np.sum(components**2, axis=1), initial=0.0))


def _row_ridge(splits: Splits, components: Values) -> tuple[float, float]:
    """The ridge that completes rows best where they were held out, and the error of that."""
    known = np.where(splits.held_out, np.nan, splits.values)
    wanted = splits.values[splits.held_out]
    ridges = _largest(components) * _RIDGES
    errors = []
    for ridge in ridges:
        answer = ridge_rows(known, components, splits.train.mean, ridge)[splits.held_out]
        errors.append(float(np.sqrt(np.mean((answer - wanted) ** 2))))
    best = int(np.argmin(errors))
    return float(ridges[best]), errors[best]
