"""First and second divided differences of γ, exact where points fall together.

γ is given for s ≥ 0; the differences are those of its odd extension f(x) = sign(x) γ(|x|), whose
value at the dilation [[0, X], [Xᵀ, 0]] holds the spectral map of X. Points closer than
τ = c eps^{1/5} count as together, c the scale on which γ varies: farther apart a quotient has an
error of about eps/τ, closer the mean of f' at Gauss's two nodes one of τ⁴ f⁽⁵⁾/4320.
"""

from functools import lru_cache

import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Callable, Float
from tacit.algebra.activations import Activation, variation_scale

Points = Float[Array, "..."]
_NODES = (0.5 - 3**-0.5 / 2, 0.5 + 3**-0.5 / 2)
"""Gauss's nodes on [0, 1], exact for cubics."""


def values(gamma: Activation, s: Points) -> Points:
    """γ(s), number by number, for a γ of one number."""
    return jax.vmap(gamma)(s.ravel()).reshape(s.shape)


def slopes(gamma: Activation, s: Points) -> Points:
    """γ'(s), number by number."""
    return values(_derivative(gamma), s)


def bends(gamma: Activation, s: Points) -> Points:
    """γ''(s), number by number."""
    return values(_derivative(_derivative(gamma)), s)


def closeness(dtype: Any) -> float:
    """eps^{1/5}, the distance below which two points count as together, on the scale of γ."""
    return float(jnp.finfo(dtype).eps) ** 0.2


def resolution(gamma: Activation, dtype: Any) -> float:
    """The distance τ below which two points count as together."""
    return variation_scale(gamma) * closeness(dtype)


@lru_cache(maxsize=256)
def vanishes_at_zero(gamma: Activation) -> bool:
    """Whether γ(0) = 0, so that f is continuous there."""
    with jax.ensure_compile_time_eval():
        return float(gamma(jnp.zeros(()))) == 0


def within(gamma: Activation, s: Points, t: Points) -> Points:
    """f[s, t] = (γ(s) − γ(t)) / (s − t) for s, t ≥ 0."""
    together = jnp.abs(s - t) < resolution(gamma, s.dtype)
    quotient = (values(gamma, s) - values(gamma, t)) / jnp.where(together, 1, s - t)
    return jnp.where(together, _mean_slope(gamma, s, t), quotient)


def across(gamma: Activation, s: Points, t: Points) -> Points:
    """f[s, −t] = (γ(s) + γ(t)) / (s + t) for s, t ≥ 0.

    Where γ(0) ≠ 0 it has no limit at zero: there the sum is floored at eps, to stay finite.
    """
    rise, run = values(gamma, s) + values(gamma, t), s + t
    if not vanishes_at_zero(gamma):
        return rise / jnp.maximum(run, jnp.finfo(run.dtype).eps)
    together = run < resolution(gamma, run.dtype)
    return jnp.where(together, _mean_slope(gamma, s, -t), rise / jnp.where(together, 1, run))


def first(gamma: Activation, a: Points, b: Points) -> Points:
    """f[a, b] of points of either sign."""
    s, t = jnp.abs(a), jnp.abs(b)
    same = jnp.signbit(a) == jnp.signbit(b)
    found = jnp.where(same, within(gamma, s, t), across(gamma, s, t))
    if vanishes_at_zero(gamma):
        return found
    # The odd extension is 0 at 0, where γ is not: the null vectors of the dilation are there.
    larger = jnp.maximum(s, t)
    chord = values(gamma, larger) / jnp.maximum(larger, jnp.finfo(larger.dtype).eps)
    return jnp.where((s == 0) | (t == 0), chord, found)


def second(gamma: Activation, a: Points, b: Points, c: Points) -> Points:
    """f[a, b, c] of points of either sign, by the quotient over the two farthest apart.

    Where all three are together it is the integral of f'' over the simplex that they span
    (Hermite and Genocchi), by the rule of three nodes.
    """
    smaller, greater = jnp.minimum(a, b), jnp.maximum(a, b)
    low, high = jnp.minimum(smaller, c), jnp.maximum(greater, c)
    middle = jnp.maximum(smaller, jnp.minimum(greater, c))
    together = high - low < resolution(gamma, a.dtype)
    run = jnp.where(together, 1, high - low)
    quotient = (first(gamma, high, middle) - first(gamma, middle, low)) / run
    corners = (low, middle, high)
    nodes = (3 * corner + low + middle + high for corner in corners)
    mean = sum(_odd_bend(gamma, node / 6) for node in nodes) / 3
    return jnp.where(together, mean / 2, quotient)


def gauss_mean(function: Callable[[Points], Points], a: Points, b: Points) -> Points:
    """Mean of a function between a and b, by Gauss's two nodes."""
    return (function(b + _NODES[0] * (a - b)) + function(b + _NODES[1] * (a - b))) / 2


def _mean_slope(gamma: Activation, a: Points, b: Points) -> Points:
    return gauss_mean(lambda x: slopes(gamma, jnp.abs(x)), a, b)


def _odd_bend(gamma: Activation, x: Points) -> Points:
    return jnp.sign(x) * bends(gamma, jnp.abs(x))


def _derivative(gamma: Activation) -> Activation:
    return lambda s: jax.jvp(gamma, (s,), (jnp.ones_like(s),))[1]
