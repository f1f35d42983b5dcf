"""The flow of the product matrix of a balanced deep factorisation, at any real depth."""

from typing import ClassVar, NamedTuple

import diffrax
import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from tacit._typing import Array, Float, Int, IntScalar, Matrix, ScalarLike, Spectrum
from tacit.algebra.scalar_flow import refuse_bad_depth
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.dynamics._integrate import integrate, refuse_bad_tolerances
from tacit.models import AbstractFactorisation, Deep, Direct
from tacit.observers import balance
from tacit.problems import Problem


class EndToEndState(NamedTuple):
    """Its clock, and the rank of W(0), which the flow keeps."""

    clock: Clock
    rank: IntScalar


class EndToEndFlow(AbstractDynamics):
    """Ẇ = −Σ_{j=1}^N (W Wᵀ)^{(N−j)/N} ∇ℓ(W) (Wᵀ W)^{(j−1)/N}: depth without layers [arora2019].

    It is the gradient flow of W = W_N ⋯ W_1 from balanced factors, W_{j+1}ᵀ W_{j+1} = W_j W_jᵀ.
    With W = U diag(s) Vᵀ the sum is U (K ∘ Uᵀ∇ℓ V) Vᵀ, K of `depth_weights`: one thin SVD and a few
    products a step, whatever N, which need be neither whole nor finite. W itself is integrated, for
    the singular vectors have no derivative where singular values cross. The flow keeps the rank of
    W(0), counted with what is above rounding of s₁: beyond it zero stays zero, where what rounding
    leaves there would grow. It moves `Direct` models; `balanced_product` makes one of a `Deep`
    start.

    Time is that of the layered flow; for N = ∞, where that flow is infinitely fast, it is
    t' = N t.

    Args:
        depth: N, a real number ≥ 2, or infinity. A leaf, so that a sweep over it is one program.
        rtol: relative tolerance of the integrator.
        atol: absolute tolerance.
        solver: explicit Runge–Kutta method.
        max_steps: a span that needs more ends the run as non-finite.

    Raises:
        ValueError: if a known depth is below 2, or a tolerance is not positive.
    """

    runs_in_steps: ClassVar[bool] = False

    depth: ScalarLike
    rtol: float = eqx.field(static=True, default=1e-8)
    atol: float = eqx.field(static=True, default=1e-10)
    solver: diffrax.AbstractERK = diffrax.Dopri8()
    max_steps: int = eqx.field(static=True, default=1_000_000)

    def __check_init__(self):
        refuse_bad_tolerances(self)
        if isinstance(self.depth, int | float):
            refuse_bad_depth(self.depth, "EndToEndFlow")

    def init(self, problem: Problem, model: AbstractFactorisation) -> EndToEndState:
        """Time zero, and the rank that is kept.

        Raises:
            ValueError: if the model is not a `Direct` matrix, or W = 0, from where nothing moves.
        """
        del problem
        if not isinstance(model, Direct) or model.array.ndim != 2:
            raise ValueError(
                "EndToEndFlow moves the product matrix as a Direct model, not "
                f"{type(model).__name__}; make one by balanced_product(deep)"
            )
        W = model.array
        if not isinstance(W, Tracer) and not np.any(W):
            raise ValueError("EndToEndFlow: W = 0 never moves; start from a small scale above 0")
        return EndToEndState(Clock.at_start(model), _rank(jnp.linalg.svd(W, compute_uv=False), W))

    def advance(
        self, problem: Problem, model: AbstractFactorisation, state: EndToEndState, gap: ScalarLike
    ) -> tuple[AbstractFactorisation, EndToEndState]:
        """Integrate over a span `gap` of time."""
        assert isinstance(model, Direct)
        gradient = jax.grad(lambda W: problem.objective(Direct(W)))
        depth = jnp.asarray(self.depth, model.array.dtype)
        clock, rank = state
        end = clock.time + gap
        moved, _, evaluations, _ = integrate(
            lambda W: end_to_end_velocity(W, gradient(W), depth, rank=rank),
            model.array,
            clock.time,
            end,
            self,
        )

        # The set of matrices of one rank is curved, and a step leaves it by its error.
        leaves = (rank < min(moved.shape)) & (jnp.asarray(gap) > 0)
        moved = jax.lax.cond(leaves, lambda W: _cut(W, rank), lambda W: W, moved)
        return Direct(moved), EndToEndState(Clock(clock.step + evaluations, end), rank)


