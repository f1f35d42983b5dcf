"""Least squares of every row of a small matrix at once, by products of whole matrices."""

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Any, Callable, Measurements
from tacit.algebra.ragged_rows import NormalEquations, Regressors


class DenseRows(eqx.Module):
    """All entries of a matrix in row-major order, of which those of weight zero are missing.

    The dense counterpart of `RaggedRows`: 2 m n w² operations, at the speed of one matrix product,
    and regressors may have covariances.

    Attributes:
        shape: (m, n) of the matrix.
        by_column: whether its columns are what is regressed.
    """

    shape: tuple[int, int] = eqx.field(static=True)
    by_column: bool = eqx.field(static=True, default=False)

    def regress(
        self,
        regressors: Regressors,
        y: Measurements,
        weights: Measurements,
        solve: Callable[[NormalEquations], Any],
    ) -> Any:
        """What `solve` makes of the normal equations of each row; see `RaggedRows.regress`."""
        Y, W = y.reshape(self.shape), weights.reshape(self.shape)
        if self.by_column:
            Y, W = Y.T, W.T
        width = regressors.mean.shape[1]
        residual = Y - regressors.offset[None, :]
        moments = regressors.second_moments().reshape(-1, width**2)
        moment = (W * residual) @ regressors.mean
        if regressors.offset_covariance is not None:
            moment = moment - W @ regressors.offset_covariance
        return solve(
            NormalEquations(
                gram=(W @ moments).reshape(-1, width, width),
                moment=moment,
                square=jnp.sum(W * (residual**2 + regressors.offset_variance[None, :]), axis=1),
                number=jnp.sum(W > 0, axis=1).astype(y.dtype),
            )
        )
