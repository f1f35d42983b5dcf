"""A binary tree of modes whose nodes mix all pairs of their children's components."""

import math

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Callable, Entry, Float, Measurements, Sequence, Target
from tacit.algebra.formats._base import AbstractTensorFormat
from tacit.algebra.formats.tree import Tree, inner_nodes, modes_of


class TransferFormat(AbstractTensorFormat):
    """The hierarchical Tucker format [hackbusch2009]: transfer tensors along a binary tree.

    Component k of an inner node ν below the root is

        X_ν,k = Σ_ab B_ν[a, b, k] X_left,a ⊗ X_right,b,

    and of a leaf, mode n, it is column k of the leaf matrix. The root joins its two children
    component by component, X = Σ_k X_left,k ⊗ X_right,k: another matrix between them would be one
    of theirs. Of order three it is a Tucker model.

    Attributes:
        leaves: leaf matrices, by mode.
        transfers: B_ν of the inner nodes below the root, children before parents.
        tree: of the modes, two children a node.
    """

    leaves: tuple[Float[Array, "_ _"], ...]
    transfers: tuple[Float[Array, "_ _ _"], ...]
    tree: Tree = eqx.field(static=True)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sides of the tensor."""
        return tuple(leaf.shape[0] for leaf in self.leaves)

    def dense(self) -> Target:
        """The tensor, from the leaves up; at the root as one product of two matrices."""

        def join(left: Array, right: Array, transfer: Array) -> Array:
            half = jnp.tensordot(left, transfer, axes=1)
            return jnp.einsum("xbk,yb->xyk", half, right).reshape(-1, transfer.shape[2])

        left, right = self._up(lambda mode: self.leaves[mode], join)
        modes = modes_of(self.tree)
        whole = (left @ right.T).reshape([self.shape[mode] for mode in modes])
        return jnp.transpose(whole, np.argsort(modes).tolist())

    def entries(self, *places: Entry) -> Measurements:
        """From the leaves' rows up, at the places."""

        def join(left: Array, right: Array, transfer: Array) -> Array:
            half = jnp.tensordot(left, transfer, axes=1)
            return jnp.einsum("pbk,pb->pk", half, right)

        left, right = self._up(lambda mode: self.leaves[mode][places[mode]], join)
        return jnp.sum(left * right, axis=-1)

    def _up(
        self, leaf: Callable[[int], Array], join: Callable[[Array, Array, Array], Array]
    ) -> Sequence[Array]:
        """The components of the root's two children: leaves are read, then joined by transfers."""
        transfers = iter(self.transfers)

        def fold(node: Tree) -> Array:
            if isinstance(node, int):
                return leaf(node)
            left, right = (fold(child) for child in node)
            return join(left, right, next(transfers))

        assert not isinstance(self.tree, int)
        return [fold(child) for child in self.tree]

    @property
    def entry_cost(self) -> int:
        """Every leaf row and every transfer once."""
        rows = sum(leaf.shape[1] for leaf in self.leaves)
        return rows + sum(math.prod(transfer.shape) for transfer in self.transfers)

    @property
    def dense_cost(self) -> int:
        """At each node the left child's places by its transfer, then all places; at the root R."""

        def places(node: Tree) -> int:
            return math.prod(self.shape[mode] for mode in modes_of(node))

        total = 0
        for node, transfer in zip(inner_nodes(self.tree), self.transfers, strict=False):
            _, right, width = transfer.shape
            total += places(node[0]) * math.prod(transfer.shape) + places(node) * right * width
        width = self.transfers[-1].shape[2] if self.transfers else self.leaves[0].shape[1]
        return total + math.prod(self.shape) * width
