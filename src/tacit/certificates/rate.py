"""Theorem 2: exponential bounds on the loss along a run, checked record by record."""

from typing import NamedTuple

import numpy as np

from tacit._typing import Any
from tacit.certificates._base import Certificate
from tacit.operators import SharedBasis
from tacit.problems import LeastSquares, MeanSquared, Problem


def rate_certificate(
    problem: Problem, time: Any, loss: Any, rates: Any, *, floor: float = 1e-18
) -> Certificate:
    """Both exponential bounds of Theorem 2 in their integral form [chu2024].

    With s the singular values of Ā, M of `observers.spectral_rates`, and ℓ the part of the loss
    that can decay (what no x can reduce is taken off),

        ℓ(0) exp(−2 h s_max² ∫λ_max(M)) ≤ ℓ(t) ≤ ℓ(0) exp(−2 h s_min⁺² ∫λ_min(M)),

    h = 1 for ½Σr² and 2/p for the mean of squares. The integrals are by the trapezoidal rule over
    the records; what taking every other record changes in them counts as their error. The margin
    is the least slack plus error of either bound, in units of ln ℓ, over the records until ℓ is
    below `floor` or rounding. `evidence` has c = inf λ_min(M) and C = sup λ_max(M); with c = 0 the
    upper bound says nothing.

    Args:
        problem: on a `SharedBasis`, with `LeastSquares` or `MeanSquared` and no weights or penalty.
        time: time of each record.
        loss: record of `observers.loss`.
        rates: record of `observers.spectral_rates`, two numbers each.
        floor: loss below which nothing is checked.

    Raises:
        ValueError: if the problem is of another kind, or the records differ in number.
    """
    time, loss, rates = (np.asarray(array, float) for array in (time, loss, rates))
    if not len(time) == len(loss) == len(rates):
        raise ValueError(
            f"rate_certificate: {len(time)} times, {len(loss)} losses and {len(rates)} rates; "
            "give the records of one run"
        )

    # From where the loss is rounding on, its logarithm says nothing of a rate.
    decay = _decay(problem)
    decaying = decay.of(loss, floor)
    last = len(decaying)
    logs = np.log(decaying / decaying[0])

    # What the quadrature may be off is granted to either bound: it is the records' fault.
    slow, slow_error = _integral(time[:last], rates[:last, 0])
    fast, fast_error = _integral(time[:last], rates[:last, 1])
    upper = -decay.slowest * slow - logs
    lower = logs + decay.fastest * fast
    margin = min(
        float(np.min(upper + decay.slowest * slow_error)),
        float(np.min(lower + decay.fastest * fast_error)),
    )

    c, C = float(rates[:last, 0].min()), float(rates[:last, 1].max())
    return Certificate(
        margin=margin,
        unit="ln ℓ",
        evidence={
            "c": c,
            "C": C,
            "unreachable": decay.unreachable,
            "upper_slack": upper,
            "lower_slack": lower,
            "quadrature_error": max(
                float(np.max(decay.slowest * slow_error)), float(np.max(decay.fastest * fast_error))
            ),
            "final": float(decaying[-1]),
        },
        sentence=(
            f"Both exponential bounds {'hold' if margin >= 0 else 'do not hold'} at {last} records "
            f"down to a loss of {decaying[-1]:.1e}, c = {c:.2g} and C = {C:.2g}"
            + ("." if c > 0 else "; c = 0 makes the upper one say nothing.")
        ),
    )


def descent_rate_certificate(
    problem: Problem, loss: Any, step: float, c: float, *, floor: float = 1e-18
) -> Certificate:
    """Theorem 2 for descent: ℓ_{k+1} ≤ (1 − η h c s_min⁺²) ℓ_k at every step [chu2024].

    Half the exponent of the flow, so that a small step keeps it. ℓ and h are those of
    `rate_certificate`; the margin is the least 1 − ℓ_{k+1} / ((1 − η h c s²) ℓ_k).

    Args:
        problem: as for `rate_certificate`.
        loss: the loss after each of consecutive steps.
        step: η.
        c: a lower bound of λ_min(M) along the run, positive.
        floor: loss below which nothing is checked.

    Raises:
        ValueError: if the problem is of another kind.
    """
    decay = _decay(problem)
    decaying = decay.of(np.asarray(loss, float), floor)
    factor = 1 - step * c * decay.slowest / 2
    ratios = decaying[1:] / decaying[:-1]
    worst = float(ratios.max())
    return Certificate(
        margin=float(1 - worst / factor),
        unit="relative to the factor",
        evidence={"factor": float(factor), "worst_ratio": worst, "steps": float(len(ratios))},
        sentence=(
            f"Over {len(ratios)} steps the loss falls at least by the factor {worst:.6g} a step; "
            f"the theorem asks for {factor:.6g}."
        ),
    )


class _Decay(NamedTuple):
    """2 h s² for the least and the largest s, and the loss that stays."""

    slowest: float
    fastest: float
    unreachable: float
    rounding: float

    def of(self, loss: np.ndarray, floor: float) -> np.ndarray:
        """The part of the loss that can decay, until it is below the floor or rounding."""
        decaying = loss - self.unreachable
        small = decaying < max(floor, self.rounding)
        return decaying[: int(np.argmax(small)) if small.any() else len(decaying)]


def _decay(problem: Problem) -> _Decay:
    operator, loss = problem.operator, problem.loss
    plain = problem.weights is None and problem.penalty is None
    if not (
        isinstance(operator, SharedBasis) and isinstance(loss, LeastSquares | MeanSquared) and plain
    ):
        raise ValueError(
            "Theorem 2 is of a SharedBasis with LeastSquares or MeanSquared, no weights and no "
            f"penalty; got {type(operator).__name__} with {type(loss).__name__}"
        )
    y, spectra = np.asarray(problem.y, float), np.asarray(operator.spectra, float)
    h = 1.0 if isinstance(loss, LeastSquares) else 2 / len(y)
    U, s, _ = np.linalg.svd(spectra, full_matrices=False)
    seen = s > s[0] * max(spectra.shape) * np.finfo(float).eps
    lost = y - U[:, seen] @ (U[:, seen].T @ y)
    # Rounding of y and of ℓ* hides what is smaller than this.
    rounding = 100 * np.finfo(float).eps * h / 2 * float(lost @ lost)
    smallest, largest = float(s[seen][-1]), float(s[0])
    return _Decay(2 * h * smallest**2, 2 * h * largest**2, h / 2 * float(lost @ lost), rounding)


def _integral(time: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Integral from the first record to each, and how far every other record changes it."""

    def cumulative(at: np.ndarray) -> np.ndarray:
        pieces = np.diff(time[at]) * (values[at][1:] + values[at][:-1]) / 2
        return np.interp(time, time[at], np.concatenate([[0.0], np.cumsum(pieces)]))

    every = np.arange(len(time))
    fine = cumulative(every)
    coarse = cumulative(np.unique(np.concatenate([every[::2], every[-1:]])))
    return fine, np.maximum.accumulate(np.abs(fine - coarse))
