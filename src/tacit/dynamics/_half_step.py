"""The posterior of one side of Gaussian factors given that of the other."""

import jax.numpy as jnp

from tacit._typing import Array, Float, Measurements
from tacit.algebra import DenseRows, NormalEquations, RaggedRows, Regressors, ShardedRows
from tacit.algebra.positive import solve_positive
from tacit.algebra.ridge import Ridge
from tacit.models.gaussian_factors import Gaussians


def half_step(
    grouped: RaggedRows | DenseRows | ShardedRows,
    y: Measurements,
    weights: Measurements,
    other: Gaussians,
    prior: Float[Array, " w"],
    *,
    bias: bool | Array = True,
) -> tuple[Gaussians, Float[Array, " m"], Float[Array, " m"]]:
    """The posterior of one side given that of the other, and the free energy's other parts.

    Args:
        grouped: the entries grouped by this side.
        y: the entries.
        weights: of the entries, times the precision of their noise.
        other: the posterior of the other side.
        prior: precisions of the coordinates of this side.
        bias: whether this side has one.

    Returns:
        The law, the number of entries of each row, and the sum of w τ E[(y − X)²] over them.
    """
    full = other.is_full
    share_threads = isinstance(grouped, ShardedRows) and grouped.share_threads

    def solve(equations: NormalEquations) -> tuple[Array, ...]:
        gram, moment, square, count = equations
        ridge = None if share_threads else Ridge.of(gram, prior[None])
        if ridge is None:
            mean = solve_positive(gram + jnp.diag(prior)[None], moment)
        else:
            mean = ridge.solve(moment[..., None])[..., 0]
        fitted = jnp.einsum("mv,mvw,mw->m", mean, gram, mean)
        if full:
            assert ridge is not None
            # After the mean, not beside it: two batches of LAPACK at once wait for each other.
            identity = jnp.eye(len(prior), dtype=mean.dtype) + 0 * mean[0, 0]
            variance = ridge.solve(jnp.broadcast_to(identity, gram.shape))
            spread = jnp.sum(variance * gram, axis=(1, 2))
        else:
            own = jnp.diagonal(gram, axis1=1, axis2=2)
            variance = 1 / (own + prior[None])
            spread = jnp.sum(variance * own, axis=1)
        return mean, variance, count, square - 2 * jnp.sum(moment * mean, axis=1) + fitted + spread

    regressors = _regressors(other, bias)
    mean, variance, count, misfit = grouped.regress(regressors, y, weights, solve)
    # Without a bias its regressor is 0, its mean too, and its variance the prior's: not wanted.
    has = jnp.asarray(bias, mean.dtype)
    if full:
        return Gaussians(mean, variance.at[:, -1, -1].multiply(has)), count, misfit
    return Gaussians(mean, variance.at[:, -1].multiply(has)), count, misfit


def _regressors(other: Gaussians, bias: bool | Array) -> Regressors:
    """Factors with a constant for the bias; the other side's bias is subtracted."""
    constant = jnp.broadcast_to(jnp.asarray(bias, other.bias.dtype), other.bias.shape)[:, None]
    mean = jnp.concatenate([other.factor, constant], axis=1)
    if not other.is_full:
        variance = other.variance.at[:, -1].set(0)
        return Regressors(mean, variance, other.bias, other.variance[:, -1])
    covariance = other.variance.at[:, -1].set(0).at[:, :, -1].set(0)
    crossed = other.variance[:, -1].at[:, -1].set(0)
    return Regressors(mean, covariance, other.bias, other.variance[:, -1, -1], crossed)
