"""Factors known by mean and variance: tables, and unfoldings of tensors, of low rank with noise."""

import dataclasses
import math

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._jit import jit
from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.completion.draws import generator
from tacit.completion.families._base import (
    AbstractTrained,
    Answer,
    Family,
    Pace,
    as_type,
    best_of,
)
from tacit.completion.families._unfolding import fold, listed, unfold, unfoldings
from tacit.completion.families.columns import Columns
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.dynamics import VariationalBayes, prior_precisions
from tacit.models import GaussianFactors, Gaussians
from tacit.observers import Observer, component_singular_values, noise
from tacit.operators import AbstractMeasurement, Entries
from tacit.problems import Problem

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_WIDTHS = (32, 8)
"""Widths tried, a generous one first."""
_DEPTHS = (4.0, 2.0)
"""Depths tried beside infinity."""
_EQUAL = 1.01
"""Scores that differ by less than this factor are equal: the cheaper method is gone on with."""
_LARGE = 1.0
"""A start that is not small, tried where the small one may not have left its saddle."""
_PATIENCE = 25
"""Sweeps without gain before a run stops: components appear, and are switched off again, late."""
_NOISE, _NOISE_STEP = 0.3, 0.15
"""Noise at the start, relative to the data, and how fast it becomes what is estimated."""
_DENSE = 4e9
"""Operations of a sweep up to which all entries, and covariances, are worked with."""
_ROWS, _SPARE = 1024, 30
"""Rows that columns are learnt from, at most, unless fewer than 30 entries a coordinate remain."""
_ROW_SECONDS = 2e-6
"""Of the factorisation of a row, for each of its coordinates."""
_FLOPS = 1.5e10
"""Operations in a second, on two cores."""


