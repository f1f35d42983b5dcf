"""A tree of modes: components of a node are mixtures of outer products of its children's."""

import math
from functools import reduce
from typing import TypeAlias

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, Callable, Entry, Float, Measurements, Sequence, Target
from tacit.algebra.formats._base import AbstractTensorFormat
from tacit.algebra.formats.canonical import CanonicalFormat
from tacit.algebra.products import khatri_rao

Tree: TypeAlias = int | tuple[Any, ...]
"""A mode, or several trees: `((0, 1), (2, 3))` pairs the modes of a tensor of order four."""


class TreeFormat(AbstractTensorFormat):
    """Hierarchical factorisation over a tree of modes [razin2022].

    With R_ν components at an inner node ν and W_ν of shape (R_ν, R_parent), R_parent = 1 above the
    root, component r of a node is

        X_ν,r = Σ_s W_ν[s, r] ⊗_c X_c,s      over its children c,

    and of a leaf, mode n, it is column r of the leaf matrix (n_n, R_parent). X is the one component
    of the root.

    Attributes:
        leaves: leaf matrices, by mode.
        weights: W_ν of the inner nodes, children before parents, the root last.
        tree: of the modes.
    """

    leaves: tuple[Float[Array, "_ _"], ...]
    weights: tuple[Float[Array, "_ _"], ...]
    tree: Tree = eqx.field(static=True)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sides of the tensor."""
        return tuple(leaf.shape[0] for leaf in self.leaves)

    def dense(self) -> Target:
        """The tensor, from the leaves up."""
        modes = modes_of(self.tree)
        below = self._up(lambda mode: self.leaves[mode], khatri_rao)
        # What the root joins is a sum of outer products, formed as one product of two matrices.
        scaled = below[0] * self.weights[-1].T
        whole = CanonicalFormat((scaled, *below[1:])).dense()
        sides = [self.shape[mode] for mode in modes]
        return jnp.transpose(whole.reshape(sides), np.argsort(modes).tolist())

    def entries(self, *places: Entry) -> Measurements:
        """From the leaves' rows up, at the places."""
        below = self._up(lambda mode: self.leaves[mode][places[mode]], jnp.multiply)
        return (reduce(jnp.multiply, below) @ self.weights[-1])[:, 0]

    def _up(
        self, leaf: Callable[[int], Array], join: Callable[[Array, Array], Array]
    ) -> list[Array]:
        """Fold the subtrees below the root: children are joined column by column, then mixed."""
        weights = iter(self.weights)

        def fold(node: Tree) -> Array:
            if isinstance(node, int):
                return leaf(node)
            joined = reduce(join, [fold(child) for child in node])
            return joined @ next(weights)

        assert not isinstance(self.tree, int)
        return [fold(child) for child in self.tree]

    @property
    def entry_cost(self) -> int:
        """Every leaf row and every weight once."""
        rows = sum(leaf.shape[1] for leaf in self.leaves)
        return rows + sum(math.prod(weight.shape) for weight in self.weights)

    @property
    def dense_cost(self) -> int:
        """At each node its weights, for all places of its modes."""
        weights = iter(self.weights)

        def cost(node: Tree) -> tuple[int, int]:
            if isinstance(node, int):
                return self.shape[node], 0
            below = [cost(child) for child in node]
            places = math.prod(sides for sides, _ in below)
            return places, sum(c for _, c in below) + places * math.prod(next(weights).shape)

        return cost(self.tree)[1]


def modes_of(tree: Tree) -> tuple[int, ...]:
    """The modes at the leaves, from left to right."""
    return (tree,) if isinstance(tree, int) else sum((modes_of(child) for child in tree), ())


def inner_nodes(tree: Tree) -> Sequence[tuple[Tree, ...]]:
    """The inner nodes, children before parents, the root last."""
    if isinstance(tree, int):
        return []
    return [node for child in tree for node in inner_nodes(child)] + [tree]
