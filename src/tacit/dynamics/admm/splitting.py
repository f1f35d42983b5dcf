"""Alternating directions of multipliers with a growing penalty, for entries that are known exactly.

The explicit tensor methods solve min Σ_d f_d(L_d X) subject to X = y where observed. A step is

    G_d ← prox of f_d/μ at L_d X + Γ_d/μ,   X ← argmin Σ_d ‖L_d X − G_d + Γ_d/μ‖²,
    Γ_d ← Γ_d + μ (L_d X − G_d),   μ ← ρ μ.
"""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from tacit._jit import jit
from tacit._typing import (
    Any,
    Array,
    Bool,
    Callable,
    IntScalar,
    RealScalar,
    ScalarLike,
    Sequence,
    Target,
)
from tacit.dynamics._base import Clock
from tacit.models import AbstractFactorisation, Direct
from tacit.operators import TensorEntries
from tacit.problems import Problem

_CEILING = 1e8
"""Where μ ends, in units of its start at 1: X has long come to rest, and μ is still finite."""


class AdmmState(NamedTuple):
    """Its clock, the X of the splits, their duals Γ_d, the penalty μ, and where that ends."""

    clock: Clock
    X: Target
    duals: tuple[Target, ...]
    penalty: RealScalar
    highest: RealScalar


class Observed(NamedTuple):
    """The constraint X = y where observed: where, and what."""

    mask: Bool[Array, "..."]
    values: Target

    def imposed(self, X: Target) -> Target:
        """The nearest tensor that satisfies the constraint."""
        return jnp.where(self.mask, self.values, X)


Duals = tuple[Target, ...]
Step = Callable[[Target, Duals, RealScalar, IntScalar], tuple[Target, Target, Duals]]
"""(X, Γ, μ, steps so far) to the model, X and Γ."""
Proximal = Callable[[Target, RealScalar], Target]
"""(V, μ) to the G that minimises f(G) + μ/2 ‖G − V‖²."""


def observed(problem: Problem) -> Observed:
    """What the entries of a problem constrain; repeated entries count as their mean."""
    weights = jnp.ones_like(problem.y) if problem.weights is None else problem.weights
    times = problem.operator.adjoint(weights)
    mask = times > 0
    return Observed(mask, problem.operator.adjoint(weights * problem.y) / jnp.where(mask, times, 1))


def start(
    name: str,
    problem: Problem,
    model: AbstractFactorisation,
    splits: int,
    penalty: ScalarLike,
    weight: ScalarLike,
) -> AdmmState:
    """Duals of zero, and μ = penalty · weight / ‖y‖, so that scaled data have scaled answers.

    The weight is such that at a penalty of 1 the first threshold is the norm of the data, where
    that is taken: every singular value falls below it.

    Args:
        name: of the method, for messages.
        problem: entries that are observed or not.
        model: X.
        splits: number of splits G_d.
        penalty: μ at the start, in units of weight / ‖y‖.
        weight: what makes of a penalty of 1 a threshold of the norm of the data.

    Raises:
        ValueError: if the model is not `Direct`, or the problem is anything but entries that are
            observed or not.
    """
    if not isinstance(model, Direct):
        raise ValueError(f"{name} moves Direct models, not {type(model).__name__}")
    if not isinstance(problem.operator, TensorEntries):
        raise ValueError(
            f"{name} needs observed entries, TensorEntries, not {type(problem.operator).__name__}"
        )
    if problem.penalty is not None:
        raise ValueError(f"{name} minimises a norm of its own; give a problem without penalty")
    weights = problem.weights
    known = None if isinstance(weights, Tracer) else weights
    if known is not None and not np.isin(known, (0, 1)).all():
        raise ValueError(
            f"{name} fits what is observed exactly: weights are 0, not observed, or 1; for others "
            "use a descent, whose loss weighs its residuals"
        )
    return _start(problem, model.array, splits, penalty, weight)


