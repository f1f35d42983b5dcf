"""The gradient flow of a spectral network in spectral coordinates."""

from typing import ClassVar, NamedTuple

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import optimistix
from jax.core import Tracer

from tacit._typing import Any, Array, BoolScalar, Float, RealScalar, ScalarLike
from tacit.algebra import vanishes_at_zero
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.dynamics._integrate import integrate, refuse_bad_tolerances
from tacit.models import AbstractFactorisation, SpectralCoordinates, SpectralNetwork
from tacit.models.spectral_coordinates import align, place
from tacit.operators import SharedBasis
from tacit.problems import Problem


class CompactState(NamedTuple):
    """Its clock, the coordinates, the frames G_k that stay, and whether a zero was crossed."""

    clock: Clock
    coordinates: SpectralCoordinates
    frames: Float[Array, "K d r"]
    crossed: BoolScalar


class CompactFlow(AbstractDynamics):
    """Theorem 1: the flow of (ū, v̄, α), which is that of the whole network [chu2024].

    With shared singular vectors (`SharedBasis`) and an aligned start, Φ, Ψ and the G_k stay, and

        dū_k/dt = λ^(k) v̄_k,   dv̄_k/dt = λ^(k) ū_k,   dα^(l)/dt = f(z^(l−1)) (δ^(l))ᵀ,

    δ^(l) the gradient −∂ℓ/∂z^(l), λ^(k) = δ^(0)_k: for depth one Āᵀ(y − Ā x) α_k γ'(z_k). Adaptive
    Runge–Kutta; a step costs O(K d + p d), whatever the sides of X. Any depth, square or not.

    A singular value that reaches zero changes the sign of its coordinate. An odd γ goes on; so does
    any with γ(0) = 0, through f(z) = sign(z) γ(|z|), which is what the network does. Where
    γ(0) ≠ 0 the network's own flow has a jump there and Theorem 1 ends: the flow stops at the first
    crossing, and `clock.time` with it, short of the time asked for.
    """

    runs_in_steps: ClassVar[bool] = False

    rtol: float = eqx.field(static=True, default=1e-10)
    atol: float = eqx.field(static=True, default=1e-12)
    solver: diffrax.AbstractERK = diffrax.Dopri8()
    max_steps: int = eqx.field(static=True, default=1_000_000)

    def __check_init__(self):
        refuse_bad_tolerances(self)

    def init(self, problem: Problem, model: AbstractFactorisation) -> CompactState:
        """Read the coordinates off the network.

        Raises:
            ValueError: if the operator is no `SharedBasis`, the model no `SpectralNetwork`, there
                is a penalty, or the network is not aligned with the basis.
        """
        operator = problem.operator
        if not isinstance(operator, SharedBasis):
            raise ValueError(
                f"CompactFlow: the operator must be a SharedBasis, not {type(operator).__name__}"
            )
        if not isinstance(model, SpectralNetwork):
            raise ValueError(f"CompactFlow moves SpectralNetworks, not {type(model).__name__}")
        if problem.penalty is not None:
            raise ValueError("CompactFlow: a penalty has no spectral coordinates; leave it out")
        coordinates, frames, mismatch = align(model, (operator.left, operator.right))
        allowed = float(jnp.finfo(operator.dtype).eps) ** 0.5
        if not isinstance(mismatch, Tracer) and not float(mismatch) <= allowed:
            raise ValueError(
                "CompactFlow: the network does not share its singular vectors with the "
                f"measurements, mismatch {float(mismatch):.1e}; start it by "
                "SpectralNetwork.aligned((operator.left, operator.right), ...)"
            )
        return CompactState(Clock.at_start(model), coordinates, frames, jnp.zeros((), bool))

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: CompactState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, CompactState]:
        """Integrate over a span `gap` of time, or to the first crossing."""
        operator = problem.operator
        assert isinstance(model, SpectralNetwork)
        assert isinstance(operator, SharedBasis)
        activation = model.activation

        def objective(coordinates: SpectralCoordinates) -> RealScalar:
            residual = operator.spectra @ coordinates.output(activation) - problem.y
            return problem.loss(residual, problem.weights)

        def velocity(coordinates: SpectralCoordinates) -> SpectralCoordinates:
            return jax.tree.map(jnp.negative, jax.grad(objective)(coordinates))

        def nearest_zero(t: Any, y: SpectralCoordinates, args: Any, **others: Any) -> Array:
            del t, args, others
            *inner, _ = y.layers(activation)
            return jnp.min(jnp.stack([jnp.min(z) for z in inner]))

        stops = activation is not None and not vanishes_at_zero(activation)
        moved, time, evaluations, occurred = integrate(
            velocity,
            state.coordinates,
            state.clock.time,
            jnp.where(state.crossed, state.clock.time, state.clock.time + gap),
            self,
            diffrax.Event(nearest_zero, optimistix.Newton(1e-10, 1e-12)) if stops else None,
        )
        clock = Clock(state.clock.step + evaluations, time)
        network = place(model, (operator.left, operator.right), moved, state.frames)
        return network, CompactState(clock, moved, state.frames, state.crossed | occurred)
