"""The smoothest fill of what is missing of an array, and the cheapest one."""

import itertools
import math
import time
from typing import NamedTuple, cast

import numpy as np
import scipy.sparse as sparse
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import qr
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from tacit._typing import Any, Iterator, Sequence

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Index = NDArray[np.integer]

_TOLERANCE = 1e-7
"""Of the error left by iterations, in the energy norm, relative to the whole answer."""
_ITERATIONS = 1000
_PATIENCE = 0.5
"""Seconds of factorising, as predicted, that are preferred to iterations."""
_SECONDS = {2: (1.8e-7, 1.5), 3: (4e-8, 2.0)}
"""Modes: factor and power of the seconds that it takes to factorise so many unknowns."""
_BLOCK = 50_000
"""Unknowns of small holes that are factorised at a time."""
_COARSEST = 500
"""Unknowns of a level of the preconditioner that is factorised."""
_ROWS = 1 << 15
"""Rows of the matrix that are made at a time."""
_REFINEMENTS = 2


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
            so far is returned; `pyramid_fill` if there is none yet. One factorisation, or the
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
    given = _Arranged.of("smooth_continuation", values, missing, modes)
    if not given.holes.any():
        return given.restored(given.x)
    if _late(deadline):
        return given.restored(_push_pull(given.x, given.holes))

    x = given.x
    unknown = given.holes & ~given.holes.all(axis=given.along, keepdims=True)
    free = _free_planes(given.holes) if order == 2 else []
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
    given = _Arranged.of("pyramid_fill", values, missing, modes)
    return given.restored(_push_pull(given.x, given.holes))


class _Arranged(NamedTuple):
    """An array as fields, modes, slices: all fields of a slice have the same holes.

    Attributes:
        values: what was given.
        missing: of what was given.
        x: fields × modes × slices, about the mean of what is observed, 0 where missing.
        holes: modes × slices.
        mean: of what is observed.
        axes: of `values`, in the order fields, modes, slices.
    """

    values: Values
    missing: Mask
    x: Values
    holes: Mask
    mean: float
    axes: tuple[int, ...]

    @property
    def along(self) -> tuple[int, ...]:
        """Axes of `holes` that are modes."""
        return tuple(range(self.holes.ndim - 1))

    @classmethod
    def of(
        cls, name: str, values: ArrayLike, missing: ArrayLike, modes: Sequence[int]
    ) -> "_Arranged":
        """The arrangement of an array, for the function of that name."""
        values, missing = np.asarray(values), np.asarray(missing, bool)
        if not np.issubdtype(values.dtype, np.floating):
            values = values.astype(np.float64)
        ordered = _refuse(name, values, missing, modes)

        # An axis along which the holes are the same numbers right sides, not matrices.
        others = [axis for axis in range(values.ndim) if axis not in ordered]
        fields = [axis for axis in others if (missing == missing.take([0], axis)).all()]
        slices = [axis for axis in others if axis not in fields]
        axes = (*fields, *ordered, *slices)
        shape = tuple(values.shape[axis] for axis in ordered)
        count = math.prod(values.shape[axis] for axis in fields)

        kept = np.where(missing, 0, values).astype(np.float64)
        mean = float(kept.sum() / (missing.size - missing.sum()))
        x = np.where(missing, 0, kept - mean).transpose(axes).reshape(count, *shape, -1)
        holes = missing.transpose(axes).reshape(count, *shape, -1)[0]
        return cls(values, missing, np.ascontiguousarray(x), holes.copy(), mean, axes)

    def restored(self, x: Values) -> Values:
        """The array that was given, with its missing entries from x."""
        turned = tuple(self.values.shape[axis] for axis in self.axes)
        filled = x.reshape(turned).transpose(np.argsort(self.axes)) + self.mean
        return np.where(self.missing, filled.astype(self.values.dtype), self.values)


