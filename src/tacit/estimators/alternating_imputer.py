"""The imputer by alternating least squares."""

from typing import Literal

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, RealScalar, ScalarLike
from tacit.dynamics import AlternatingLeastSquares
from tacit.estimators._explicit import AbstractTableImputer, Learnt, Splits
from tacit.estimators._path import learn_along_path
from tacit.models import AbstractFactorisation, Deep
from tacit.observers import Observer
from tacit.problems import Problem

_SPARK = 0.05
"""What each penalty adds to V, relative to the start."""


class AlternatingLeastSquaresImputer(AbstractTableImputer):
    """Fill the NaN of a table by min ½ Σ (y − u·v)² + ½ λ (‖U‖² + ‖V‖²) over what is observed.

    Ridge regressions of rows and columns in turn [hastie2015], an explicit counterpart of
    `MatrixImputer` with its face: λ falls along a path, is chosen on held-out entries, and then all
    entries are used. Where the width does not bind this is the answer of `SoftImputer`.

    Args:
        penalty: λ in units of the table, or `"auto"`.
        width: columns of U; a generous 32, or 64 of large tables, if not given.
        centre: subtract the means of the columns.
        validation_fraction: share of the observed entries that is held out; 0 for none, with which
            λ = λ_max / 20 unless it is given.
        max_iter: iterations at each λ at most.
        tol: relative fall of the objective in two iterations below which the next λ follows.
        dtype: precision of training, `"float32"` or `"float64"`.
        random_state: seed of the start and of the held-out entries.

    Attributes:
        components_: what rows are combined of, `(n_components_, n_features_in_)`, the rows of
            S^½ Wᵀ of the singular value decomposition.
        n_components_: their number.
        mean_: what is subtracted from the columns.
        ridge_: λ, as given or chosen.
        held_out_error_: root mean square error on the held-out entries; NaN without them.
        n_iter_: iterations that led to the answer.
        result_: why the last run ended.
        history_: dataset of loss, objective, held-out error and penalty along the path.
        n_features_in_: number of columns.
    """

    def __init__(
        self,
        *,
        penalty: float | int | Literal["auto"] = "auto",
        width: int | None = None,
        centre: bool = True,
        validation_fraction: float | int = 0.1,
        max_iter: int = 200,
        tol: float | int = 1e-4,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: Any = 0,
    ):
        self.penalty: float | int | Literal["auto"] = penalty
        self.width = width
        self.centre = centre
        self.validation_fraction = validation_fraction
        self.max_iter = max_iter
        self.tol = tol
        self.dtype = dtype
        self.random_state = random_state

    def _learn(self, splits: Splits) -> Learnt:
        start = splits.train.start(splits.width(self.width), splits.train.level, splits.rng)
        spark = _SPARK * np.asarray(start.factors[0])

        def woken(model: Deep) -> Deep:
            # What a greater penalty has put out is zero, a saddle for the next: light it again.
            V, U = model.factors
            return Deep((jnp.asarray(np.asarray(V) + spark), U))

        return learn_along_path(
            splits,
            start,
            AlternatingLeastSquares,
            objective=lambda rule: Observer(_Objective(rule), "objective", "objective with ridge"),
            woken=woken,
            penalty=self.penalty,
            most=None,
            max_iter=self.max_iter,
            tol=self.tol,
        )


class _Objective(eqx.Module):
    rule: AlternatingLeastSquares

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del t
        assert isinstance(model, Deep)
        return self.rule.objective(problem, model)
