"""A hierarchy of outer products over a tree of modes."""

import math

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, PRNGKey, ScalarLike, Sequence
from tacit.algebra import Tree, TreeFormat
from tacit.algebra.formats import inner_nodes, modes_of
from tacit.models._base import AbstractTensorFactorisation
from tacit.models._tensor_start import draw_arrays, refuse_tensor_start, widths_of


class HierarchicalTucker(AbstractTensorFactorisation):
    """X by a tree of modes, see `TreeFormat`: the hierarchical factorisation of [razin2022].

    Component r of an inner node ν stands between row r of W_ν and column r of its children's
    matrices: K vectors, one more than the children. With all of them balanced, gradient flow moves
    its norm, σ_ν,r the product of theirs, by

        dσ_ν,r/dt = K σ_ν,r^{2 − 2/K} ⟨−∇ℓ(X), C_ν,r⟩,

    C_ν,r being X with that component alone at ν, over its norm; and the differences of their
    squared norms are conserved.

    Attributes:
        leaves: leaf matrices, by mode.
        weights: W_ν of the inner nodes, children before parents, the root last.
        tree: of the modes, such as `((0, 1), (2, 3))`.
    """

    leaves: tuple[Float[Array, "_ _"], ...]
    weights: tuple[Float[Array, "_ _"], ...]
    tree: Tree = eqx.field(static=True)

    def __check_init__(self):
        refuse_tree("HierarchicalTucker", self.tree, len(self.leaves))
        nodes = inner_nodes(self.tree)
        if len(self.weights) != len(nodes):
            raise ValueError(
                f"HierarchicalTucker: the tree has {len(nodes)} inner nodes, and "
                f"{len(self.weights)} weights were given"
            )
        if self.weights[-1].shape[1] != 1:
            raise ValueError("HierarchicalTucker: the root's weights need one column")
        for node, weight in zip(nodes, self.weights, strict=True):
            widths = {self.matrix_of(child).shape[1] for child in node}
            if widths != {weight.shape[0]}:
                raise ValueError(
                    f"HierarchicalTucker: at node {node} the children have {widths} components and "
                    f"the weights {weight.shape[0]}"
                )

    def matrix_of(self, node: Tree) -> Float[Array, "_ _"]:
        """The leaf matrix of a mode, or W_ν of an inner node.

        Raises:
            ValueError: if the tree has no such node.
        """
        if isinstance(node, int):
            return self.leaves[node]
        nodes = list(inner_nodes(self.tree))
        if node not in nodes:
            raise ValueError(f"HierarchicalTucker: {node} is no node of the tree {self.tree}")
        return self.weights[nodes.index(node)]

    def local_component_norms(self, node: tuple[Tree, ...]) -> Float[Array, " R"]:
        """σ_ν,r of every component of an inner node: the product of the norms of its K vectors.

        Raises:
            ValueError: if the tree has no such inner node.
        """
        norms = [jnp.linalg.norm(self.matrix_of(child), axis=0) for child in node]
        return jnp.prod(jnp.stack([jnp.linalg.norm(self.matrix_of(node), axis=1), *norms]), axis=0)

    def factored(self) -> TreeFormat:
        """The same arrays, as a format."""
        return TreeFormat(self.leaves, self.weights, self.tree)

    @classmethod
    def initialise(
        cls,
        shape: tuple[int, ...],
        *,
        init_scale: ScalarLike,
        widths: int | Sequence[int],
        tree: Tree | None = None,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "HierarchicalTucker":
        """Draw normal entries of one deviation.

        Args:
            shape: of X, order 2 or more.
            init_scale: root mean square of the singular values that an unfolding of X(0) can have,
                in the mean: ‖X(0)‖_F² = init_scale² q, q the narrowest side or width.
            widths: components R_ν of the inner nodes, children before parents, or one for all.
            tree: of the modes; default halves them again and again, `((0, 1), (2, 3))` at order 4.
            dtype: floating-point type of the parameters.
            key: JAX random key.

        Raises:
            ValueError: if a side, a width or `init_scale` is not positive, the tree does not have
                every mode once, or the number of widths is not that of the inner nodes.
        """
        tree = halved(tuple(range(max(len(shape), 1)))) if tree is None else tree
        refuse_tree("HierarchicalTucker", tree, len(shape))
        nodes = list(inner_nodes(tree))
        ranks = widths_of("HierarchicalTucker", widths, len(nodes), "inner nodes")
        refuse_tensor_start("HierarchicalTucker", shape, init_scale, 1, ranks)

        above = {child: rank for node, rank in zip(nodes, ranks, strict=True) for child in node}
        shapes = [(side, above[mode]) for mode, side in enumerate(shape)]
        shapes += [(rank, above.get(node, 1)) for node, rank in zip(nodes, ranks, strict=True)]
        drawn = draw_arrays(
            shapes,
            init_scale=init_scale,
            narrowest=min((*shape, *ranks)),
            squared_terms=math.prod(shape) * math.prod(ranks),
            dtype=dtype,
            key=key,
        )
        return cls(drawn[: len(shape)], drawn[len(shape) :], tree)


def halved(modes: tuple[int, ...]) -> Tree:
    """The tree that halves the modes again and again."""
    if len(modes) == 1:
        return modes[0]
    cut = (len(modes) + 1) // 2
    return halved(modes[:cut]), halved(modes[cut:])


def refuse_tree(name: str, tree: Tree, order: int, *, binary: bool = False) -> None:
    """Check that a tree has every mode once.

    Args:
        name: of the model, for messages.
        tree: of the modes.
        order: number of modes.
        binary: whether every node needs two children.

    Raises:
        ValueError: if it has not.
    """
    if order < 2:
        raise ValueError(f"{name}: a tree needs two modes or more, got {order}")
    is_whole = not isinstance(tree, int) and sorted(modes_of(tree)) == list(range(order))
    if not is_whole or (binary and any(len(node) != 2 for node in inner_nodes(tree))):
        children = ", and two children a node" if binary else ""
        raise ValueError(
            f"{name}: the tree {tree} must have each of the modes 0 to {order - 1} once{children}"
        )
