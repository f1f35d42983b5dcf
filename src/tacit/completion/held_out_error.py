"""The error on held-out entries, as an observer that is one program whatever is held out."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Array, Float, Int, RealScalar, ScalarLike
from tacit.completion.task import LEANING
from tacit.models import AbstractFactorisation
from tacit.observers import Observer
from tacit.observers.errors import ROBUST_DEVIATION
from tacit.problems import Problem


class _HeldOutError(eqx.Module):
    apart: Problem
    slices: Int[Array, " p"]
    counts: Float[Array, " s"]
    last: RealScalar
    trimmed: bool = eqx.field(static=True)

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del problem
        weights = self.apart.weights
        assert weights is not None
        away = jnp.abs(self.apart.residual(model))
        if self.trimmed:
            known = jnp.where(weights > 0, away, jnp.nan)
            limit = 3 * ROBUST_DEVIATION * jnp.nanmedian(known)
            away = jnp.where(weights > 0, jnp.minimum(away, limit), 0)
        held = self.counts > 0
        totals = jnp.zeros_like(self.counts).at[self.slices].add(weights * away**2)
        means = jnp.where(held, totals / jnp.where(held, self.counts, 1), jnp.nan)
        usual = jnp.maximum(jnp.nanmedian(means), jnp.finfo(away.dtype).tiny)
        drawn = (totals + LEANING * usual) / (self.counts + LEANING)
        total = jnp.sum(self.counts)
        error = jnp.exp(0.5 * jnp.sum(self.counts * jnp.log(drawn)) / jnp.maximum(total, 1e-30))
        now = jnp.asarray(t, error.dtype)
        return jnp.where(total > 0, error, jnp.where(now <= self.last, -now, now))


def held_out_observer(
    apart: Problem, slices: NDArray[np.intp], number: int, last: int, *, trimmed: bool = False
) -> Observer:
    """The error on what is held out; where nothing is, −t up to `last`, the best record then.

    That is a number in the problem and not another program: compiling takes longer than training.
    The error is the geometric mean, over slices with units of their own, of the root mean square,
    as `Search.score` has it: with one slice it is the root mean square.

    Args:
        apart: what is held out, by weights.
        slices: number of the slice of each measurement.
        number: at least one more than the largest of them.
        last: step after which nothing is to be kept where nothing is held out.
        trimmed: whether residuals beyond three robust deviations count as that far.
    """
    assert apart.weights is not None
    counts = np.bincount(slices, np.asarray(apart.weights), minlength=number)
    function = _HeldOutError(
        apart,
        jnp.asarray(slices, jnp.int32),
        jnp.asarray(counts, apart.y.dtype),
        jnp.asarray(last, apart.y.dtype),
        trimmed,
    )
    return Observer(function, "held_out", "held-out error")
