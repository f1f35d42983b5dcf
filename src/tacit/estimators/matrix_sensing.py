"""Trace regression: a matrix from linear measurements of it."""

from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted

from tacit._typing import Any
from tacit.estimators._sensing import SensingTask, measurement, precision
from tacit.estimators._tables import Values
from tacit.models import Deep
from tacit.runs import Trajectory, keep_compiled

_DEPTHS, _SCALES = (2, 3), (1e-2, 1e-5)
"""What is tried; scales relative to the largest singular value to be expected."""
_NEGLIGIBLE = 1e-2
"""Singular values below this fraction of the largest count for none."""


class MatrixSensing(RegressorMixin, BaseEstimator):
    """Trace regression y_i ≈ ⟨A_i, X⟩ by a deep factorisation of X trained from a small start.

    No rank and no penalty is set: depth, scale of the start and when to stop are chosen on held-out
    measurements, and then all are used.

    Args:
        depth: number of factors, or `"auto"` for 2 or 3.
        init_scale: of the start relative to the largest singular value to be expected, or `"auto"`.
        validation_fraction: share of the measurements that is held out; 0 for none, with which the
            descent ends where the loss no longer falls.
        max_iter: steps at most.
        dtype: precision of training, `"float32"` or `"float64"`.
        random_state: seed of the start and of the held-out measurements.

    Attributes:
        coef_: X, `(m, n)`.
        rank_: singular values of X above a hundredth of the largest.
        depth_: depth chosen.
        init_scale_: scale chosen.
        held_out_error_: root mean square error on the held-out measurements; NaN without them.
        n_iter_: steps that led to the answer.
        result_: why the last run ended.
        history_: dataset of loss, held-out error and spectrum along the run that was chosen.
    """

    def __init__(
        self,
        *,
        depth: int | Literal["auto"] = "auto",
        init_scale: float | int | Literal["auto"] = "auto",
        validation_fraction: float | int = 0.2,
        max_iter: int = 4000,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: Any = 0,
    ):
        self.depth: int | Literal["auto"] = depth
        self.init_scale: float | int | Literal["auto"] = init_scale
        self.validation_fraction = validation_fraction
        self.max_iter = max_iter
        self.dtype = dtype
        self.random_state = random_state

    def fit(self, A: Any, y: Any) -> "MatrixSensing":
        """Learn X from measurements of it.

        Args:
            A: matrices of shape `(p, m, n)`, or any measurement of `tacit.operators` on matrices,
                whose own precision is then that of training.
            y: their p measurements.

        Raises:
            ValueError: if the shapes do not fit, a number is not finite, or a parameter is out of
                its range.
        """
        from tacit.results import to_dataset

        self._refuse_bad_numbers()
        with keep_compiled(), jax.enable_x64(precision(A, self.dtype) == "float64"):
            task = SensingTask.of(
                measurement(A, self.dtype), y, self.validation_fraction, self.random_state
            )
            search, depth, scale = self._searched(task)
            best = int(search.best)
            steps, final, error = max(1, int(search.step[best])), search, np.nan
            if task.held_out.any():
                final = task.descended(depth, scale, steps)
                error = float(search["held_out"][best]) * task.spread
            self.coef_ = task.spread * np.asarray(final.model(), float)
        values = np.linalg.svd(self.coef_, compute_uv=False)
        self.rank_ = int(np.sum(values > _NEGLIGIBLE * values[0]))
        self.depth_, self.init_scale_, self.n_iter_ = depth, scale, steps
        self.held_out_error_ = error
        self.result_ = final.result
        self.history_ = to_dataset(search)
        return self

    def predict(self, A: Any) -> Values:
        """Measurements ⟨A_i, X⟩ of what was learnt.

        Raises:
            NotFittedError: before `fit`.
            ValueError: if the matrices have another shape than X.
        """
        check_is_fitted(self)
        with jax.enable_x64(precision(A, "float64") == "float64"):
            operator = measurement(A, "float64")
            if operator.shape != self.coef_.shape:
                raise ValueError(
                    f"MatrixSensing: A measures matrices of shape {operator.shape}, and it was "
                    f"fitted to shape {self.coef_.shape}"
                )
            return np.asarray(operator.mv(jnp.asarray(self.coef_, operator.dtype)))

    def __sklearn_tags__(self) -> Any:
        """Of arrays, those of three modes alone are taken."""
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        tags.input_tags.three_d_array = True
        return tags

    def _searched(self, task: SensingTask) -> tuple[Trajectory[Deep], int, float]:
        """The run that came nearest to the held-out measurements, its depth and its scale."""
        depths = _DEPTHS if self.depth == "auto" else (self.depth,)
        scales = _SCALES if self.init_scale == "auto" else (float(self.init_scale),)
        watched = "held_out"
        if not task.held_out.any():
            # The loss tells nothing of depth and scale.
            depths, scales, watched = depths[:1], scales[-1:], "loss"
        found = [
            (task.descended(depth, scale, self.max_iter, watched), depth, scale)
            for depth in depths
            for scale in scales
        ]
        return min(found, key=lambda one: float(one[0][watched][int(one[0].best)]))

    def _refuse_bad_numbers(self) -> None:
        for name, value, least in (
            ("depth", self.depth, 1),
            ("init_scale", self.init_scale, 1e-30),
        ):
            if value != "auto" and (isinstance(value, str) or not value >= least):
                raise ValueError(
                    f"MatrixSensing: {name} must be at least {least} or 'auto', got {value!r}"
                )
        if not 0 <= self.validation_fraction < 1:
            raise ValueError(
                "MatrixSensing: validation_fraction must be in [0, 1), got "
                f"{self.validation_fraction}"
            )
        if self.max_iter < 1:
            raise ValueError(f"MatrixSensing: max_iter must be at least 1, got {self.max_iter}")
