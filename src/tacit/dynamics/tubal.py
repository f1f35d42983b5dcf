"""Gradient descent on U * Uᵀ, whatever its width and the number of measurements."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, Inexact, ScalarLike
from tacit.algebra import t_qr, t_transpose
from tacit.algebra.transforms import apart, together, tube_lengths
from tacit.algebra.tubal_symmetric import SymmetricCoordinates
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.models import AbstractFactorisation, SymmetricTubal
from tacit.problems import LeastSquares, Problem


class TubalDescentState(NamedTuple):
    """Its clock, Zᵀ A*A Z and Zᵀ A* y in coordinates Z, and Q of U = V * Qᵀ, which stays."""

    clock: Clock
    gram: Float[Array, "s s"]
    image: Float[Array, " s"]
    frame: Float[Array, "r d *k"]


class TubalDescent(AbstractDynamics):
    """U ← (I − 2η sym A*(A(U * Uᵀ) − y)) * U: `GradientDescent(step)` on `SymmetricTubal`, exactly.

    Steps multiply U from the left [karnik2025], so U = V * Qᵀ keeps the Q of its t-QR and V, of
    width at most n, moves alone; and they see the tubal-symmetric part of A*A alone, held as a
    matrix on `SymmetricCoordinates`, 210 × 210 for n = 10 and k = 4. A step takes neither longer
    for a wide U nor for many measurements, and no transform. It pays for small n: the matrix has
    about (n² k / 2)² numbers.
    """

    step: ScalarLike

    def __check_init__(self):
        if isinstance(self.step, int | float) and not self.step > 0:
            raise ValueError(f"TubalDescent: step must be positive, got {self.step}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> TubalDescentState:
        """Form the matrix, and factorise the start.

        Raises:
            ValueError: if the model is no `SymmetricTubal`, the loss is not `LeastSquares`, there
                are weights or a penalty, or the transform is no multiple of a unitary one.
        """
        if not isinstance(model, SymmetricTubal):
            raise ValueError(f"TubalDescent moves SymmetricTubal, not {type(model).__name__}")
        if (
            not isinstance(problem.loss, LeastSquares)
            or problem.weights is not None
            or problem.penalty is not None
        ):
            raise ValueError(
                "TubalDescent: it needs LeastSquares, no weights and no penalty; GradientDescent "
                "takes any"
            )
        coordinates = _coordinates(model)
        tubes, transform = tube_lengths(model.factor), model.transform
        classes = transform.classes(tubes)

        def measured(z: Float[Array, " s"]) -> Float[Array, " p"]:
            slices = together(coordinates.form(z), classes)
            return problem.operator.mv(transform.inverse(slices, tubes))

        dtype = problem.y.dtype
        rows = jax.vmap(measured)(jnp.eye(coordinates.chosen.size, dtype=dtype))
        frame, _ = t_qr(t_transpose(model.factor, transform), transform)
        return TubalDescentState(Clock.at_start(model), rows @ rows.T, rows @ problem.y, frame)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: TubalDescentState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, TubalDescentState]:
        """Take `gap` steps on V, then form U once."""
        del problem
        assert isinstance(model, SymmetricTubal)
        coordinates = _coordinates(model)
        tubes, transform = tube_lengths(model.factor), model.transform
        classes = transform.classes(tubes)
        U, Q = (apart(transform.forward(tensor), classes) for tensor in (model.factor, state.frame))
        eta = jnp.asarray(self.step, state.clock.time.dtype)

        def body(_: Any, V: list[Inexact[Array, "_ n d"]]) -> list[Inexact[Array, "_ n d"]]:
            X = coordinates.read([part @ jnp.conj(part).mT for part in V])
            steps = coordinates.form(2 * eta * (state.image - state.gram @ X))
            return [part + step @ part for part, step in zip(V, steps, strict=True)]

        V = jax.lax.fori_loop(0, gap, body, [u @ q for u, q in zip(U, Q, strict=True)])
        slices = together([v @ jnp.conj(q).mT for v, q in zip(V, Q, strict=True)], classes)
        moved = eqx.tree_at(lambda m: m.factor, model, transform.inverse(slices, tubes))
        clock = Clock(state.clock.step + gap, state.clock.time + eta * jnp.asarray(gap, eta.dtype))
        return moved, state._replace(clock=clock)


def _coordinates(model: SymmetricTubal) -> SymmetricCoordinates:
    side, _, *tubes = model.factor.shape
    return SymmetricCoordinates(side, tuple(tubes), model.transform)
