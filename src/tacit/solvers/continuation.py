"""The smoothest fill of what is missing of an array, and the cheapest one."""

import time

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tacit import _interrupt
from tacit._typing import Any, Sequence
from tacit.solvers._arrangement import Arranged
from tacit.solvers._factorisation import factorised, independent_blocks, refined, submatrix
from tacit.solvers._free_planes import free_planes
from tacit.solvers._multilevel import Scales, times
from tacit.solvers._pyramid import push_pull
from tacit.solvers._stencils import equations

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_TOLERANCE = 1e-7
"""Of the error left by iterations, in the energy norm, relative to the whole answer."""
_ITERATIONS = 1000
_PATIENCE = 0.5
"""Seconds of factorising, as predicted, that are preferred to iterations."""
_BLOCK = 50_000
"""Unknowns of small holes that are factorised at a time."""
_COARSEST = 500
"""Unknowns of a level of the preconditioner that is factorised."""
_ROWS = 1 << 15
"""Rows of the matrix that are made at a time."""


def smooth_continuation(
    values: ArrayLike,
    missing: ArrayLike,
    modes: Sequence[int],
    *,
    order: int = 2,
    deadline: float | None = None,
) -> Values:
    """Fill the holes with the x of least energy E(x) that agrees with all that is observed.

    With D_d the forward difference along mode d, and D_d² the second difference,

        order 1:  E = Σ_d ‖D_d x‖²                               harmonic,
        order 2:  E = Σ_d ‖D_d² x‖² + 2 Σ_{d<e} ‖D_d D_e x‖²      the thin plate,

    over the ordered modes alone: the other axes, such as channels, only number independent fills.
    Boundaries are free, so order 1 continues constants exactly and order 2 affine functions; order
    1 stays within the range of what is observed. Where several fills have the least energy (order
    2, and what is observed lies on one line), the one with the least energy of order 1 is taken;
    where nothing is observed, the mean of all that is observed elsewhere.

    Small holes, and time series, are solved by sparse factorisation. The rest is solved by
    conjugate gradients from `pyramid_fill`, preconditioned on every scale [bramble1990] by the
    quadratic splines whose support is missing: the number of iterations hardly depends on how large
    the holes are. Time and memory follow the number of missing entries. Axes along which the holes
    are the same share one matrix.

    Args:
        values: the array; what it has at missing entries is ignored.
        missing: true where an entry is to be filled; of the same shape.
        modes: axes along which neighbours are alike.
        order: of the differences, 1 or 2.
        deadline: time, as `time.monotonic()` tells it, at which iterations stop and the best fill
            so far is returned; `pyramid_fill` if there is none yet. Ctrl-C in a command brings it
            on. One factorisation, or the
            making of a matrix, is not interrupted.

    Returns:
        The array with observed entries untouched, in its precision (float64 if it had integers);
        the work is done in float64.

    Raises:
        ValueError: if shapes differ, everything is missing, an observed entry is not finite, the
            modes are none or not distinct axes, or the order is neither 1 nor 2.
    """
    if order not in (1, 2):
        raise ValueError(f"smooth_continuation: order must be 1 or 2, got {order}")
    given = Arranged.of("smooth_continuation", values, missing, modes)
    if not given.holes.any():
        return given.restored(given.x)
    if _late(deadline):
        return given.restored(push_pull(given.x, given.holes))

    # Slices of which nothing is observed stay at the mean. Pins make the solution unique where
    # order 2 leaves a plane open; which one they single out is all the same, as it is levelled.
    x = given.x
    unknown = given.holes & ~given.holes.all(axis=given.along, keepdims=True)
    free = free_planes(given.holes) if order == 2 else []
    for plane in free:
        unknown[plane.pins] = False
    if unknown.any():
        x[:, unknown] = _minimiser(x, unknown, given.holes, order, deadline)
    for plane in free:
        x[..., plane.slice] = plane.levelled(x[..., plane.slice])
    return given.restored(x)


def pyramid_fill(values: ArrayLike, missing: ArrayLike, modes: Sequence[int]) -> Values:
    """Fill the holes from means over cells of 2, 4, 8, ... entries a side, by push and pull.

    Means of what is observed are pushed up, cells of two a mode at a time; what is missing on a
    level is pulled down from the one above, linear between the centres of its cells
    [gortler1996]. Time is proportional to the size of the array, whatever is missing. The
    fill stays within the range of what is observed; where a slice along the modes has nothing
    observed it is the mean of all that is.

    Args:
        values: the array; what it has at missing entries is ignored.
        missing: true where an entry is to be filled; of the same shape.
        modes: axes along which neighbours are alike.

    Returns:
        The array with observed entries untouched, in its precision (float64 if it had integers).

    Raises:
        ValueError: if shapes differ, everything is missing, an observed entry is not finite, or the
            modes are none or not distinct axes.
    """
    given = Arranged.of("pyramid_fill", values, missing, modes)
    return given.restored(push_pull(given.x, given.holes))


def _minimiser(x: Values, unknown: Mask, holes: Mask, order: int, deadline: float | None) -> Values:
    """The unknown entries of least energy, fields × unknowns; x is 0 in all holes."""
    A, b = equations(x, unknown, order, _ROWS)
    blocks, rest = independent_blocks(A, unknown.ndim - 1, _PATIENCE, _BLOCK)

    # What there is no time left to factorise joins the rest: the pyramid fills that at least.
    y, factors = np.zeros_like(b), []
    for block in blocks:
        if _late(deadline):
            rest = np.concatenate([rest, block])
            continue
        factor = factorised(submatrix(A, block))
        y[:, block] = factor.solve(b[:, block].T).T
        factors.append((block, factor))
    if unknown.ndim == 2:
        y = refined(x, unknown, y, factors, order)

    if rest.size:
        rest = np.sort(rest)
        start = push_pull(x, holes)[:, unknown][:, rest]
        if not _late(deadline):
            A, b = submatrix(A, rest), b[:, rest]
            scales = Scales.of(A, np.flatnonzero(unknown)[rest], unknown.shape, _COARSEST)
            start = _conjugate_gradients(A, b, start, scales, deadline)
        y[:, rest] = start
    return y


def _conjugate_gradients(
    A: Any, b: Values, y: Values, scales: Scales, deadline: float | None
) -> Values:
    """Solve A y = b, field by field, from y, in place; the energy falls with every iteration."""
    # How large the whole answer is in the energy norm, as the preconditioner estimates it.
    whole = _dots(b, scales(b))
    residual = b - times(A, y)
    step = scales(residual)
    along, error = step.copy(), _dots(residual, step)
    for _ in range(_ITERATIONS):
        if _late(deadline) or np.all(error <= _TOLERANCE**2 * whole):
            break
        image = times(A, along)
        length = _ratio(error, _dots(along, image))
        y += length * along
        image *= length
        residual -= image

        step = scales(residual)
        previous, error = error, _dots(residual, step)
        along *= _ratio(error, previous)
        along += step
    return y


def _dots(left: Values, right: Values) -> Values:
    return np.array([a @ b for a, b in zip(left, right, strict=True)])


def _ratio(above: Values, below: Values) -> Values:
    """A number for each field; 0 for one that is solved exactly."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)[:, None]


def _late(deadline: float | None) -> bool:
    return deadline is not None and (time.monotonic() >= deadline or _interrupt.is_asked())
