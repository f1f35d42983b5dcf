"""From the errors on held-out entries to a standard deviation for every entry that is filled."""

import math
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, uniform_filter

from tacit._typing import Any, Sequence

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_FEWEST = 20
"""Held-out entries under which nothing can be calibrated."""
_EACH = 30
"""Held-out entries for each coefficient."""
_RIDGE = 2.0
"""Pseudo-observations that draw each coefficient to 0."""
_STEPS = 30
_SIDE = 5
"""Entries along each ordered axis over which activity is measured."""
_FARTHER = 3.0
"""Multiple of the largest distance seen up to which a deviation is still taken to grow."""
_TRIM = 0.999
"""Quantile of the squared errors beyond which they count as that large."""
_EXACT = 1e-200
"""Mean square of errors that are all zero."""

_quantile = partial(np.quantile, method="inverted_cdf")
"""Of weighted values: the least at or below which there is a share of the weight."""


class Clues(NamedTuple):
    """What may tell how wrong an answer is, entry by entry, as logarithms.

    Attributes:
        columns: one for each clue, over the entries in question.
        rising: for each clue, whether only a rising deviation is believed.
    """

    columns: Values
    rising: tuple[bool, ...]


class Calibration(NamedTuple):
    """log σ = coefficients · (1, clues), and the quantiles of |error| / σ where it was fitted.

    Attributes:
        coefficients: of 1 and the clues, whose means are subtracted; None where too little was
            held out.
        means: of the clues.
        limits: least and largest value of each clue that was seen.
        ratios: |error| / σ of the held-out entries, in order.
        shares: weights of the same entries, of sum 1.
    """

    coefficients: Values | None
    means: Values
    limits: tuple[Values, Values]
    ratios: Values
    shares: Values

    @classmethod
    def fit(
        cls, errors: Values, clues: Clues, weights: Values | None = None, *, robust: bool = False
    ) -> "Calibration":
        """The most likely coefficients of errors that are normal with deviation σ.

        Minimises Σ w (log σ² + e²/σ²)/2, which is convex in them; then σ is scaled so that the
        weighted mean of (e/σ)² is 1. A clue that may only raise the deviation, such as the distance
        from what was seen, is left out if it would lower it.

        Args:
            errors: on the held-out entries.
            clues: of the same entries.
            weights: w of the same entries; all alike if not given.
            robust: whether the scale is that of the median of |e|/σ, which outliers do not move.
        """
        number = clues.columns.shape[1]
        usable = np.isfinite(errors) & np.isfinite(clues.columns).all(axis=1)
        errors, columns = errors[usable], clues.columns[usable]
        if len(errors) < _FEWEST:
            empty = np.zeros(number)
            return cls(None, empty, (empty, empty), np.zeros(0), np.zeros(0))
        counts = np.ones(len(errors)) if weights is None else weights[usable]
        counts = counts / counts.mean()
        means = columns.mean(axis=0)
        centred = columns - means
        # Entries of little weight say as little as few entries do.
        effective = counts.sum() ** 2 / np.sum(counts**2)
        most = max(1, int(effective) // _EACH - 1)
        chosen = [at for at in range(number) if np.ptp(centred[:, at]) > 0][:most]
        squares = errors**2
        if robust:
            squares = np.minimum(squares, _quantile(squares, 0.95, weights=counts))
        squares = np.minimum(squares, _quantile(squares, _TRIM, weights=counts))
        # In units of their own size, and never zero: answers may be exact, as of constants.
        size = float(np.mean(counts * squares)) or _EXACT
        squares = squares / size + 1e-12
        while True:
            found = _newton(centred[:, chosen], squares, counts)
            wrong = [
                at
                for at, value in zip(chosen, found[1:], strict=True)
                if clues.rising[at] and value < 0
            ]
            if not wrong:
                break
            chosen = [at for at in chosen if at not in wrong]
        coefficients = np.zeros(number + 1)
        coefficients[[0, *(at + 1 for at in chosen)]] = found
        coefficients[0] += 0.5 * math.log(size)
        sigma = np.exp(coefficients[0] + centred @ coefficients[1:])
        ratios = np.abs(errors) / sigma
        # The median of |z| of a standard normal z is 0.6745; outliers do not move it.
        unit = (
            float(_quantile(ratios, 0.5, weights=counts)) / 0.6745
            if robust
            else float(np.sqrt(np.mean(counts * ratios**2)))
        )
        coefficients[0] += math.log(unit) if unit > 0 else 0.0
        limits = columns.min(axis=0), columns.max(axis=0)
        order = np.argsort(ratios, kind="stable")
        shares = counts[order] / len(counts)
        return cls(coefficients, means, limits, ratios[order] / (unit or 1.0), shares)

    def deviation(self, clues: Clues) -> Values:
        """σ for entries with these clues; NaN where nothing could be calibrated.

        Clues are taken no farther than they were seen, those that only raise it a little farther.
        """
        if self.coefficients is None:
            return np.full(len(clues.columns), np.nan)
        low, high = self.limits
        high = high + np.where(clues.rising, math.log(_FARTHER), 0.0)
        columns = np.clip(clues.columns, low, high) - self.means
        return np.exp(self.coefficients[0] + columns @ self.coefficients[1:])

    def multiple(self, level: float) -> float:
        """The multiple of σ within which a share `level` of the held-out errors lay."""
        if self.ratios.size == 0:
            return math.nan
        # The next rank up, as conformal prediction has it: the new entry is one more of them.
        share = min(level * (1 + 1 / self.ratios.size), 1.0)
        return float(_quantile(self.ratios, share, weights=self.shares))


def clues_of(
    answer: Values,
    seen: Mask,
    where: Mask,
    ordered: Sequence[int],
    *,
    deviation: Values | None = None,
    spread: Values | None = None,
) -> Clues:
    """Clues for the entries `where` of an answer.

    Its method's own deviation and the disagreement between methods, where there are such; the
    distance from what was seen and the activity around, along ordered axes; and the size.

    Args:
        answer: in inner units.
        seen: what it was made of.
        where: the entries in question.
        ordered: axes along which neighbours are alike.
        deviation: the method's own.
        spread: between the members of a blend.
    """
    columns: list[Values] = []
    rising: list[bool] = []

    def add(values: Values, only_up: bool) -> None:
        columns.append(np.log(np.maximum(values[where], 1e-6)))
        rising.append(only_up)

    if deviation is not None:
        add(deviation, True)
    if spread is not None:
        add(spread, True)
    if ordered:
        add(distances(seen, ordered), True)
        add(activity(answer, ordered), False)
    add(0.1 + np.abs(answer), False)
    return Clues(np.stack(columns, axis=1), tuple(rising))


def distances(seen: Mask, ordered: Sequence[int]) -> Values:
    """Distance of every entry to the nearest that was seen, along the ordered axes; at least 1."""
    others = [axis for axis in range(seen.ndim) if axis not in ordered]
    moved = np.transpose(seen, (*others, *ordered))
    sides = moved.shape[len(others) :]
    flat = moved.reshape(-1, *sides)
    if len(flat) > 1 and (flat == flat[:1]).all():
        one = _distance(flat[0])
        result = np.broadcast_to(one, flat.shape)
    else:
        result = np.stack([_distance(part) for part in flat])
    order = (*others, *ordered)
    back = tuple(order.index(axis) for axis in range(seen.ndim))
    return np.transpose(result.reshape(moved.shape), back)


def _distance(seen: Mask) -> Values:
    if not seen.any():
        return np.full(seen.shape, float(sum(seen.shape)))
    return np.maximum(np.asarray(distance_transform_edt(~seen)), 1.0)


def activity(answer: Values, ordered: Sequence[int]) -> Values:
    """Standard deviation of the answer in a small box around every entry, along ordered axes."""
    size: Any = [_SIDE if axis in ordered else 1 for axis in range(answer.ndim)]
    mean = uniform_filter(answer, size, mode="nearest")
    square = uniform_filter(answer**2, size, mode="nearest")
    return np.sqrt(np.maximum(square - mean**2, 0.0)) + 1e-3


def _newton(clues: Values, squares: Values, weights: Values) -> Values:
    """The coefficients of log σ, by Newton's method on a convex function."""
    design = np.column_stack([np.ones(len(clues)), clues])
    found = np.zeros(design.shape[1])
    found[0] = 0.5 * math.log(float(np.mean(weights * squares)))
    ridge = np.full(len(found), _RIDGE)
    ridge[0] = 0.0

    def cost(at: Values) -> float:
        eta = np.clip(design @ at, -60, 60)
        misfit = eta + 0.5 * squares * np.exp(-2 * eta)
        return float(weights @ misfit + 0.5 * ridge @ at**2)

    best = cost(found)
    for _ in range(_STEPS):
        eta = np.clip(design @ found, -60, 60)
        curvature = weights * squares * np.exp(-2 * eta)
        gradient = design.T @ (weights - curvature) + ridge * found
        hessian = design.T @ (2 * curvature[:, None] * design) + np.diag(
            ridge + 1e-9 * len(squares)
        )
        step = np.linalg.solve(hessian, gradient)
        length = 1.0
        while length > 1e-4 and not cost(found - length * step) <= best:
            length /= 2
        found = found - length * step
        now = cost(found)
        if best - now < 1e-7 * len(squares):
            break
        best = now
    return found
