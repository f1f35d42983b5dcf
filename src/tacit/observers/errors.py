"""Distance to what was measured, and to what training does not see: truth and held-out data."""

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import RealScalar, ScalarLike, Target
from tacit.models import AbstractFactorisation
from tacit.observers._base import Observer
from tacit.problems import Problem

ROBUST_DEVIATION = 1.4826
"""Standard deviation of a normal error over its median distance from 0."""


def held_out(problem: Problem, *, trimmed: bool = False) -> Observer:
    """Root mean square residual on the held-out measurements of `problem`, in units of y.

    Trimmed, residuals beyond three robust deviations (3 · 1.4826 times the median distance) count
    as that far: a few outliers do not decide it.
    """
    return Observer(_HeldOut(problem, trimmed), "held_out", "held-out RMSE")


class _HeldOut(eqx.Module):
    apart: Problem
    trimmed: bool = eqx.field(static=True)

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del t, problem
        residual, weights = self.apart.residual(model), self.apart.weights
        if self.trimmed:
            seen = True if weights is None else weights > 0
            distances = jnp.where(seen, jnp.abs(residual), jnp.nan)
            residual = jnp.minimum(distances, 3 * ROBUST_DEVIATION * jnp.nanmedian(distances))
            residual = jnp.where(seen, residual, 0)
        if weights is None:
            return jnp.sqrt(jnp.mean(residual**2))
        return jnp.sqrt(jnp.sum(weights * residual**2) / jnp.sum(weights))


def _truth(problem: Problem) -> Target:
    if problem.truth is None:
        raise ValueError("this observer compares with the truth, and the problem has none")
    return problem.truth


def _test_error(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t
    truth = _truth(problem)
    return jnp.linalg.norm((model() - truth).ravel()) / jnp.linalg.norm(truth.ravel())


def _train_error(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t
    return jnp.linalg.norm(problem.residual(model)) / jnp.linalg.norm(problem.y)


def _reconstruction_error(
    t: ScalarLike, model: AbstractFactorisation, problem: Problem
) -> RealScalar:
    del t
    return jnp.mean((model() - _truth(problem)) ** 2)


test_error = Observer(_test_error, "test_error", "relative error ‖X − X★‖ / ‖X★‖")
train_error = Observer(_train_error, "train_error", "relative residual ‖A X − y‖ / ‖y‖")
reconstruction_error = Observer(
    _reconstruction_error, "reconstruction_error", "mean square error over all entries"
)
