"""The null space of the thin plate's energy: affine functions that no observed entry holds."""

import itertools
import math
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr

from tacit._typing import Any

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Index = NDArray[np.integer]


class FreePlanes(NamedTuple):
    """Affine functions that vanish on all that is observed of a slice: they cost no energy.

    Attributes:
        slice: which.
        slopes: of the functions along each mode, functions × modes.
        functions: their values, functions × modes' sides.
        pins: missing entries that single out one fill: held at any value while solving.
    """

    slice: int
    slopes: Values
    functions: Values
    pins: tuple[Index, ...]

    def levelled(self, x: Values) -> Values:
        """The fill with the functions added that leave the least energy of order 1."""
        # A plane has one slope along each mode, so only mean differences enter the equations.
        axes = range(1, x.ndim)
        steps = np.array([x[0].size * (1 - 1 / x.shape[axis]) for axis in axes])
        means = np.array([_mean_step(x, axis) for axis in axes])
        normal = (self.slopes * steps) @ self.slopes.T
        weights = np.linalg.solve(normal, -(self.slopes * steps) @ means)
        return x + np.tensordot(weights.T, self.functions, axes=1)


def _mean_step(x: Values, axis: int) -> Values:
    """Mean of the differences along an axis, of each field."""
    ends = x.take(-1, axis) - x.take(0, axis)
    return ends.reshape(len(x), -1).mean(axis=1) / max(x.shape[axis] - 1, 1)


def free_planes(holes: Mask) -> list[FreePlanes]:
    """Of every slice in which too little is observed for order 2, though not nothing."""
    shape = holes.shape[:-1]
    size, sides = math.prod(shape), [side for side in shape if side > 1]
    seen = size - holes.reshape(size, -1).sum(axis=0)
    # A plane meets a line along some mode at most once: this few entries have room on it.
    few = np.flatnonzero((seen > 0) & (seen <= size // min(sides, default=1)))
    return [plane for at in few if (plane := _free_plane(holes[..., at], int(at))) is not None]


def _free_plane(holes: Mask, at: int) -> FreePlanes | None:
    """Of one slice, or None if what is observed of it singles out a plane."""
    axes = [axis for axis, side in enumerate(holes.shape) if side > 1]
    # Modes of one entry have no slope; the others run from −1 to 1.
    runs = [np.linspace(-1, 1, holes.shape[axis]) for axis in axes]
    grid = np.meshgrid(*runs, indexing="ij")
    affine = np.stack([np.ones(holes.size), *(side.ravel() for side in grid)])

    # The null space of the affine functions' values where something is observed, which is that of
    # their small triangle.
    triangle = np.linalg.qr(affine[:, ~holes.ravel()].T, mode="r")
    _, scale, Vt = np.linalg.svd(triangle)
    rank = int(np.sum(scale > 1e-9 * scale[0]))
    if rank == len(affine):
        return None

    # An affine function is largest at a corner: those found vanish at no corner that is picked.
    functions = (Vt[rank:] @ affine).reshape(-1, *holes.shape)
    corners = np.array(list(itertools.product(*((0, side - 1) for side in holes.shape))))
    heights = functions[:, *corners.T]
    picked = cast(Any, qr(heights, mode="r", pivoting=True))[-1]
    pins = corners[picked[: len(functions)]].T

    # Per entry, whereas the runs have length 2 whatever the side.
    slopes = np.zeros((len(functions), holes.ndim))
    for column, axis in enumerate(axes, start=1):
        slopes[:, axis] = Vt[rank:, column] * 2 / (holes.shape[axis] - 1)
    slices = np.full(len(functions), at)
    return FreePlanes(at, slopes, functions, (*pins, slices))
