"""Cubes and series as normal tensors: a covariance for each axis, learnt whole."""

import math

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.completion.families._base import AbstractTrained, Family, Pace, as_type
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.dynamics import MonteCarloEM
from tacit.models import GaussianTensor
from tacit.problems import Problem

_SIGNAL, _FIBRES, _NOISE = 0.5, 0.05, 0.05
"""Shares of the variance at the start."""
_ALIKE = 5.0
"""Variance that slices of an axis without order share at the start, over that of their own."""
_REACH, _FIBRE_REACH = 10.0, 2.0
"""Places along an ordered axis over which correlation falls by e, at the start."""
_TOLERANCE, _SOLVES = 1e-2, 100
"""Of the conjugate gradients of a sweep, and their number at most."""
_FLOPS = 1e11
"""Operations in a second, on two cores: all of them are products of matrices."""
_LONGEST_SIDE, _ENTRIES = 512, 1 << 20
"""Beyond which a sweep takes too long."""


class SeparableGaussian(AbstractTrained):
    """`MonteCarloEM` of a `GaussianTensor` whose covariance is a product over the axes.

    Args:
        along: ordered mode along which fibres have deviations of their own beside, independent from
            fibre to fibre; None for none.
        across: mode whose slices differ in how large these are; None for one size.
    """

    tolerates_weights = True
    is_gradual = True

    along: int | None = eqx.field(static=True, default=None)
    across: int | None = eqx.field(static=True, default=None)

    def program(self) -> str:
        """By its settings that are part of the program."""
        return f"SeparableGaussian {self.along} {self.across}"

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[GaussianTensor, MonteCarloEM]:
        """From slices that are alike, and neighbours more alike along ordered axes."""
        tolerance, most = as_type(_TOLERANCE, task.dtype), as_type(_SOLVES, jnp.int32)
        dynamics = MonteCarloEM(key, tolerance, most)
        if start is not None:
            return start, dynamics

        shape = problem.operator.shape
        signal = [
            _root(side, _REACH if k in task.ordered else None) for k, side in enumerate(shape)
        ]
        signal[0] *= math.sqrt(_SIGNAL)
        parts = [signal]
        # Fibres without an amplitude of their own are alike in all slices.
        if self.along is not None:
            fibres: list[Any] = [None] * len(shape)
            fibres[self.along] = math.sqrt(_FIBRES) * _root(shape[self.along], _FIBRE_REACH)
            if self.across is not None:
                fibres[self.across] = np.ones(shape[self.across])
            parts.append(fibres)

        model = GaussianTensor(
            as_type(np.zeros(shape), task.dtype),
            tuple(
                tuple(None if root is None else as_type(root, task.dtype) for root in roots)
                for roots in parts
            ),
            as_type(_NOISE, task.dtype),
        )
        return model, dynamics

    def pace(self) -> Pace:
        """Until held-out entries gain no more; each record costs a solution."""
        return Pace(3, 3, 24, chunk=1, tolerance=2e-3)

    def facts(self) -> dict[str, Any]:
        """Method, and which fibres have deviations of their own."""
        return {"method": "separable Gaussian", "along": self.along, "across": self.across}

    def work(self, shape: Sequence[int]) -> float:
        """Nine products with a mode for each step of conjugate gradients."""
        step = 2 * 9 * math.prod(shape) * sum(shape)
        return step * _SOLVES * self.pace().longest / _FLOPS

    def __str__(self) -> str:
        """The settings in words."""
        fibres = "" if self.along is None else f" and deviations along axis {self.along}"
        return f"normal with a covariance for each axis{fibres}"


def _root(side: int, reach: float | None) -> NDArray[np.floating]:
    """Of correlations that fall with the distance; without an order, of one for all pairs."""
    if reach is None:
        covariance = (_ALIKE + np.eye(side)) / (1 + _ALIKE)
    else:
        places = np.arange(side)
        covariance = np.exp(-np.abs(places[:, None] - places) / reach) + 1e-6 * np.eye(side)
    return np.linalg.cholesky(covariance)


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[SeparableGaussian]:
    """Without deviations of fibres; then with them, along the longest axis in order."""
    del tried
    yield SeparableGaussian()
    if task.ordered:
        along = max(task.ordered, key=lambda mode: task.shape[mode])
        others = [mode for mode in range(len(task.shape)) if mode not in task.ordered]
        yield SeparableGaussian(along, others[0] if others else None)


def _serves(task: Task) -> bool:
    """Cubes and series of moderate size; of pictures and films edges say more."""
    is_cube = task.colours is None and task.frames is None and len(task.shape) > 2
    is_small = max(task.shape) <= _LONGEST_SIDE and math.prod(task.shape) <= _ENTRIES
    return is_cube and is_small and not math.isfinite(task.robust)


GAUSSIAN = Family(
    "gaussian",
    _serves,
    _proposals,
    opening=lambda task: 2 if task.ordered else 1,
    cost=lambda task, sides: SeparableGaussian().work(sides),
)
