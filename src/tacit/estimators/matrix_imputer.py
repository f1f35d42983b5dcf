"""The imputer of tables."""

import math
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from tacit._typing import Any
from tacit.certificates import Certificate, nuclear_norm_certificate
from tacit.completion import Axis, RowModel, hold_out, observed_weights, solve
from tacit.estimators._progress import stages
from tacit.estimators._tables import (
    Values,
    filled,
    table_tags,
    validated,
    warn_of_empty_columns,
    warn_of_empty_rows,
)
from tacit.operators import Entries

_ALIVE = 1e-3
"""Strength relative to the strongest, and to noise, above which a component counts."""
_NOTHING = "MatrixImputer: every entry is missing, so that there is nothing to learn from"
_NO_WEIGHT = "MatrixImputer: weights are all 0, so that there is nothing to learn from"
_APPEARED = 0.5
"""Share of its final strength at which a component has appeared."""


class MatrixImputer(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Fill the NaN of a table, whose rows and columns stand in no order, by its low rank.

    X_ij = u_i · v_j + b_i + c_j and noise, with factors u, v of generous width: which components
    live, and how far each row is drawn to the others, follows from the data, with no rank and no
    penalty (see `tacit.dynamics.VariationalBayes`). Depth, width, scale of the start, biases and
    when to stop are chosen on held-out entries; the best three answers are averaged, weighed on
    the same entries. Every row, of `fit` or new, is completed from the columns by its own ridge
    regression, so that `fit_transform` and `transform` agree.

    Args:
        depth: L ≥ 2 of the factors' prior, infinity included, or `"auto"`.
        width: components to begin with, or `"auto"`.
        init_scale: standard deviation of the factors at the start, relative to √ of that of the
            table, or `"auto"`.
        loss: `"squared"`, or `"huber"` where some entries are far off: beyond 1.345 deviations of
            the noise residuals count linearly.
        standardise: whether each column has a unit of its own; `"auto"` to find it out: where
            deviations are very unlike it has, and where they are alike both are tried.
        members: most answers that are averaged.
        max_iter: most sweeps of a run.
        budget: seconds to keep within.
        dtype: precision of training, `"float32"` or `"float64"`.
        random_state: seed of the starts and of the held-out entries.
        verbose: whether a line is printed for each stage.

    Attributes:
        n_components_: components of the first member that live.
        singular_values_: their singular values, in units of the table's deviation.
        stages_: sweep by which each of them had half its strength: when each rank appeared.
        components_: the columns' factors, `(n_components_, n_features_in_)`.
        model_: completes rows; see `tacit.completion.RowModel`.
        choice_: what was chosen, from what, and why.
        held_out_error_: root mean square error of the answer on held-out entries.
        uncertainty_: standard deviation of each missing entry of `fit` about its filled value, with
            the noise, made true to the held-out errors; zero where observed.
        history_: dataset of the chosen run: held-out error, noise, singular values by sweep.
        n_iter_: sweeps of the first member.
        result_: why the chosen run ended.
        n_features_in_: number of columns.
    """

    def __init__(
        self,
        *,
        depth: float | int | Literal["auto"] = "auto",
        width: int | Literal["auto"] = "auto",
        init_scale: float | int | Literal["auto"] = "auto",
        loss: Literal["squared", "huber"] = "squared",
        standardise: bool | Literal["auto"] = "auto",
        members: int = 3,
        max_iter: int = 100,
        budget: float | int = 60.0,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: Any = 0,
        verbose: bool | int = False,
    ):
        self.depth: float | int | Literal["auto"] = depth
        self.width: int | Literal["auto"] = width
        self.init_scale: float | int | Literal["auto"] = init_scale
        self.loss: Literal["squared", "huber"] = loss
        self.standardise: bool | Literal["auto"] = standardise
        self.members = members
        self.max_iter = max_iter
        self.budget = budget
        self.dtype: Literal["float32", "float64"] = dtype
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X: Any, y: Any = None, *, weights: Any = None) -> "MatrixImputer":
        """Learn the columns from the entries that X has.

        Args:
            X: table in which NaN is missing; of a sparse one what is not stored.
            y: ignored.
            weights: of the entries, `(n_samples, n_features)`: a precision relative to the others.
                An entry of weight 0 is missing.

        Raises:
            ValueError: if X is no table of real numbers, holds infinite values or nothing at all,
                the weights do not fit it, or a parameter is out of its range.
        """
        del y
        values = validated(self, X, reset=True)
        shares = observed_weights(weights, np.isnan(values))
        if not shares.any() and not np.isnan(values).all():
            raise ValueError(_NO_WEIGHT)
        values = np.where(shares > 0, values, np.nan)
        warn_of_empty_columns(self, values)
        if not shares.any():
            raise ValueError(_NOTHING)

        seed = check_random_state(self.random_state).randint(2**31 - 1)
        given = self._given()
        with jax.enable_x64(self.dtype == "float64"), stages(self.verbose) as report:
            solved = solve(
                np.nan_to_num(values).astype(float),
                shares,
                self._axes(),
                methods=["factors"],
                given={**given, "sweeps": self.max_iter},
                loss=self.loss,
                members=self.members,
                budget=self.budget,
                dtype=jnp.dtype(self.dtype),
                report=report,
                key=jax.random.key(seed),
            )

        self.model_ = RowModel.of(solved)
        self.choice_ = solved.found.choice
        self.held_out_error_ = self.choice_.held_out
        self.result_ = solved.found.result
        self.search_, refit = solved.found.trajectories()
        self.n_iter_ = max(1, int(refit.step[-1]))

        # A component lives if it stands out from the noise, whose spectral norm is about σ √(m n).
        strengths = np.asarray(refit["singular_values"])
        noise = float(refit["noise"][-1]) * math.sqrt(values.size)
        alive = strengths[-1] > _ALIVE * max(strengths[-1].max(initial=0.0), noise)
        self.n_components_ = int(alive.sum())
        self.singular_values_ = strengths[-1][: self.n_components_]
        appeared = strengths[:, : self.n_components_] >= _APPEARED * self.singular_values_
        self.stages_ = np.asarray(refit.step)[appeared.argmax(axis=0)]

        columns = self.model_.members[0][1]
        self.components_ = columns.mean[:, : self.n_components_].T
        self.fitted_ = values, shares
        return self

    @property
    def history_(self) -> Any:
        """Dataset of the chosen run."""
        from tacit.results import to_dataset

        check_is_fitted(self)
        return to_dataset(self.search_)

    @property
    def uncertainty_(self) -> Values:
        """Standard deviation of each missing entry of `fit` about its filled value."""
        check_is_fitted(self)
        values, shares = self.fitted_
        _, deviation = self.model_.complete(values, shares)
        return np.where(shares > 0, 0.0, deviation)

    def fit_transform(self, X: Any, y: Any = None, **fit_params: Any) -> Any:
        """X without holes; what was observed is as given.

        Args:
            X: as in `fit`.
            y: ignored.
            **fit_params: `weights`, as in `fit`.
        """
        return self.fit(X, y, **fit_params).transform(X, **fit_params)

    def transform(self, X: Any, *, weights: Any = None) -> Values:
        """X without holes, each row completed from the columns of `fit`.

        Args:
            X: rows with the columns of `fit`.
            weights: of their entries, as in `fit`.

        Raises:
            NotFittedError: before `fit`.
            ValueError: if X has other columns than the table of `fit`.
        """
        check_is_fitted(self)
        values = validated(self, X, reset=False)
        shares = observed_weights(weights, np.isnan(values))
        values = np.where(shares > 0, values, np.nan)
        warn_of_empty_rows(self, values)
        predicted, _ = self.model_.complete(values, shares)
        return filled(values, predicted)

    def predict_interval(
        self, X: Any, level: float = 0.95, *, weights: Any = None
    ) -> tuple[Values, Values]:
        """Lower and upper ends of an interval about every entry of X, observed ones included.

        A share `level` of the errors on held-out entries lay within the like; of normal errors
        where too few could be held out.

        Args:
            X: rows with the columns of `fit`.
            level: share of the entries that are to lie within, between 0 and 1.
            weights: of their entries, as in `fit`.

        Raises:
            NotFittedError: before `fit`.
            ValueError: if the level is not between 0 and 1, or X has other columns.
        """
        check_is_fitted(self)
        reach = self.model_.multiple(level)
        values = validated(self, X, reset=False)
        mean, deviation = self.model_.complete(values, observed_weights(weights, np.isnan(values)))
        return mean - reach * deviation, mean + reach * deviation

    def score(self, X: Any, y: Any = None) -> float:
        """R² on a tenth of the observed entries of X, each row predicted from its others."""
        del y
        check_is_fitted(self)
        values = validated(self, X, reset=False)
        seen = ~np.isnan(values)
        sets, _ = hold_out(~seen, fraction=0.1, folds=10, key=jax.random.key(0))
        if not sets or seen.sum() < 2:
            return math.nan
        hidden = sets[0]
        predicted, _ = self.model_.complete(values, (seen & ~hidden).astype(float))
        wrong = np.sum((predicted - values)[hidden] ** 2)
        total = np.sum((values[hidden] - values[hidden].mean()) ** 2)
        return float(1 - wrong / total) if total > 0 else math.nan

    def certificate(self, *, tolerance: float | int = 1e-2) -> Certificate:
        """How far the answer is from the least nuclear norm that agrees with it where X is seen.

        What is judged is X less the means of its columns, on the observed entries as the model
        has them, without their noise: `evidence["relative_gap"]` is the gap.

        Args:
            tolerance: relative, of the gap below which the certificate holds.
        """
        check_is_fitted(self)
        values, shares = self.fitted_
        denoised, _ = self.model_.complete(values, shares)
        centred = self.model_.units.to_inner(denoised)
        with jax.enable_x64(True):
            operator = Entries.from_mask(shares > 0, jnp.float64)
            y = centred[shares > 0]
            return nuclear_norm_certificate(centred, operator, y, tolerance=tolerance)

    def __sklearn_tags__(self) -> Any:
        """NaN is allowed, and sparse arrays."""
        return table_tags(super().__sklearn_tags__())

    def _given(self) -> dict[str, Any]:
        """The settings of `Factors` that are not to be searched.

        Raises:
            ValueError: if one is out of its range.
        """
        given: dict[str, Any] = {}
        least = {"depth": 2, "width": 1, "init_scale": 0}
        for name, bound in least.items():
            value = getattr(self, name)
            if isinstance(value, str):
                if value != "auto":
                    raise ValueError(f"MatrixImputer: {name} is a number or 'auto', not {value!r}")
                continue
            if not value >= bound or (name == "init_scale" and value == 0):
                raise ValueError(f"MatrixImputer: {name} must not be {value}, which is too small")
            given[name] = value
        if self.loss not in ("squared", "huber"):
            raise ValueError(f"MatrixImputer: loss is 'squared' or 'huber', not {self.loss!r}")
        return given

    def _axes(self) -> tuple[Axis, Axis]:
        """Rows in no order; columns with units of their own, or not, or as is found out."""
        if self.standardise == "auto":
            return "sample", None
        return "sample", "feature" if self.standardise else "item"