@jit
def _start(
    problem: Problem, X: Target, splits: int, penalty: ScalarLike, weight: ScalarLike
) -> AdmmState:
    size = jnp.linalg.norm(observed(problem).values.ravel())
    unit = jnp.asarray(weight, X.dtype) / jnp.where(size > 0, size, 1)
    clock = Clock(jnp.zeros((), jnp.int32), jnp.zeros((), X.dtype))
    first, last = (jnp.asarray(value, X.dtype) * unit for value in (penalty, _CEILING))
    return AdmmState(clock, X, (jnp.zeros_like(X),) * splits, first, last)


def advance(
    step: Step, model: AbstractFactorisation, state: AdmmState, growth: ScalarLike, gap: ScalarLike
) -> tuple[AbstractFactorisation, AdmmState]:
    """Take `gap` steps, μ growing after each.

    Args:
        step: one step of the method.
        model: X as the constraint has it.
        state: what the step before left.
        growth: ρ.
        gap: number of steps.
    """
    assert isinstance(model, Direct)
    growth = jnp.asarray(growth, state.penalty.dtype)

    def body(_: Any, carry: Any) -> Any:
        _, X, duals, penalty, number = carry
        moved = step(X, duals, penalty, number)
        return *moved, jnp.minimum(growth * penalty, state.highest), number + 1

    carry = (model.array, state.X, state.duals, state.penalty, state.clock.step)
    array, X, duals, penalty, count = jax.lax.fori_loop(0, gap, body, carry)
    clock = Clock(count, count.astype(state.clock.time.dtype))
    moved = eqx.tree_at(lambda direct: direct.array, model, array)
    return moved, AdmmState(clock, X, duals, penalty, state.highest)


def consensus(seen: Observed, proximals: Sequence[Proximal]) -> Step:
    """The step where every L_d is the identity: X is the mean of its splits, off what is seen."""

    def step(
        X: Target, duals: Duals, penalty: RealScalar, number: IntScalar
    ) -> tuple[Target, Target, Duals]:
        del number
        splits = [
            proximal(X + dual / penalty, penalty)
            for proximal, dual in zip(proximals, duals, strict=True)
        ]
        pulls = (split - dual / penalty for split, dual in zip(splits, duals, strict=True))
        X = seen.imposed(sum(pulls, start=jnp.zeros_like(X)) / len(splits))
        raised = (dual + penalty * (X - split) for split, dual in zip(splits, duals, strict=True))
        return X, X, tuple(raised)

    return step


def refuse_unless_growing(name: str, penalty: ScalarLike, growth: ScalarLike) -> None:
    """Check what is known of the penalty.

    Args:
        name: of the method, for messages.
        penalty: μ at the start; passed if it is traced.
        growth: ρ; passed if it is traced.

    Raises:
        ValueError: if it is not positive, or would fall.
    """
    if isinstance(penalty, int | float) and not penalty > 0:
        raise ValueError(f"{name}: penalty must be positive, got {penalty}")
    if isinstance(growth, int | float) and not growth >= 1:
        raise ValueError(f"{name}: growth must be at least 1, got {growth}")


def refuse_unless_modes(name: str, directions: Sequence[int], shape: tuple[int, ...]) -> None:
    """Check that directions are modes of a tensor.

    Args:
        name: of the method, for messages.
        directions: the modes named.
        shape: of the tensor.

    Raises:
        ValueError: if one is not.
    """
    if not set(directions) <= set(range(len(shape))):
        raise ValueError(
            f"{name}: directions {directions} must be among the modes 0..{len(shape) - 1}"
        )


def refuse_unless_distinct(name: str, directions: Sequence[int]) -> None:
    """Check that directions name something.

    Raises:
        ValueError: if there is none, or one is repeated.
    """
    if not directions or len(set(directions)) < len(directions):
        raise ValueError(
            f"{name}: directions {directions} must name modes, at least one, each once"
        )
