"""Coordinates in which both sides of Gaussian factors are alike, and the priors they speak for."""

import math

import jax
import jax.numpy as jnp

from tacit._typing import Array, Float, ScalarLike
from tacit.models.gaussian_factors import Gaussians

_FAINT = 1e-7
"""Strengths squared below this share of the largest are rounding."""


def turned(
    rows: Gaussians, columns: Gaussians, seen_rows: Array, seen_columns: Array
) -> tuple[Gaussians, Gaussians]:
    """The same X in coordinates where both second moments are one diagonal, strongest first."""
    P, Q = _moment(rows, seen_rows), _moment(columns, seen_columns)
    size = jnp.sqrt(jnp.maximum(jnp.diagonal(P), jnp.finfo(P.dtype).tiny))
    R = size[:, None] * jnp.linalg.cholesky(P / (size[None, :] * size[:, None]))
    strengths, vectors = jnp.linalg.eigh(R.T @ Q @ R)
    # eigh sorts upwards.
    strengths, vectors = strengths[::-1], vectors[:, ::-1]
    quarter = jnp.maximum(strengths, _FAINT * strengths[0]) ** 0.25
    inverse = jax.scipy.linalg.solve_triangular(R, jnp.eye(len(size), dtype=P.dtype), lower=True)
    quarter = quarter[None, :]
    return rows.turned((inverse.T @ vectors) * quarter), columns.turned((R @ vectors) / quarter)


def _moment(side: Gaussians, seen: Float[Array, " m"]) -> Float[Array, "r r"]:
    """Mean over the rows that are seen of E[u uᵀ], without the bias."""
    are_seen = (seen > 0).astype(side.mean.dtype)
    u = side.factor * are_seen[:, None]
    if side.is_full:
        variance = jnp.einsum("m,mvw->vw", are_seen, side.variance[:, :-1, :-1])
    else:
        variance = jnp.diag(are_seen @ side.variance[:, :-1])
    return (u.T @ u + variance) / jnp.maximum(jnp.sum(are_seen), 1)


def prior_precisions(
    side: Gaussians, seen: Float[Array, " m"], depth: ScalarLike = math.inf
) -> Float[Array, " w"]:
    """1/α_a = Σ_i E[u_ia²] / m over the rows i that are seen, drawn together by the depth L.

    The prior under which the posterior of this side is likeliest. Factors' α are replaced by
    α^{1 − 2/L} ᾱ^{2/L}, where 1/ᾱ is the mean of 1/α; the bias keeps its own.
    """
    are_seen = (seen > 0).astype(side.mean.dtype)
    moments = are_seen @ (side.mean**2 + side.marginal)
    mean = moments / jnp.maximum(jnp.sum(are_seen), 1)
    precisions = 1 / jnp.maximum(mean, jnp.finfo(mean.dtype).eps ** 2)
    factor = precisions[:-1]
    common = 1 / jnp.mean(1 / factor)
    share = 2 / jnp.asarray(depth, factor.dtype)
    return precisions.at[:-1].set(factor ** (1 - share) * common**share)
