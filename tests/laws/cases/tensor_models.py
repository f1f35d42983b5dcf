"""Tensor factorisations: what the same X is, and the arrays that make it."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from tacit import models

from .base import draw
from .model_case import ModelCase


def canonical(shape, width, depth, dtype):
    layers = (
        tuple(
            draw((side if layer == depth - 1 else width, width), dtype, seed=9 * mode + layer)
            for layer in range(depth)
        )
        for mode, side in enumerate(shape)
    )
    return models.CP(tuple(layers))


def tucker(shape, widths, depth, dtype):
    layers = (
        tuple(
            draw((side if layer == depth - 1 else width, width), dtype, seed=9 * mode + layer)
            for layer in range(depth)
        )
        for mode, (side, width) in enumerate(zip(shape, widths, strict=True))
    )
    return models.Tucker(draw(widths, dtype, seed=99), tuple(layers))


def train(shape, widths, depth, dtype):
    ends = (1, *widths, 1)
    cores = (draw((ends[n], side, ends[n + 1]), dtype, seed=n) for n, side in enumerate(shape))
    bonds = (
        tuple(draw((width, width), dtype, seed=50 + 9 * n + layer) for layer in range(depth - 1))
        for n, width in enumerate(widths)
    )
    return models.TensorTrain(tuple(cores), tuple(bonds))


def tree(shape, widths, modes, dtype):
    start = models.HierarchicalTucker.initialise(
        shape, init_scale=1.0, widths=widths, tree=modes, dtype=dtype, key=jax.random.key(0)
    )
    leaves, seeds = jax.tree.leaves(start), range(100)
    return jax.tree.unflatten(
        jax.tree.structure(start),
        [draw(leaf.shape, dtype, seed=seed) for leaf, seed in zip(leaves, seeds, strict=False)],
    )


def transfers(shape, widths, modes, dtype):
    start = models.TreeTucker.initialise(
        shape, init_scale=1.0, widths=widths, tree=modes, dtype=dtype, key=jax.random.key(0)
    )
    leaves, seeds = jax.tree.leaves(start), range(100)
    return jax.tree.unflatten(
        jax.tree.structure(start),
        [draw(leaf.shape, dtype, seed=seed) for leaf, seed in zip(leaves, seeds, strict=False)],
    )


def _rescaled(model: models.CP) -> list[models.CP]:
    """Each component's vectors scaled by numbers whose product is one, and components reordered."""
    (first, second, *rest) = model.layers
    scales = 1 + np.arange(first[-1].shape[1]) / 2
    order = np.random.default_rng(0).permutation(len(scales))
    if len(first) > 1:
        return []
    twin = ((first[0] * scales[None, :],), (second[0] / scales[None, :],), *rest)
    return [models.CP(tuple((layers[0][:, order],) for layers in twin))]


def _rotated(model: models.Tucker) -> list[models.Tucker]:
    """An orthogonal matrix between the core and the layer that meets it."""
    side = model.core.shape[0]
    Q = jnp.asarray(np.linalg.qr(np.random.default_rng(1).random((side, side)))[0])
    core = jnp.tensordot(Q, model.core, axes=1)
    first = (model.layers[0][0] @ Q.T, *model.layers[0][1:])
    return [models.Tucker(core, (first, *model.layers[1:]))]


def _turned(model: models.TreeTucker) -> list[models.TreeTucker]:
    """An orthogonal matrix between the first leaf and the transfer above it."""
    side = model.leaves[0].shape[1]
    Q = jnp.asarray(np.linalg.qr(np.random.default_rng(1).random((side, side)))[0])
    first = jnp.tensordot(Q.T, model.transfers[0], axes=1)
    leaves = (model.leaves[0] @ Q, *model.leaves[1:])
    return [models.TreeTucker(leaves, (first, *model.transfers[1:]), model.tree)]


def _case(name, build, shape, symmetries=None, slow=False):
    return ModelCase(name, build, shape, None, symmetries, slow)


TENSOR_MODELS = [
    _case("CP", partial(canonical, (3, 4, 2), 3, 1), (3, 4, 2), _rescaled),
    _case("CP, order 2", partial(canonical, (3, 4), 2, 1), (3, 4), _rescaled),
    _case("CP, order 5", partial(canonical, (2, 3, 2, 2, 2), 3, 1), (2, 3, 2, 2, 2), slow=True),
    _case("CP, deep", partial(canonical, (3, 2, 2), 2, 3), (3, 2, 2)),
    _case("Tucker", partial(tucker, (3, 4, 2), (2, 3, 2), 1), (3, 4, 2), _rotated),
    _case("Tucker, deep", partial(tucker, (3, 2, 2, 2), (2, 2, 2, 2), 2), (3, 2, 2, 2), _rotated),
    _case("Tucker, order 2", partial(tucker, (3, 4), (2, 3), 1), (3, 4), _rotated, slow=True),
    _case("train", partial(train, (3, 4, 2), (2, 3), 1), (3, 4, 2)),
    _case("train, deep", partial(train, (2, 3, 2, 2), (2, 2, 3), 3), (2, 3, 2, 2)),
    _case("train, order 2", partial(train, (3, 4), (2,), 2), (3, 4), slow=True),
    _case("tree", partial(tree, (2, 3, 2, 2), 2, ((0, 1), (2, 3))), (2, 3, 2, 2)),
    _case("tree, uneven", partial(tree, (3, 4, 2), (2, 3), ((2, 0), 1)), (3, 4, 2)),
    _case(
        "transfers",
        partial(transfers, (2, 3, 2, 2), (2, 3, 2, 1, 3), ((0, 1), (2, 3))),
        (2, 3, 2, 2),
        _turned,
    ),
    _case("transfers, crossed", partial(transfers, (3, 4, 2), 2, (1, (2, 0))), (3, 4, 2)),
    _case("transfers, order 2", partial(transfers, (3, 4), 2, None), (3, 4), slow=True),
    _case(
        "transfers, order 5",
        partial(transfers, (2, 2, 2, 3, 2), (2, 1, 2, 2, 2, 3, 4), None),
        (2, 2, 2, 3, 2),
        slow=True,
    ),
    _case("tree, order 5", partial(tree, (2, 2, 2, 3, 2), 2, None), (2, 2, 2, 3, 2), slow=True),
]
