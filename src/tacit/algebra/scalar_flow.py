"""One singular value under full observation, in closed form at any real depth.

Where the singular vectors of a balanced W are those of the target, each singular value follows
ṡ = N s^{2−2/N} (σ − s), and for N = ∞, in the time t' = N t, ds/dt' = s² (σ − s).
"""

import numpy as np
from scipy.special import expit, hyp2f1, logit

from tacit._typing import Any, RealScalar

Numbers = Any
"""A number or a numpy array; the arguments broadcast."""
_SATURATED = 36.0
"""logit beyond which s = σ in double precision."""


def time_to_reach(
    value: Numbers, *, start: Numbers, target: Numbers, depth: float | int
) -> np.ndarray:
    """Time t at which s grows from `start` to `value` on its way to the target σ.

    t = (Nσ^{2−2/N})⁻¹ ∫ z^{2/N−2} (1 − z)⁻¹ dz from start/σ to value/σ. With q = 2/N − 1 it is

        P(q) + P(q+1) + [z^{q+2} ₂F₁(1, q+2; q+3; z) / (q+2)],   P(q) = ∫ z^{q−1} dz,

    regular for all N in [2, ∞]; at N = 2 the logistic curve's ln[s(σ−s₀)/(s₀(σ−s))] / (2σ), at
    N = ∞ (1/s₀−1/s)/σ + σ⁻² ln[s(σ−s₀)/(s₀(σ−s))]. At half the target it is the escape time.

    Args:
        value: s at the time asked for, between start and target.
        start: s(0) > 0, end to end.
        target: σ, the singular value that is learnt.
        depth: N in [2, ∞].

    Raises:
        ValueError: if not 0 < start ≤ value < target, or the depth is below 2.
    """
    _check(start, target, depth)
    value, start, target = np.broadcast_arrays(
        *(np.asarray(x, float) for x in (value, start, target))
    )
    if not np.all((start <= value) & (value < target)):
        raise ValueError("time_to_reach: value must be at least the start and below the target")
    z0, z = start / target, value / target
    q = _power(depth)
    integral = (
        _integral_of_power(q, z0, z)
        + _integral_of_power(q + 1, z0, z)
        + _remainder(q + 2, z)
        - _remainder(q + 2, z0)
    )
    return np.asarray(integral / _rate(target, depth))


def singular_value_at(
    time: Numbers, *, start: Numbers, target: Numbers, depth: float | int
) -> np.ndarray:
    """s(t) from `start`, below the target σ: the inverse of `time_to_reach`, by bracketed roots.

    Args:
        time: t ≥ 0; at infinite depth t' = N t.
        start: s(0) > 0, end to end.
        target: σ, the singular value that is learnt.
        depth: N in [2, ∞].

    Raises:
        ValueError: if not 0 < start < target, the time is negative, or the depth is below 2.
    """
    _check(start, target, depth)
    time, start, target = np.broadcast_arrays(
        *(np.asarray(x, float) for x in (time, start, target))
    )
    if not np.all(time >= 0):
        raise ValueError("singular_value_at: the time must not be negative")
    from scipy.optimize.elementwise import find_root  # half a second, so only here

    # In x = logit(s/σ) the speed is Nσ^{2−2/N} z^{1−2/N}, at most its value at z = 1.
    low = logit(start / target)
    high = np.minimum(low + _rate(target, depth) * time, np.maximum(low, 0) + _SATURATED)

    def late(x: Numbers, time: Numbers, start: Numbers, target: Numbers) -> Numbers:
        reached = np.clip(expit(x) * target, start, np.nextafter(target, 0))
        return time_to_reach(reached, start=start, target=target, depth=depth) - time

    found = find_root(late, (low, high), args=(time, start, target)).x
    settled = late(high, time, start, target) <= 0
    return np.where(time == 0, start, target * expit(np.where(settled, high, found)))


def refuse_bad_depth(depth: float | int | RealScalar, who: str) -> None:
    """Refuse a depth at which the end-to-end flow is not well posed.

    Raises:
        ValueError: if depth is below 2 or not a number.
    """
    if depth == 1:
        raise ValueError(f"{who}: depth 1 is plain gradient flow; use GradientFlow on Direct")
    if 1 < depth < 2:
        raise ValueError(
            f"{who}: depth {depth} is ill-posed: between 1 and 2 a singular value reaches zero in "
            "finite time and its continuation is not unique; take depth ≥ 2"
        )
    if not depth >= 2:
        raise ValueError(f"{who}: depth must be at least 2, got {depth}")


def _arrays(*numbers: Numbers) -> tuple[np.ndarray, ...]:
    return np.broadcast_arrays(*(np.asarray(number, float) for number in numbers))


def _check(start: Numbers, target: Numbers, depth: float | int) -> None:
    refuse_bad_depth(depth, "single mode")
    if not np.all((np.asarray(start) > 0) & (np.asarray(start) < np.asarray(target))):
        raise ValueError("single mode: start must lie between 0 and the target, both excluded")


def _power(depth: float | int) -> float:
    return (0.0 if np.isinf(depth) else 2 / depth) - 1


def _rate(target: Numbers, depth: float | int) -> Numbers:
    """N σ^{2−2/N}, or σ² for N = ∞."""
    return target**2 if np.isinf(depth) else depth * target ** (2 - 2 / depth)


def _integral_of_power(q: float, z0: Numbers, z: Numbers) -> Numbers:
    """∫ x^{q−1} dx from z0 to z, continuous at q = 0, where it is ln(z / z0)."""
    length = np.log(z / z0)
    return length if q == 0 else z0**q * np.expm1(q * length) / q


def _remainder(p: float, z: Numbers) -> Numbers:
    """∫ x^{p−1} / (1 − x) dx from 0 to z."""
    above = p + 1
    p = above - 1  # so that their difference is one to the last bit, where hyp2f1 is accurate
    return z**p / p * hyp2f1(1, p, above, z)
