"""The laws of factorisations."""

import jax
import jax.numpy as jnp

from tacit._jit import jit
from tacit._typing import Array, Callable, PRNGKey, Sequence, Target
from tacit.algebra import singular_values
from tacit.models import AbstractFactorisation, AbstractThinFactorisation
from tacit.testing._agreement import (
    Pairs,
    agree,
    agree_all,
    derivative_precision,
    difference_step,
    inner,
    moved,
    normal_like,
    same_kind,
)


def check_factorisation(
    model: AbstractFactorisation,
    *,
    shape: tuple[int, ...],
    preconditioner: Callable[[Target], Target] | None = None,
    symmetries: Sequence[AbstractFactorisation] = (),
    key: PRNGKey,
) -> None:
    """Check the laws of a factorisation X(θ) at the given model and random directions.

    The target has the given shape and the model's own type; J is the derivative of X (by finite
    differences) and Jᵀ its transpose; `factored()` agrees with `model()`; a gradient is a model;
    jit and vmap change nothing.

    Args:
        model: the point θ, of moderate size.
        shape: what X should have.
        preconditioner: closed form of G ↦ J Jᵀ G, where one is known.
        symmetries: other models with the same target.
        key: JAX random key.

    Raises:
        AssertionError: naming the first law that fails.
    """
    one, other, third = jax.random.split(key, 3)
    direction, X = normal_like(model, key=one), model()
    dtype = jax.tree.leaves(model)[0].dtype
    same_kind("the target has its shape and type", X, jnp.zeros(shape, dtype))
    G = normal_like(X, key=other)

    agree_all(jit(_quotient)(model, direction), derivative_precision(model))
    agree_all(jit(_derivatives)(model, direction, G))
    if preconditioner is not None:
        agree("J Jᵀ has its closed form", jit(_preconditioned)(model, G), preconditioner(G))
    for number, twin in enumerate(symmetries):
        agree(f"symmetry {number} keeps X", twin(), X)
    if isinstance(model, AbstractThinFactorisation):
        same_kind("factored() has the target's shape", jnp.zeros(model.factored().shape, dtype), X)
        vector = normal_like(jnp.zeros((shape[1], 2), dtype), key=third)
        agree_all(jit(_factored)(model, vector))
    agree("jit changes nothing", jit(lambda theta: theta())(model), X)


def _quotient(model: AbstractFactorisation, direction: AbstractFactorisation) -> Pairs:
    step = difference_step(model)
    change = moved(model, direction, step)() - moved(model, direction, -step)()
    return {"J is the derivative of X": (model.jacobian().mv(direction), change / (2 * step))}


def _derivatives(
    model: AbstractFactorisation, direction: AbstractFactorisation, G: Target
) -> Pairs:
    J = model.jacobian()
    further = moved(model, direction, 1.0)
    both = jax.tree.map(lambda *leaves: jnp.stack(leaves), model, further)
    return {
        "⟨J v, G⟩ = ⟨v, Jᵀ G⟩": (inner(J.mv(direction), G), inner(direction, J.T.mv(G))),
        "a gradient is a model: Jᵀ G": (
            jax.grad(lambda theta: inner(theta(), G))(model),
            J.T.mv(G),
        ),
        "vmap changes nothing": (
            jax.vmap(lambda theta: theta())(both),
            jnp.stack([model(), further()]),
        ),
    }


def _preconditioned(model: AbstractFactorisation, G: Target) -> Target:
    J = model.jacobian()
    return (J @ J.T).mv(G)


def _factored(model: AbstractThinFactorisation, vector: Array) -> Pairs:
    factored, X = model.factored(), model()
    rows, columns = (index.ravel() for index in jnp.indices(X.shape))
    spectrum = factored.singular_values()
    return {
        "its singular values agree": (spectrum, singular_values(X)[: spectrum.shape[0]]),
        "factored() agrees with the target": (factored.dense(), X),
        "its entries agree": (factored.entries(rows, columns), X.ravel()),
        "its products agree": (factored @ vector, X @ vector),
    }
