"""The ways to complete a tensor that a search tries: what moves, from where, and how."""

import math
from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, PRNGKey
from tacit.algebra import AbstractTransform, Fourier, tensor_spectral_norm
from tacit.completion.tensors.motion import Motion, followed
from tacit.dynamics import TNN, AbstractDynamics, GradientDescent, WindowedTCTV
from tacit.models import AbstractFactorisation, DeepTubal, Direct
from tacit.problems import Problem

_STEP = 0.5


class Pace(NamedTuple):
    """Steps between records, records without gain before stopping, and most steps."""

    gap: int
    patience: int
    longest: int


class AbstractApproach(eqx.Module):
    """A model and the dynamics that move it, for the tensor as it arranges it; its text is read."""

    @abstractmethod
    def arranged(self, values: NDArray) -> NDArray:
        """Data, or a mask of them, as the model has them."""

    @abstractmethod
    def restored(self, values: NDArray) -> NDArray:
        """The inverse of `arranged`."""

    @abstractmethod
    def begin(
        self, problem: Problem, *, key: PRNGKey
    ) -> tuple[AbstractFactorisation, AbstractDynamics]:
        """The start, and the dynamics."""

    @abstractmethod
    def pace(self) -> Pace:
        """How it is watched on held-out entries."""

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """Its settings, name by name."""


class Windows(AbstractApproach):
    """`WindowedTCTV`: edges that colours or channels share, in small windows.

    Args:
        modes: those along which neighbours are alike.
        depth: L of the quasi-norm.
        window: side of the windows.
        frames: mode along which a camera moves.
        motion: of the camera, to follow.
    """

    modes: tuple[int, ...] = eqx.field(static=True)
    depth: float = math.inf
    window: int = eqx.field(static=True, default=16)
    frames: int = eqx.field(static=True, default=2)
    motion: Motion | None = eqx.field(static=True, default=None)

    def arranged(self, values: NDArray) -> NDArray:
        """As stored, for the dynamics know what to do with each mode; frames where they belong."""
        return values if self.motion is None else followed(values, self.motion, self.frames)

    def restored(self, values: NDArray) -> NDArray:
        """Frames put back."""
        return values if self.motion is None else followed(values, self.motion, self.frames, -1)

    def begin(self, problem: Problem, *, key: PRNGKey) -> tuple[Direct, WindowedTCTV]:
        """From zero, which is the mean of what is observed."""
        del key
        start = Direct.zeros(problem.operator.shape, problem.y.dtype)
        return start, WindowedTCTV(jnp.asarray(self.depth), self.window, self.modes)

    def pace(self) -> Pace:
        """To rest; held-out entries may stop it before, where the data are noisy."""
        return Pace(10, 5, 100)

    def facts(self) -> dict[str, Any]:
        """Method, modes, depth and window."""
        return {
            "method": "windowed TCTV",
            "smooth": list(self.modes),
            "depth": self.depth,
            "window": self.window,
            "follows the camera": self.motion is not None,
        }

    def __str__(self) -> str:
        """Method, depth and window in words."""
        depth = "∞" if math.isinf(self.depth) else f"{self.depth:g}"
        following = ", following the camera" if self.motion is not None else ""
        return f"correlated total variation in windows of {self.window}, depth {depth}{following}"


class TubalNorm(AbstractApproach):
    """`TNN`: the least tensor nuclear norm that fits.

    Args:
        modes: the modes in order, two sides and then the tubes.
        transform: transform of the tubes.
    """

    modes: tuple[int, ...] = eqx.field(static=True)
    transform: AbstractTransform = Fourier()

    def arranged(self, values: NDArray) -> NDArray:
        """Sides first."""
        return np.transpose(values, self.modes)

    def restored(self, values: NDArray) -> NDArray:
        """The modes as the data have them."""
        return np.transpose(values, tuple(self.modes.index(mode) for mode in range(values.ndim)))

    def begin(self, problem: Problem, *, key: PRNGKey) -> tuple[Direct, TNN]:
        """From zero."""
        del key
        start = Direct.zeros(problem.operator.shape, problem.y.dtype)
        return start, TNN(transform=self.transform, penalty=10.0)

    def pace(self) -> Pace:
        """To rest; held-out entries may stop it before, where the data are noisy."""
        return Pace(10, 5, 120)

    def facts(self) -> dict[str, Any]:
        """Method, orientation and transform."""
        return {
            "method": "TNN",
            "orientation": list(self.modes),
            "transform": type(self.transform).__name__,
        }

    def __str__(self) -> str:
        """Method, orientation and transform in words."""
        return f"least tensor nuclear norm, {_oriented(self.modes)}, {_named(self.transform)}"


class TubalFactors(AbstractApproach):
    """Descent on a chain of tubal factors from a small start [karnik2025].

    Args:
        modes: the modes in order, two sides and then the tubes.
        depth: number L of factors.
        scale: of the start, relative to the largest slice singular value of the zero-filled data.
        transform: transform of the tubes.
    """

    modes: tuple[int, ...] = eqx.field(static=True)
    depth: int = eqx.field(static=True, default=2)
    scale: float = 1e-3
    transform: AbstractTransform = Fourier()

    def arranged(self, values: NDArray) -> NDArray:
        """Sides first."""
        return np.transpose(values, self.modes)

    def restored(self, values: NDArray) -> NDArray:
        """The modes as the data have them."""
        return np.transpose(values, tuple(self.modes.index(mode) for mode in range(values.ndim)))

    def begin(self, problem: Problem, *, key: PRNGKey) -> tuple[DeepTubal, GradientDescent]:
        """From a small draw, by a safe share of the step that the curvature at a fit allows."""
        level = _level(problem, self.transform)
        start = _drawn(
            problem.operator.shape, self.depth, self.scale * level, self.transform, key=key
        )
        curvature = self.depth / 2 * level ** (2 - 2 / self.depth)
        return start, GradientDescent(_STEP / curvature)

    def pace(self) -> Pace:
        """Long: rank is learnt piece by piece, and held-out entries say when to stop."""
        return Pace(25, 4, 3000)

    def facts(self) -> dict[str, Any]:
        """Method, orientation, transform, depth and scale."""
        return {
            "method": "tubal factors",
            "orientation": list(self.modes),
            "transform": type(self.transform).__name__,
            "depth": self.depth,
            "scale": self.scale,
        }

    def __str__(self) -> str:
        """Depth, scale, orientation and transform in words."""
        return (
            f"tubal factors of depth {self.depth} from scale {self.scale:g}, "
            f"{_oriented(self.modes)}, {_named(self.transform)}"
        )


@eqx.filter_jit
def _level(problem: Problem, transform: AbstractTransform) -> Any:
    weights = problem.y if problem.weights is None else problem.weights * problem.y
    return tensor_spectral_norm(problem.operator.adjoint(weights), transform)


@eqx.filter_jit
def _drawn(
    shape: tuple[int, ...], depth: int, scale: Any, transform: AbstractTransform, *, key: PRNGKey
) -> DeepTubal:
    # One program: drawn operation by operation, every shape would compile several.
    return DeepTubal.initialise(
        shape, depth=depth, scale=scale, transform=transform, dtype=scale.dtype, key=key
    )


def _oriented(modes: tuple[int, ...]) -> str:
    sides, tubes = modes[:2], modes[2:]
    return f"slices of modes {sides[0]} and {sides[1]}, tubes {', '.join(map(str, tubes))}"


def _named(transform: AbstractTransform) -> str:
    return f"{type(transform).__name__.lower()} transform"