def end_to_end_velocity(
    W: Matrix, gradient: Matrix, depth: ScalarLike, *, rank: IntScalar | int | None = None
) -> Matrix:
    """Ẇ = −Σ_j (W Wᵀ)^{(N−j)/N} G (Wᵀ W)^{(j−1)/N} for the gradient G at W [arora2019].

    For N = ∞ it is the limit of Ẇ/N, −∫₀¹ (W Wᵀ)^u G (Wᵀ W)^{1−u} du.

    Args:
        W: the product matrix.
        gradient: ∇ℓ(W).
        depth: N in [2, ∞].
        rank: that of W, beyond which singular values are zero; default those above rounding of s₁.
    """
    U, s, Vt = jnp.linalg.svd(W, full_matrices=False)

    # What rounding leaves of a zero is far from zero to depth: 1e-17 to the power 2/N, N = 50, is
    # a fifth.
    s = jnp.where(
        jnp.arange(s.size, dtype=jnp.int32) < (_rank(s, W) if rank is None else rank), s, 0
    )
    inner, outer = depth_weights(s, depth)
    rows, columns = U.T @ gradient, gradient @ Vt.T
    core = rows @ Vt.T
    velocity = U @ ((inner * core) @ Vt)
    # Pairs (s_i, 0) of a rectangular W: what of G lies outside the singular vectors on one side.
    if W.shape[0] > W.shape[1]:
        velocity = velocity + ((columns - U @ core) * outer[None, :]) @ Vt
    elif W.shape[0] < W.shape[1]:
        velocity = velocity + U @ (outer[:, None] * (rows - core @ Vt))
    return -velocity


def depth_weights(
    spectrum: Spectrum, depth: ScalarLike
) -> tuple[Float[Array, "d d"], Float[Array, " d"]]:
    """K_ij = (s_i² − s_j²) / (s_i^{2/N} − s_j^{2/N}), and K for the pairs (s_i, 0): s_i^{2−2/N}.

    K_ii = N s_i^{2−2/N}. For N = ∞ both are divided by N: (s_i² − s_j²) / (ln s_i² − ln s_j²),
    K_ii = s_i², and 0. Exact to rounding for close and for equal values.
    """
    dtype = spectrum.dtype
    depth = jnp.asarray(depth, dtype)
    infinite = jnp.isinf(depth)
    inverse = jnp.where(infinite, 0, 1 / depth)
    larger = jnp.maximum(spectrum[:, None], spectrum[None, :])
    logs = jnp.log(spectrum)
    # With y = ln s_i² − ln s_j² ≥ 0, K_ij = s_i^{2−2/N} (1 − e^{−y}) / (1 − e^{−y/N}).
    y = 2 * jnp.abs(logs[:, None] - logs[None, :])
    apart = (y > 0) & (larger > 0)
    y = jnp.where(apart, y, 1)
    scaled = jnp.where(infinite, y, -jnp.expm1(-y * inverse))
    ratio = jnp.where(apart, -jnp.expm1(-y) / scaled, jnp.where(infinite, 1, depth))
    power = 2 - 2 * inverse
    return larger**power * ratio, jnp.where(infinite, 0, spectrum**power)


def _rank(spectrum: Spectrum, W: Matrix) -> IntScalar:
    """How many singular values are above the rounding of the largest."""
    rounding = max(W.shape) * jnp.finfo(W.dtype).eps
    return jnp.sum(spectrum > rounding * jnp.max(spectrum), dtype=jnp.int32)


def _places(spectrum: Spectrum) -> Int[Array, " d"]:
    return jnp.arange(spectrum.size, dtype=jnp.int32)


def _cut(W: Matrix, rank: IntScalar) -> Matrix:
    """The nearest matrix of that rank."""
    U, s, Vt = jnp.linalg.svd(W, full_matrices=False)
    return (U * jnp.where(_places(s) < rank, s, 0)[None, :]) @ Vt


def balanced_product(model: Deep, tolerance: float = 1e-6) -> Direct:
    """The product W = W_N ⋯ W_1 of balanced factors, the start of `EndToEndFlow`.

    Args:
        model: the factors.
        tolerance: largest ‖W_{j+1}ᵀ W_{j+1} − W_j W_jᵀ‖_F relative to max_j ‖W_j‖_F². Inside jit
            nothing is checked.

    Raises:
        ValueError: if the factors are not balanced; the message has the imbalance.
    """
    largest = jnp.stack([jnp.sum(factor**2) for factor in model.factors]).max()
    gaps = [jnp.linalg.norm(gap) / largest for gap in balance.quantity(model)]
    imbalance = jnp.stack(gaps).max() if gaps else 0.0
    if not isinstance(imbalance, Tracer) and not float(imbalance) <= tolerance:
        raise ValueError(
            f"balanced_product: the factors are unbalanced by {float(imbalance):.1e} relative "
            f"to their square, more than {tolerance:g}; start them by initialiser=balanced, or "
            "follow the layers with GradientFlow"
        )
    return Direct(model())
