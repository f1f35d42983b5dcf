"""Low CP rank: sums of outer products, found in the core of a Tucker model and refined."""

from itertools import islice
from typing import ClassVar

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.completion.draws import generator
from tacit.completion.families._base import Family, best_of
from tacit.completion.families._tensors import (
    AbstractTensorFactors,
    Widths,
    is_without_order,
    serves_tensors,
)
from tacit.completion.families._widths import OPENING
from tacit.completion.families.tucker import TuckerFactors, propose_tucker
from tacit.completion.plan import After, Candidate
from tacit.completion.task import Task
from tacit.dynamics import LevenbergMarquardt
from tacit.models import CP, Tucker
from tacit.problems import Problem

Values = NDArray[np.floating]

_PATIENCE = 3
"""Numbers of components without gain after which no fewer are tried."""
_DRAWS = 8
"""Pairs of mixed slices of the core whose common components are looked for."""


class CanonicalFactors(AbstractTensorFactors):
    """`LevenbergMarquardt` of a `CP` model, from the components of a Tucker model's core.

    A CP tensor of R components has multilinear ranks of R at most, and where few entries are seen a
    Tucker model of these finds it from a small start while a CP model seldom does.

    Args:
        widths: number R of components.
        init_scale: standard deviation of the entries at the start, relative to that of the data,
            where it does not go on from a Tucker model.
        centred: whether the data are trained less their centre.
    """

    title: ClassVar[str] = "CP factors"

    widths: Widths = eqx.field(static=True)
    init_scale: float | int = 0.01
    centred: bool = False

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[CP, LevenbergMarquardt]:
        """From the components of a Tucker model, where it is given one."""
        if isinstance(start, Tucker):
            core, factors = _without_zeros(start)
            found = core_components(core, self.widths[0], generator(key))
            arrays = [factor @ part for factor, part in zip(factors, found, strict=True)]
            start = self.fill_up(arrays, task)
        model, dynamics = AbstractTensorFactors.begin(self, problem, task, start=start, key=key)
        assert isinstance(model, CP)
        return model, dynamics

    def array_shapes(self, shape: Sequence[int], widths: Widths) -> list[tuple[int, ...]]:
        """A factor of each mode."""
        return [(side, widths[0]) for side in shape]

    def build(self, arrays: Sequence[Any]) -> CP:
        """Of one layer a mode."""
        return CP(tuple((array,) for array in arrays))

    @property
    def terms(self) -> int:
        """The components."""
        return self.widths[0]

    def __str__(self) -> str:
        """The number of components, and the scale, in words."""
        count = self.widths[0]
        return f"CP factors of {count} component{'s' * (count > 1)}, {self.start}"


def core_components(core: Values, count: int, rng: np.random.Generator) -> list[Values]:
    """Factors (r_n, R) of a sum of R outer products near a tensor, by diagonalising mixed slices.

    In two modes, M_1 = A D_1 Bᵀ and M_2 = A D_2 Bᵀ for any two mixtures of the slices, so that A
    holds the eigenvectors of M_1 M_2⁻¹ [kolda2009]. Of several mixtures those nearest to the tensor
    are kept. R is at most the second longest side: further components are small noise.

    Args:
        core: of order three or more.
        count: R.
        rng: of the mixtures.
    """
    order = [int(mode) for mode in np.argsort(core.shape, kind="stable")[::-1]]
    turned = np.transpose(core, order)
    rank = min(count, turned.shape[1])
    slices = turned.reshape(*turned.shape[:2], -1)

    # Slices of R by R, in the bases that hold most of the two modes.
    left = np.linalg.svd(slices.reshape(len(slices), -1), full_matrices=False)[0][:, :rank]
    right = np.linalg.svd(slices.swapaxes(0, 1).reshape(slices.shape[1], -1), full_matrices=False)[
        0
    ][:, :rank]
    small = np.einsum("ia,jb,ijk->abk", left, right, slices)
    best: tuple[float, list[Values]] | None = None
    for _ in range(_DRAWS):
        one, other = (small @ rng.standard_normal(small.shape[2]) for _ in range(2))
        values, vectors = np.linalg.eig(one @ np.linalg.pinv(other))
        # Of a complex pair the real and the imaginary part, which span the same plane.
        A = left @ np.where(np.imag(values) < 0, np.imag(vectors), np.real(vectors))
        B = (np.linalg.pinv(A) @ np.tensordot(slices, rng.standard_normal(slices.shape[2]), 1)).T
        outer = np.einsum("ir,jr->ijr", A, B).reshape(-1, rank)
        rest = np.linalg.lstsq(outer, slices.reshape(len(outer), -1))[0]
        error = float(np.linalg.norm(outer @ rest - slices.reshape(len(outer), -1)))
        if best is None or error < best[0]:
            best = error, [A, B, *_outer_factors(rest, turned.shape[2:])]

    assert best is not None
    spare = 1e-3 * np.abs(core).max() ** (1 / core.ndim)
    found: list[Values] = [np.zeros(0)] * core.ndim
    for mode, factor in zip(order, best[1], strict=True):
        more = spare * rng.standard_normal((len(factor), count - rank))
        found[mode] = np.concatenate([factor, more], axis=1)
    return found


def _without_zeros(model: Tucker) -> tuple[Values, list[Values]]:
    """Core and factors without the slices that are there to fill up the widths."""
    core, factors = np.asarray(model.core, float), []
    for mode, factor in enumerate(model.factors):
        others = tuple(other for other in range(core.ndim) if other != mode)
        kept = np.flatnonzero(np.any(core != 0, axis=others))
        core = np.take(core, kept, mode)
        factors.append(np.asarray(factor, float)[:, kept])
    return core, factors


def _outer_factors(rows: Values, sides: Sequence[int]) -> list[Values]:
    """Each row, as a tensor of these sides, by the nearest outer product, mode after mode."""
    factors = []
    for mode, side in enumerate(sides):
        if mode == len(sides) - 1:
            factors.append(rows.T)
            break
        U, s, Vt = np.linalg.svd(rows.reshape(len(rows), side, -1), full_matrices=False)
        factors.append(U[:, :, 0].T)
        rows = s[:, :1] * Vt[:, 0]
    return factors


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[TuckerFactors | After]:
    """As many components as the core's longest side, and fewer until several are no better.

    With one component too many the others may grow large and cancel: the next fewer is no better
    either, though the right number is near.
    """
    if best_of(tried, TuckerFactors) is None:
        yield from islice(propose_tucker(task, tried), OPENING)
    if (core := best_of(tried, TuckerFactors)) is None:
        return
    worse = 0
    for count in range(max(core.member.method.widths), 0, -1):
        method = CanonicalFactors((count,), centred=core.member.method.centred)
        if method.parameters(task.shape) > task.observed.sum():
            continue
        best = best_of(tried, CanonicalFactors)
        yield After(method, core)
        worse = worse + 1 if best is not None and best_of(tried, CanonicalFactors) is best else 0
        if worse == _PATIENCE:
            return


CANONICAL = Family(
    "cp",
    serves_tensors,
    _proposals,
    is_usual=is_without_order,
    cost=lambda task, sides: CanonicalFactors((2,)).work(sides),
)