class Factors(AbstractTrained):
    """`VariationalBayes` with these settings, on a matrix or an unfolding.

    Args:
        width: components to begin with.
        depth: L ≥ 2 of the prior.
        init_scale: standard deviation of the factors at the start, relative to √ of that of the
            data.
        own_noise: whether each column has a noise of its own.
        biases: whether rows and columns have biases beside the factors.
        columns: modes of a tensor that become the columns of a matrix; the others are its rows.
        rows: most rows that the columns are learnt from, drawn at random; every row is then
            completed from the columns.
        sweeps: most sweeps.
    """

    tolerates_weights = True

    width: int = eqx.field(static=True, default=32)
    depth: float | int = math.inf
    init_scale: float | int = 0.1
    own_noise: bool = False
    biases: bool = True
    columns: tuple[int, ...] = eqx.field(static=True, default=(1,))
    rows: int | None = eqx.field(static=True, default=None)
    sweeps: int = eqx.field(static=True, default=100)

    def arrange(self, values: NDArray) -> NDArray:
        """The rows that are learnt from."""
        matrix = unfold(values, self.columns)
        if self.rows is None or self.rows >= len(matrix):
            return matrix
        chosen = np.random.default_rng(self.rows).permutation(len(matrix))[: self.rows]
        return matrix[np.sort(chosen)]

    def restore(self, values: NDArray, shape: Sequence[int]) -> NDArray:
        """The tensor of such a matrix."""
        return fold(values, shape, self.columns)

    def padded_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Sides rounded up with rows and columns of which nothing is seen."""
        return tuple(map(_rounded_up, shape))

    def program(self) -> str:
        """By its settings that are part of the program."""
        return f"Factors {self.width}"

    def is_dense(self, shape: Sequence[int]) -> bool:
        """Whether all entries are worked with, and covariances; else the observed ones alone."""
        m, n = shape
        return m * n * (self.width + 1) ** 2 <= _DENSE

    def measure(
        self, observed: Mask, dtype: Any
    ) -> tuple[AbstractMeasurement, NDArray[np.intp] | slice]:
        """Every entry of a small matrix; of a large one those observed, held out or not."""
        m, n = observed.shape
        places = np.arange(m * n) if self.is_dense(observed.shape) else np.flatnonzero(observed)
        rows, columns = np.divmod(places, n)
        return Entries(rows, columns, (m, n), dtype), places

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[GaussianFactors, VariationalBayes]:
        """From a small draw of little noise."""
        operator = problem.operator
        assert isinstance(operator, Entries)
        shape, dense = operator.shape, self.is_dense(operator.shape)
        settings = {
            "depth": as_type(float(self.depth), task.dtype),
            "noise_step": as_type(_NOISE_STEP, task.dtype),
            "row_bias": as_type(self.biases, bool),
            "column_bias": as_type(self.biases, bool),
            "own_noise": as_type(self.own_noise, bool),
            "robust": task.robust,
        }
        start = _drawn(shape, self.width, float(self.init_scale), dense, task.dtype, key)
        return start, VariationalBayes(**settings)

    def pace(self) -> Pace:
        """Sweep by sweep."""
        return Pace(1, _PATIENCE, self.sweeps, chunk=4)

    def observers(self) -> tuple[Observer, ...]:
        """The noise, and the singular values of the components."""
        return noise, component_singular_values

    def answer(self, model: Any, task: Task, seen: Values) -> Answer:
        """Every row by its regression on the columns that were learnt."""
        values, weights = unfold(task.values, self.columns), unfold(seen, self.columns)
        learnt_from = self.arrange(seen)
        counts = np.zeros(model.rows.mean.shape[0])
        counts[: len(learnt_from)] = (learnt_from > 0).sum(axis=1)
        prior = _prior(model, as_type(counts, task.dtype), as_type(self.depth, task.dtype))
        columns = Columns.of(model, np.asarray(prior), row_bias=self.biases)
        columns = columns.take(np.arange(values.shape[1]))
        mean, deviation = columns.complete(values, weights, task.robust)
        return Answer(self.restore(mean, task.shape), self.restore(deviation, task.shape), columns)

    def facts(self) -> dict[str, Any]:
        """Method and settings, name by name."""
        return {
            "method": "variational factors",
            "width": self.width,
            "depth": self.depth,
            "init_scale": self.init_scale,
            "own_noise": self.own_noise,
            "biases": self.biases,
            "columns": list(self.columns),
        }

    def work(self, shape: Sequence[int]) -> float:
        """Normal equations of rows and columns and their solution for half of the sweeps, then all.

        Every row is completed at the end, however many the columns were learnt from.
        """
        n = math.prod(shape[mode] for mode in self.columns)
        m = math.prod(shape) // n
        learnt_from = m if self.rows is None else min(m, self.rows)
        w = self.width + 1
        sweep = 4 * learnt_from * n * w**2 / _FLOPS + _ROW_SECONDS * w * (learnt_from + n)
        completion = 8 * m * n * w**2 / _FLOPS + _ROW_SECONDS * w * m
        return sweep * self.sweeps / 2 + completion

    def __str__(self) -> str:
        """The settings in words."""
        depth = "∞" if math.isinf(self.depth) else f"{self.depth:g}"
        noise = "noise by column" if self.own_noise else "one noise"
        biases = "" if self.biases else ", no biases"
        unfolding = "" if self.columns == (1,) else f", unfolded along {listed(self.columns)}"
        return (
            f"variational factors of width {self.width}, depth {depth}, scale "
            f"{self.init_scale:g}, {noise}{biases}{unfolding}"
        )


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[Factors]:
    """Unfoldings; then of the best the noise, a width, the depth, biases and the start."""
    share = float(task.observed.mean())
    for columns in unfoldings(len(task.shape)):
        yield _first(task.shape, columns, _WIDTHS[0], share)
    changes: list[dict[str, Any]] = [{"own_noise": True}, {"depth": _DEPTHS[0]}, {"biases": False}]
    changes += [{"init_scale": _LARGE}, {"depth": _DEPTHS[1]}]
    # The narrow one first: where it is as good, all that follow take a tenth of the time.
    if len(task.shape) == 2 and _first(task.shape, (1,), _WIDTHS[0]).width > 2 * _WIDTHS[1]:
        changes.insert(0, {"width": _WIDTHS[1]})
    for change in changes:
        best = _cheapest(tried)
        if best is not None:
            yield dataclasses.replace(best, **change)


def _cheapest(tried: list[Candidate]) -> Factors | None:
    """The narrowest of those that are as good as the best."""
    best = best_of(tried, Factors)
    if best is None:
        return None
    near = [
        candidate.member.method
        for candidate in tried
        if isinstance(candidate.member.method, Factors) and candidate.score <= _EQUAL * best.score
    ]
    narrowest = min(method.width for method in near)
    if best.member.method.width == narrowest:
        return best.member.method
    return dataclasses.replace(best.member.method, width=narrowest)


def _first(
    shape: Sequence[int], columns: tuple[int, ...], width: int, share: float = 1.0
) -> Factors:
    """The width and the rows that a matrix of this shape wants, a share of it observed."""
    n = math.prod(shape[mode] for mode in columns)
    m = math.prod(shape) // n
    width = max(1, min(width, n - 1, m - 1))
    # So many rows that a column has entries to spare for each of its coordinates.
    # Powers of two, so that a part of the data and the whole are learnt from by one program.
    wanted = max(_ROWS, math.ceil(_SPARE * (width + 1) / max(share, 1e-6)))
    rows = 1 << (wanted - 1).bit_length()
    return Factors(width, columns=columns, rows=rows if rows < m else None)


def _serves(task: Task) -> bool:
    """Tables and cubes; of pictures and films neighbours say more than a rank of all of them."""
    return task.colours is None and task.frames is None and len(task.shape) >= 2


FACTORS = Family(
    "factors",
    _serves,
    _proposals,
    # Beside a single series there is nothing: its windows are told by families of their own.
    is_usual=lambda task: not task.is_single_series,
    opening=lambda task: len(unfoldings(len(task.shape))),
    cost=lambda task, sides: max(
        _first(sides, columns, _WIDTHS[0], float(task.observed.mean())).work(sides)
        for columns in unfoldings(len(sides))
    ),
)


def _drawn(
    shape: tuple[int, int], width: int, scale: float, full: bool, dtype: Any, key: PRNGKey
) -> GaussianFactors:
    """As `GaussianFactors.initialise`, by numpy: compiling the draw takes longer than training."""
    rng = generator(key)
    sides = []
    for side in shape:
        mean = np.zeros((side, width + 1))
        mean[:, :-1] = scale * rng.standard_normal((side, width))
        variance = np.full(mean.shape, scale**2)
        if full:
            variance = variance[:, :, None] * np.eye(width + 1)
        sides.append(Gaussians(jnp.asarray(mean, dtype), jnp.asarray(variance, dtype)))
    rows, columns = sides
    return GaussianFactors(rows, columns, jnp.full(shape[1], _NOISE**-2, dtype))


@jit
def _prior(model: GaussianFactors, seen: Any, depth: Any) -> Any:
    return prior_precisions(model.rows, seen, depth)


def _rounded_up(side: int) -> int:
    """32 at least, a power of two or one and a half times one; of long sides a multiple of 64."""
    if side > 512:
        return -(-side // 64) * 64
    power = 32
    while power < side:
        if side <= power * 3 // 2:
            return power * 3 // 2
        power *= 2
    return power
