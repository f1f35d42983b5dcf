"""The imputer by soft-thresholded singular values."""

from typing import Literal

import jax.numpy as jnp

from tacit._typing import Any
from tacit.dynamics import SoftImpute
from tacit.estimators._explicit import AbstractTableImputer, Learnt, Splits
from tacit.estimators._path import learn_along_path
from tacit.models import Direct


class SoftImputer(AbstractTableImputer):
    """Fill the NaN of a table by min ½ Σ (y − X)² + λ ‖X‖_*, the sum over what is observed.

    SoftImpute [mazumder2010], an explicit counterpart of `MatrixImputer` with its face: λ falls
    along a path, is chosen on held-out entries, and then all entries are used. Rows are completed
    from the singular vectors of the answer, by ridge regression with the same λ: for the rows of
    `fit` that is the answer itself.

    Args:
        penalty: λ in units of the table, or `"auto"`.
        max_rank: components to keep at most.
        centre: subtract the means of the columns.
        validation_fraction: share of the observed entries that is held out; 0 for none, with which
            λ = λ_max / 20 unless it is given.
        max_iter: iterations at each λ at most.
        tol: relative fall of the loss in two iterations below which the next λ follows.
        dtype: precision of training, `"float32"` or `"float64"`.
        random_state: seed of the held-out entries.

    Attributes:
        components_: what rows are combined of, `(n_components_, n_features_in_)`, the rows of
            S^½ Wᵀ of the singular value decomposition.
        n_components_: their number.
        mean_: what is subtracted from the columns.
        ridge_: λ, as given or chosen.
        held_out_error_: root mean square error on the held-out entries; NaN without them.
        n_iter_: iterations that led to the answer.
        result_: why the last run ended.
        history_: dataset of loss, held-out error and penalty along the path.
        n_features_in_: number of columns.
    """

    def __init__(
        self,
        *,
        penalty: float | int | Literal["auto"] = "auto",
        max_rank: int | None = None,
        centre: bool = True,
        validation_fraction: float | int = 0.1,
        max_iter: int = 200,
        tol: float | int = 1e-3,
        dtype: Literal["float32", "float64"] = "float32",
        random_state: Any = 0,
    ):
        self.penalty: float | int | Literal["auto"] = penalty
        self.max_rank = max_rank
        self.centre = centre
        self.validation_fraction = validation_fraction
        self.max_iter = max_iter
        self.tol = tol
        self.dtype = dtype
        self.random_state = random_state

    def _learn(self, splits: Splits) -> Learnt:
        return learn_along_path(
            splits,
            Direct(jnp.zeros(splits.whole.values.shape, splits.whole.dtype)),
            lambda penalty: SoftImpute(decay=1.0, penalty=penalty),
            penalty=self.penalty,
            most=self.max_rank,
            max_iter=self.max_iter,
            tol=self.tol,
        )
