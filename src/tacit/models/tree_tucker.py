"""A Tucker model whose core is held along a binary tree of modes."""

import math

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, PRNGKey, ScalarLike, Sequence
from tacit.algebra import TransferFormat, Tree
from tacit.algebra.formats import inner_nodes, modes_of
from tacit.models._base import AbstractTensorFactorisation
from tacit.models._tensor_start import draw_arrays, refuse_tensor_start, widths_of
from tacit.models.hierarchical_tucker import halved, refuse_tree


class TreeTucker(AbstractTensorFactorisation):
    """X in the hierarchical Tucker format, see `TransferFormat` [hackbusch2009].

    Where `HierarchicalTucker` joins the components of a node's children one with one, here each
    node mixes all pairs of them: the ranks are those of the unfoldings of its modes against the
    others. Numbers grow with the order of X, not exponentially as those of a core do.

    Attributes:
        leaves: leaf matrices, by mode.
        transfers: B_ν of the inner nodes below the root, children before parents.
        tree: of the modes, such as `((0, 1), (2, 3))`, two children a node.
    """

    leaves: tuple[Float[Array, "_ _"], ...]
    transfers: tuple[Float[Array, "_ _ _"], ...]
    tree: Tree = eqx.field(static=True)

    def __check_init__(self):
        refuse_tree("TreeTucker", self.tree, len(self.leaves), binary=True)
        nodes = inner_nodes(self.tree)[:-1]
        if len(self.transfers) != len(nodes):
            raise ValueError(
                f"TreeTucker: the tree has {len(nodes)} inner nodes below its root, and "
                f"{len(self.transfers)} transfers were given"
            )
        widths: dict[Tree, int] = {mode: leaf.shape[1] for mode, leaf in enumerate(self.leaves)}
        for node, transfer in zip(nodes, self.transfers, strict=True):
            below = tuple(widths[child] for child in node)
            if transfer.shape[:2] != below:
                raise ValueError(
                    f"TreeTucker: at node {node} the children have {below} components and the "
                    f"transfer is of shape {transfer.shape}"
                )
            widths[node] = transfer.shape[2]
        first, second = (widths[child] for child in inner_nodes(self.tree)[-1])
        if first != second:
            raise ValueError(
                f"TreeTucker: the root's children have {first} and {second} components; it joins "
                "them one with one"
            )

    def factored(self) -> TransferFormat:
        """The same arrays, as a format."""
        return TransferFormat(self.leaves, self.transfers, self.tree)

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
    ) -> "TreeTucker":
        """Draw normal entries of one deviation.

        Args:
            shape: of X, order 2 or more.
            init_scale: root mean square of the singular values that an unfolding of X(0) can have,
                in the mean: ‖X(0)‖_F² = init_scale² q, q the narrowest side or width.
            widths: components of the nodes in `list_places(tree)`, or one for all.
            tree: of the modes; default halves them again and again, `((0, 1), (2, 3))` at order 4.
            dtype: floating-point type of the parameters.
            key: JAX random key.

        Raises:
            ValueError: if a side, a width or `init_scale` is not positive, the tree does not have
                every mode once and two children a node, or the number of widths is another.
        """
        tree = halved(tuple(range(max(len(shape), 1)))) if tree is None else tree
        refuse_tree("TreeTucker", tree, len(shape), binary=True)
        ranks = widths_of("TreeTucker", widths, len(list_places(tree)), "places")
        refuse_tensor_start("TreeTucker", shape, init_scale, 1, ranks)

        drawn = draw_arrays(
            tree_shapes(tree, shape, ranks),
            init_scale=init_scale,
            narrowest=min((*shape, *ranks)),
            squared_terms=math.prod(shape) * math.prod(ranks),
            dtype=dtype,
            key=key,
        )
        return cls(drawn[: len(shape)], drawn[len(shape) :], tree)


def list_places(tree: Tree) -> list[Tree]:
    """The nodes with a width of their own: modes, then inner nodes below the root.

    The root's two children have one number of components: the later one of them is left out.
    """
    nodes: list[Tree] = [*sorted(modes_of(tree)), *inner_nodes(tree)[:-1]]
    assert not isinstance(tree, int)
    later = max(tree, key=nodes.index)
    return [node for node in nodes if node != later]


def tree_shapes(tree: Tree, shape: Sequence[int], widths: Sequence[int]) -> list[tuple[int, ...]]:
    """Shapes of the leaves, then of the transfers.

    Args:
        tree: of the modes.
        shape: of the tensor.
        widths: components of the nodes in `list_places`.
    """
    assert not isinstance(tree, int)
    of: dict[Tree, int] = dict(zip(list_places(tree), widths, strict=True))
    shared = next(of[child] for child in tree if child in of)
    leaves = [(side, of.get(mode, shared)) for mode, side in enumerate(shape)]
    nodes = inner_nodes(tree)[:-1]
    return [*leaves, *(tuple(of.get(part, shared) for part in (*node, node)) for node in nodes)]
