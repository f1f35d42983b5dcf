"""The rules that are compared: of optax, and two that it does not have."""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import optax
from optax.contrib import MuonDimensionNumbers, scale_by_muon

from tacit._typing import Any, Array, Callable, Float
from tacit.algebra.sequential_map import sequential_map
from tacit.algebra.tree_math import inner
from tacit.dynamics import Optimiser

BETA, SLOW = 0.9, 0.999
"""Decay of the first and of the second moment, as in Adam."""

EPSILON = 1e-8


class Moments(NamedTuple):
    """Number of steps, first moment, and one second moment for all parameters."""

    taken: Array
    first: Any
    second: Array


def scale_by_shared_adam() -> optax.GradientTransformation:
    """Adam whose second moment is one number, the mean square of all entries of the gradient."""

    def init(params: Any) -> Moments:
        zero = jnp.zeros((), jax.tree.leaves(params)[0].dtype)
        return Moments(jnp.zeros((), jnp.int32), jax.tree.map(jnp.zeros_like, params), zero)

    def _update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Moments]:
        del params
        gradient = updates
        taken = state.taken + 1
        size = sum(leaf.size for leaf in jax.tree.leaves(gradient))
        first = jax.tree.map(lambda m, g: BETA * m + (1 - BETA) * g, state.first, gradient)
        second = SLOW * state.second + (1 - SLOW) * inner(gradient, gradient) / size
        steps = taken.astype(second.dtype)
        root = jnp.sqrt(second / (1 - SLOW**steps)) + EPSILON
        scaled = jax.tree.map(lambda m: m / (1 - BETA**steps) / root, first)
        return scaled, Moments(taken, first, second)

    return optax.GradientTransformation(init, _update)


class Statistics(NamedTuple):
    """Σ G Gᵀ and Σ Gᵀ G of one matrix."""

    left: Float[Array, "m m"]
    right: Float[Array, "n n"]


def scale_by_shampoo() -> optax.GradientTransformation:
    """(Σ G Gᵀ + ε I)^{−1/4} G (Σ Gᵀ G + ε I)^{−1/4} of each matrix; the sums decay as Adam's."""

    def init(params: Any) -> list[Statistics]:
        return [
            Statistics(*(EPSILON * jnp.eye(side, dtype=leaf.dtype) for side in leaf.shape))
            for leaf in jax.tree.leaves(params)
        ]

    def _update(updates: Any, state: Any, params: Any = None) -> tuple[Any, list[Statistics]]:
        del params
        leaves, structure = jax.tree.flatten(updates)
        state = [
            Statistics(
                SLOW * sums.left + (1 - SLOW) * G @ G.T, SLOW * sums.right + (1 - SLOW) * G.T @ G
            )
            for sums, G in zip(state, leaves, strict=True)
        ]
        roots = sequential_map(_inverse_fourth_root, [side for sums in state for side in sums])
        scaled = [
            left @ G @ right for left, G, right in zip(roots[::2], leaves, roots[1::2], strict=True)
        ]
        return jax.tree.unflatten(structure, scaled), state

    return optax.GradientTransformation(init, _update)


def _inverse_fourth_root(matrix: Float[Array, "n n"]) -> Float[Array, "n n"]:
    values, vectors = jnp.linalg.eigh(matrix)
    return (vectors * jnp.maximum(values, EPSILON)[None, :] ** -0.25) @ vectors.T


def _all_matrices(params: Any) -> Any:
    return jax.tree.map(lambda _: MuonDimensionNumbers(), params)


class Recipe(NamedTuple):
    """How a rule is made, and its step."""

    make: Callable[[], optax.GradientTransformation]
    step: float


RECIPES = {
    "descent": Recipe(optax.identity, 0.2),
    "momentum": Recipe(lambda: optax.trace(BETA), 0.01),
    "Adam, one second moment": Recipe(scale_by_shared_adam, 5e-4),
    "Muon": Recipe(lambda: scale_by_muon(weight_dimension_numbers=_all_matrices), 1e-3),
    "Shampoo": Recipe(scale_by_shampoo, 1e-3),
    "Adam": Recipe(lambda: optax.scale_by_adam(BETA, SLOW, EPSILON), 1e-3),
    "RMSProp": Recipe(lambda: optax.scale_by_rms(BETA), 3e-4),
    "Lion": Recipe(optax.scale_by_lion, 2e-4),
    "signSGD": Recipe(optax.scale_by_sign, 1e-4),
    "Adafactor": Recipe(lambda: optax.scale_by_factored_rms(min_dim_size_to_factor=1), 1e-3),
}
"""By the names of the configuration; steps with which each comes near an interpolation."""


def make_optimiser(name: str) -> Optimiser:
    """The dynamics of that name."""
    recipe = RECIPES[name]
    return Optimiser(optax.chain(recipe.make(), optax.scale(-1.0)), recipe.step)
