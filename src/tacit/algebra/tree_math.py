"""Models as vectors of a Euclidean space, over all their leaves."""

from typing import TypeVar

import jax
import jax.numpy as jnp

from tacit._typing import Any, RealScalar

Tree = TypeVar("Tree")


def inner(one: Any, other: Any) -> RealScalar:
    """Euclidean inner product over all leaves."""
    products = jax.tree.map(lambda a, b: jnp.sum(a * b), one, other)
    return jax.tree.reduce(jnp.add, products)


def norm(tree: Any) -> RealScalar:
    """Euclidean norm over all leaves."""
    return jnp.sqrt(inner(tree, tree))


def unit(tree: Tree) -> Tree:
    """The tree divided by its norm; zero stays zero."""
    length = norm(tree)
    return jax.tree.map(lambda leaf: leaf / jnp.where(length > 0, length, 1), tree)
