"""Measurements of a matrix as training problems, and what may be given for them."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from tacit._jit import jit
from tacit._typing import Any, Array, Matrix, PRNGKey, RealScalar
from tacit.dynamics import GradientDescent
from tacit.models import Deep
from tacit.observers import Observer, held_out, loss
from tacit.observers import singular_values as spectrum
from tacit.operators import AbstractMeasurement, Dense
from tacit.problems import Problem
from tacit.runs import Schedule, Stalled, Trajectory, run

_GAP, _PATIENCE = 20, 20
_FEWEST = 5
"""Measurements with fewer of which none is held out."""
_PROBES = 16
"""Random matrices by which the size of A is measured."""
_POWERS = 30


class SensingTask(eqx.Module):
    """Measurements of a matrix in units of their spread, some of them held out."""

    operator: AbstractMeasurement
    y: Array
    held_out: NDArray[np.bool_]
    spread: float
    weight: float
    level: float
    curvature: float
    key: PRNGKey

    @classmethod
    def of(
        cls, operator: AbstractMeasurement, y: Any, fraction: float | int, random_state: Any
    ) -> "SensingTask":
        """Weights make A*A the identity on average, and the level is the largest of A* y then."""
        given = np.asarray(y, float)
        if given.shape != (operator.size,) or not np.isfinite(given).all():
            raise ValueError(
                f"MatrixSensing: y must be {operator.size} finite numbers, one a measurement, got "
                f"shape {given.shape}"
            )
        random = check_random_state(random_state)
        held_out = np.zeros(given.size, bool)
        if given.size >= _FEWEST:
            count = round(fraction * given.size)
            held_out[random.permutation(given.size)[:count]] = True
        spread = float(np.sqrt(np.mean(given**2))) or 1.0
        scaled = jnp.asarray(given / spread, operator.dtype)
        probes = jnp.asarray(random.standard_normal((_PROBES, *operator.shape)), operator.dtype)
        square = float(jnp.mean(jnp.sum(jax.vmap(operator.mv)(probes) ** 2, axis=1)))
        if not square > 0:
            raise ValueError("MatrixSensing: A measures nothing, every matrix is zero")
        weight = float(np.prod(operator.shape)) / square
        level = weight * float(np.linalg.norm(np.asarray(operator.adjoint(scaled)), 2)) or 1.0
        curvature = weight * float(_largest(operator, probes[0]))
        key = jax.random.key(int(random.randint(2**31 - 1)))
        return cls(operator, scaled, held_out, spread, weight, level, curvature, key)

    def descended(
        self, depth: int, scale: float, steps: int, watched: str | None = None
    ) -> Trajectory[Deep]:
        """Descend on all measurements, or where something is watched on those not held out.

        The step is half of what the curvature at a fit allows, at most L σ^{2 − 2/L} ‖A*A‖₂.
        """
        observers: tuple[Observer, ...] = (loss, spectrum)
        seen = np.ones(self.held_out.size)
        stop = None if watched is None else Stalled(watched, _PATIENCE, 1e-3)
        if watched == "held_out":
            observers = (held_out(self._problem(self.held_out)), *observers)
            seen = ~self.held_out
        return run(
            self._problem(seen),
            _drawn(self.operator.shape, depth, scale * self.level, self.y.dtype, self.key),
            GradientDescent(1 / (depth * self.level ** (2 - 2 / depth) * self.curvature)),
            Schedule.every(_GAP, steps),
            observers,
            stop=stop,
            keep="last" if watched is None else "best",
            chunk=2,
        )

    def _problem(self, chosen: NDArray) -> Problem:
        weights = jnp.asarray(self.weight * chosen, self.y.dtype)
        return Problem(self.operator, self.y, weights=weights)


@jit
def _drawn(shape: tuple[int, ...], depth: int, scale: float, dtype: Any, key: PRNGKey) -> Deep:
    m, n = shape
    return Deep.initialise((m, n), depth=depth, init_scale=scale, dtype=dtype, key=key)


@jit
def _largest(operator: AbstractMeasurement, start: Matrix) -> RealScalar:
    """Largest eigenvalue of A*A, by power iteration."""

    def applied(_: Any, Z: Array) -> Array:
        return operator.adjoint(operator.mv(Z / jnp.linalg.norm(Z)))

    return jnp.linalg.norm(jax.lax.fori_loop(0, _POWERS, applied, start))


def precision(A: Any, otherwise: str) -> str:
    """That of an operator, or the other one."""
    return str(A.dtype) if isinstance(A, AbstractMeasurement) else otherwise


def measurement(A: Any, dtype: str) -> AbstractMeasurement:
    """An operator as it is, and an array of matrices as `Dense`.

    Raises:
        ValueError: if A is neither, or not on matrices, or not finite.
    """
    if not isinstance(A, AbstractMeasurement):
        given = np.asarray(A)
        if given.dtype.kind not in "fiu" or not np.isfinite(given).all():
            raise ValueError("MatrixSensing: A must be finite real numbers")
        if given.ndim != 3:
            raise ValueError(
                "MatrixSensing: A must hold one matrix a measurement, shape (p, m, n), got "
                f"{given.shape}"
            )
        return Dense(jnp.asarray(given, dtype))
    if len(A.shape) != 2:
        raise ValueError(f"MatrixSensing: A measures arrays of shape {A.shape}, not matrices")
    return A