def _refuse(name: str, values: Values, missing: Mask, modes: Sequence[int]) -> tuple[int, ...]:
    """Refuse what cannot be filled, and give the modes counted from the first axis."""
    if values.shape != missing.shape:
        raise ValueError(f"{name}: values have shape {values.shape}, missing {missing.shape}")
    axes = range(values.ndim)
    if not modes or any(mode not in range(-values.ndim, values.ndim) for mode in modes):
        raise ValueError(f"{name}: modes must be axes of {values.ndim}, got {tuple(modes)}")
    ordered = tuple(axes[mode] for mode in modes)
    if len(set(ordered)) < len(ordered):
        raise ValueError(f"{name}: modes must be distinct, got {tuple(modes)}")
    if missing.all():
        raise ValueError(f"{name}: nothing is observed, so there is nothing to continue")
    if not (np.isfinite(values) | missing).all():
        raise ValueError(f"{name}: an observed entry is not finite; mark it as missing")
    return ordered


def _late(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


# --- the pyramid ----------------------------------------------------------------------------------


def _push_pull(x: Values, holes: Mask) -> Values:
    """The pyramid's fill of fields x with 0 in their holes."""
    return _pulled(x, (~holes).astype(np.float64))


def _pulled(sums: Values, counts: Values) -> Values:
    """Means of cells, those of which nothing is observed from cells twice as long."""
    means = sums / np.maximum(counts, 1)
    long = [axis for axis in range(counts.ndim - 1) if counts.shape[axis] > 1]
    if not long or counts.all():
        return means
    coarse, fewer = sums, counts
    for axis in long:
        coarse, fewer = _halved(coarse, axis + 1), _halved(fewer, axis)

    coarse = _pulled(coarse, fewer)
    for axis in reversed(long):
        coarse = _doubled(coarse, counts.shape[axis], axis + 1)
    return np.where(counts > 0, means, coarse)


def _halved(array: Values, axis: int) -> Values:
    """Sums of pairs along an axis; the last of an odd number stays alone."""
    turned = np.moveaxis(array, axis, 0)
    pairs = turned[::2].copy()
    pairs[: len(turned) // 2] += turned[1::2]
    return np.moveaxis(pairs, 0, axis)


def _doubled(array: Values, length: int, axis: int) -> Values:
    """Values at both halves of each cell, linear between the centres of cells."""
    cells = np.moveaxis(array, axis, 0)
    fine = np.empty((length, *cells.shape[1:]))
    fine[::2] = 0.75 * cells + 0.25 * np.concatenate([cells[:1], cells[:-1]])
    fine[1::2] = (0.75 * cells + 0.25 * np.concatenate([cells[1:], cells[-1:]]))[: length // 2]
    return np.moveaxis(fine, 0, axis)


# --- what order 2 leaves open ---------------------------------------------------------------------


class _FreePlanes(NamedTuple):
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


def _free_planes(holes: Mask) -> list[_FreePlanes]:
    """Of every slice in which too little is observed for order 2, though not nothing."""
    shape = holes.shape[:-1]
    size, sides = math.prod(shape), [side for side in shape if side > 1]
    seen = size - holes.reshape(size, -1).sum(axis=0)
    # A plane meets a line along some mode at most once: this few entries have room on it.
    few = np.flatnonzero((seen > 0) & (seen <= size // min(sides, default=1)))
    return [plane for at in few if (plane := _free_plane(holes[..., at], int(at))) is not None]


def _free_plane(holes: Mask, at: int) -> _FreePlanes | None:
    axes = [axis for axis, side in enumerate(holes.shape) if side > 1]
    # Modes of one entry have no slope; the others run from −1 to 1.
    runs = [np.linspace(-1, 1, holes.shape[axis]) for axis in axes]
    grid = np.meshgrid(*runs, indexing="ij")
    affine = np.stack([np.ones(holes.size), *(side.ravel() for side in grid)])
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
    slopes = np.zeros((len(functions), holes.ndim))
    for column, axis in enumerate(axes, start=1):
        slopes[:, axis] = Vt[rank:, column] * 2 / (holes.shape[axis] - 1)
    slices = np.full(len(functions), at)
    return _FreePlanes(at, slopes, functions, (*pins, slices))


# --- the equations --------------------------------------------------------------------------------


def _equations(x: Values, unknown: Mask, order: int) -> tuple[Any, Values]:
    """A over the unknown entries and b, of the minimiser A y = b of the energy given the others.

    Args:
        x: fields, 0 where unknown.
        unknown: which entries are asked for; they are numbered in this order.
        order: of the energy.
    """
    rims = [(order, order)] * (unknown.ndim - 1)
    padded = np.pad(unknown, [*rims, (0, 0)])
    places = np.flatnonzero(padded)
    number = np.full(padded.size, -1, np.int32)
    number[places] = np.arange(places.size, dtype=np.int32)
    known = np.pad(x, [(0, 0), *rims, (0, 0)]).reshape(len(x), -1)

    stencil = _Stencil.of(unknown.shape[:-1], order)
    strides = np.array(padded.strides[:-1]) // padded.itemsize
    offsets = sorted(stencil.offsets(), key=lambda offset: int(strides @ offset))
    shifts = np.array([strides @ offset for offset in offsets], np.intp)
    inside = np.array([stencil.inside(offset) for offset in offsets])
    right = np.empty((len(x), places.size))
    columns, entries, counts = [], [], [np.zeros(1, np.int64)]
    for begin in range(0, places.size, _ROWS):
        here = places[begin : begin + _ROWS]
        at = [where - order for where in np.unravel_index(here, padded.shape)[:-1]]
        weights = np.repeat(inside[None], here.size, axis=0)
        edge = np.flatnonzero(stencil.near_edge(at))
        for j, offset in enumerate(offsets):
            weights[edge, j] = stencil.entry(offset, [where[edge] for where in at])

        neighbours = here[:, None] + shifts
        for field, values in enumerate(known):
            total = np.einsum("ij,ij->i", weights, values[neighbours])
            right[field, begin : begin + _ROWS] = -total
        numbers = number[neighbours]
        present = numbers >= 0
        columns.append(numbers[present])
        entries.append(weights[present])
        counts.append(present.sum(axis=1))
    starts = np.cumsum(np.concatenate(counts))
    starts = starts.astype(np.int32) if starts[-1] < np.iinfo(np.int32).max else starts
    parts = (np.concatenate(entries), np.concatenate(columns).astype(starts.dtype), starts)
    return sparse.csr_array(parts, shape=(places.size, places.size)), right


class _Stencil(NamedTuple):
    """Entries of the energy's matrix, Σ_d K_d or Σ_d G_d + 2 Σ_{d<e} K_d ⊗ K_e.

    K_d = D_dᵀ D_d, G_d = (D_d²)ᵀ D_d². `first` and `second` have their diagonals: of each mode, an
    array of shape (5, side) whose row 2 + k has the entries (i, i + k).
    """

    shape: tuple[int, ...]
    order: int
    first: list[Values]
    second: list[Values]

    @classmethod
    def of(cls, shape: tuple[int, ...], order: int) -> "_Stencil":
        """The stencil on a grid."""
        first, second = ([_diagonals(side, n) for side in shape] for n in (1, 2))
        return cls(shape, order, first, second)

    def offsets(self) -> Iterator[tuple[int, ...]]:
        """Of neighbours with a part in an equation."""
        reach = range(-self.order, self.order + 1)
        for offset in itertools.product(reach, repeat=len(self.shape)):
            if sum(map(abs, offset)) <= self.order:
                yield offset

    def near_edge(self, at: Sequence[Index]) -> Mask:
        """Whether entries are different there from those inside."""
        pairs = zip(at, self.shape, strict=True)
        near = [(i < self.order) | (i >= side - self.order) for i, side in pairs]
        return np.any(near, axis=0)

    def inside(self, offset: tuple[int, ...]) -> float:
        """The entry far from all edges."""
        middle = [np.array([4]) for _ in offset]
        return float(_Stencil.of((9,) * len(offset), self.order).entry(offset, middle)[0])

    def entry(self, offset: tuple[int, ...], at: Sequence[Index]) -> Values:
        """Entries (i, i + offset), for places i; 0 where that is beyond an edge."""
        tables = self.first if self.order == 1 else self.second
        moved = {axis for axis, k in enumerate(offset) if k}
        total = np.zeros(at[0].shape)
        for d, k in enumerate(offset):
            if moved <= {d}:
                total += tables[d][2 + k, at[d]]
            for e in range(d) if self.order == 2 else ():
                if moved <= {d, e}:
                    across = self.first[e][2 + offset[e], at[e]]
                    total += 2 * self.first[d][2 + k, at[d]] * across
        return total


def _diagonals(side: int, order: int) -> Values:
    """Row 2 + k: the entries (i, i + k) of DᵀD, D the difference of that order."""
    table = np.zeros((5, side))
    difference = np.array([-1.0, 1.0]) if order == 1 else np.array([1.0, -2.0, 1.0])
    for (i, a), (j, b) in itertools.product(enumerate(difference), repeat=2):
        table[2 + j - i, i : max(side - order, 0) + i] += a * b
    return table


# --- the solution ---------------------------------------------------------------------------------


def _minimiser(x: Values, unknown: Mask, holes: Mask, order: int, deadline: float | None) -> Values:
    """The unknown entries of least energy, fields × unknowns; x is 0 in all holes."""
    A, b = _equations(x, unknown, order)
    blocks, rest = _blocks(A, unknown.ndim - 1)
    y, factors = np.zeros_like(b), []
    for block in blocks:
        if _late(deadline):
            rest = np.concatenate([rest, block])
            continue
        factor = _factorised(_part(A, block))
        y[:, block] = factor.solve(b[:, block].T).T
        factors.append((block, factor))
    if unknown.ndim == 2:
        y = _refined(x, unknown, y, factors, order)

    if rest.size:
        rest = np.sort(rest)
        start = _push_pull(x, holes)[:, unknown][:, rest]
        if not _late(deadline):
            A, b = _part(A, rest), b[:, rest]
            scales = _Scales.of(A, np.flatnonzero(unknown)[rest], unknown.shape)
            start = _conjugate_gradients(A, b, start, scales, deadline)
        y[:, rest] = start
    return y


def _blocks(A: Any, modes: int) -> tuple[list[Index], Index]:
    """Unknowns to be factorised together, and those that are better left to iterations.

    Sets that no equation connects are factorised, the smaller the sooner, until that would take
    longer than `_PATIENCE`.
    """
    _, label = connected_components(A, directed=False)
    size = np.bincount(label)
    ascending = np.argsort(size, kind="stable")
    if modes == 1:
        seconds = np.zeros(size.size)
    else:
        factor, power = _SECONDS[min(modes, 3)]
        seconds = np.cumsum(factor * size[ascending] ** power)
    small = ascending[seconds <= _PATIENCE]

    # Sets in ascending order, cut where the unknowns before them fill another block.
    begun = np.cumsum(size[small]) - size[small]
    block = np.full(size.size, -1)
    block[small] = begun // _BLOCK
    of = block[label]
    order = np.argsort(of, kind="stable")
    cuts = np.searchsorted(of[order], np.arange(block.max() + 1))
    rest, *parts = np.split(order, cuts)
    return [part for part in parts if part.size], rest


def _part(A: Any, at: Index) -> Any:
    """The equations and unknowns at these places."""
    return A if at.size == A.shape[0] else A[at][:, at]


def _factorised(A: Any) -> Any:
    """LU of a symmetric positive definite matrix, without pivoting."""
    return splu(
        A.tocsc(),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )


def _refined(
    x: Values, unknown: Mask, y: Values, factors: list[tuple[Index, Any]], order: int
) -> Values:
    """Iterative refinement along a single mode, where gaps can be very long.

    The residual −Dᵀ(D x), from differences, has an error of the size of g² roundings for a gap of
    length g; one from A would have g⁴, as the factorisation has.
    """
    whole = x.copy()
    whole[:, unknown] = y
    least = np.sum(np.diff(whole, order, axis=1) ** 2)
    for _ in range(_REFINEMENTS):
        curved = np.pad(np.diff(whole, order, axis=1), [(0, 0), (order, order), (0, 0)])
        residual = -((-1) ** order) * np.diff(curved, order, axis=1)[:, unknown]
        better = y.copy()
        for block, factor in factors:
            better[:, block] += factor.solve(residual[:, block].T).T
        whole[:, unknown] = better
        energy = np.sum(np.diff(whole, order, axis=1) ** 2)
        if not energy <= least:
            break
        y, least = better, energy
    return y


class _Scales(NamedTuple):
    """An additive multilevel preconditioner, Σ_l P_1 ⋯ P_l diag(A_l)⁻¹ P_lᵀ ⋯ P_1ᵀ.

    A level's functions are quadratic splines over cells twice as long as the level below, for cells
    of which everything is missing: there are levels only as far up as holes are deep.
    A_l = P_lᵀ A_{l−1} P_l, and the last is factorised if it is small.

    Attributes:
        inverses: 1 / diag(A_l), the finest first.
        splines: P_l.
        last: the factorised A_l of the last level, or None.
    """

    inverses: list[Values]
    splines: list[Any]
    last: Any

    @classmethod
    def of(cls, A: Any, places: Index, shape: tuple[int, ...]) -> "_Scales":
        """The preconditioner of a matrix.

        Args:
            A: the matrix.
            places: of its unknowns in the flattened array.
            shape: of the array, modes and slices.
        """
        inverses, splines = [1 / A.diagonal()], []
        while A.shape[0] > _COARSEST:
            P, places, shape = _splines(places, shape)
            if not P.shape[1]:
                return cls(inverses, splines, None)
            A = (P.T @ (A @ P)).tocsr()
            splines.append(P)
            inverses.append(1 / A.diagonal())
        return cls(inverses, splines, _factorised(A))

    def __call__(self, residual: Values) -> Values:
        """A step from the residuals of fields."""
        residuals = [residual]
        for P in self.splines:
            residuals.append(_times(P.T, residuals[-1]))
        last = residuals[-1]
        step = self.inverses[-1] * last if self.last is None else self.last.solve(last.T).T
        for P, inverse, residual in zip(
            self.splines[::-1], self.inverses[-2::-1], residuals[-2::-1], strict=True
        ):
            step = _times(P, step)
            step += inverse * residual
        return step


def _splines(places: Index, shape: tuple[int, ...]) -> tuple[Any, Index, tuple[int, ...]]:
    """P from cells of two unknowns a mode, with weights (1, 3, 3, 1)/4, their places and shape."""
    modes = [axis for axis, side in enumerate(shape[:-1]) if side > 2]
    halves = tuple(-(-side // 2) if axis in modes else side for axis, side in enumerate(shape))
    at = np.unravel_index(places, shape)
    cell = [where // 2 if axis in modes else where for axis, where in enumerate(at)]

    # How many entries a cell has is a product of ones and twos: the last of an odd number is alone.
    filled = np.bincount(np.ravel_multi_index(cell, halves), minlength=math.prod(halves))
    room = np.ones(1, np.int64)
    for axis, side in enumerate(shape):
        lengths = np.minimum(2, side - 2 * np.arange(halves[axis])) if axis in modes else [1] * side
        room = np.multiply.outer(room, lengths)
    kept = np.flatnonzero(filled == room.ravel()) if modes else np.arange(0)
    number = np.full(filled.size, -1)
    number[kept] = np.arange(kept.size)

    P: Any = sparse.csr_array((places.size, kept.size))
    for outer in itertools.product((False, True), repeat=len(modes)):
        touched, weight = list(cell), 1.0
        for axis, beyond in zip(modes, outer, strict=True):
            weight *= 0.25 if beyond else 0.75
            if beyond:
                nearest = cell[axis] + 2 * (at[axis] % 2) - 1
                touched[axis] = np.clip(nearest, 0, halves[axis] - 1)
        column = number[np.ravel_multi_index(touched, halves)]
        row = np.flatnonzero(column >= 0)
        P += sparse.csr_array((np.full(row.size, weight), (row, column[row])), shape=P.shape)
    return P, kept, halves


def _conjugate_gradients(
    A: Any, b: Values, y: Values, scales: _Scales, deadline: float | None
) -> Values:
    """Solve A y = b, field by field, from y, in place; the energy falls with every iteration."""
    whole = _dots(b, scales(b))
    residual = b - _times(A, y)
    step = scales(residual)
    along, error = step.copy(), _dots(residual, step)
    for _ in range(_ITERATIONS):
        if _late(deadline) or np.all(error <= _TOLERANCE**2 * whole):
            break
        image = _times(A, along)
        length = _ratio(error, _dots(along, image))
        y += length * along
        image *= length
        residual -= image

        step = scales(residual)
        previous, error = error, _dots(residual, step)
        along *= _ratio(error, previous)
        along += step
    return y


def _times(A: Any, fields: Values) -> Values:
    """A times each field; one by one, which is faster than all at once if they are few."""
    image = np.empty((len(fields), A.shape[0]))
    for row, field in zip(image, fields, strict=True):
        row[:] = A @ field
    return image


def _dots(left: Values, right: Values) -> Values:
    return np.array([a @ b for a, b in zip(left, right, strict=True)])


def _ratio(above: Values, below: Values) -> Values:
    """A number for each field; 0 for one that is solved exactly."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)[:, None]
