"""Arrays in equal blocks along their first axis, one block on each device of a mesh.

A process makes the blocks of its own devices only; what all must agree on is found by JAX's
collectives. On one process, whatever its devices, nothing is exchanged.
"""

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from tacit._jit import jit
from tacit._typing import Any, Array, Callable, Mapping

Blocks = Mapping[int, np.ndarray]
"""The blocks of this process, by their place in the mesh."""


def by_block(mesh: Mesh) -> PartitionSpec:
    """The first axis over all devices, the others whole."""
    return PartitionSpec(mesh.axis_names)


def own_blocks(mesh: Mesh) -> list[int]:
    """Places in the mesh of the devices of this process."""
    return [k for k, d in enumerate(mesh.devices.flat) if d.process_index == jax.process_index()]


def from_blocks(mesh: Mesh, blocks: Blocks) -> Array:
    """The array of which this process has these blocks; all are of one shape and type."""
    length, *others = next(iter(blocks.values())).shape
    shape = (length * mesh.size, *others)

    def block(index: Any) -> np.ndarray:
        return blocks[(index[0].start or 0) // length]

    return jax.make_array_from_callback(shape, NamedSharding(mesh, by_block(mesh)), block)


def to_blocks(mesh: Mesh, array: Array) -> dict[int, np.ndarray]:
    """The blocks that this process has of an array that `from_blocks` made."""
    length = array.shape[0] // mesh.size
    return {
        (shard.index[0].start or 0) // length: np.asarray(shard.data)
        for shard in array.addressable_shards
    }


def on_every_device(mesh: Mesh, array: np.ndarray) -> Array:
    """An array of which every device holds the whole, and every process has given it."""
    return jax.make_array_from_callback(
        array.shape, NamedSharding(mesh, PartitionSpec()), lambda index: array[index]
    )


def highest(mesh: Mesh, blocks: Blocks) -> np.ndarray:
    """The greatest of whole numbers over all devices, number by number."""
    return _reduced(mesh, blocks, np.max, lambda stacked: stacked.max(axis=0))


def total(mesh: Mesh, blocks: Blocks) -> np.ndarray:
    """The sum of whole numbers over all devices, number by number."""
    return _reduced(mesh, blocks, np.sum, lambda stacked: stacked.sum(axis=0))


def _reduced(
    mesh: Mesh, blocks: Blocks, here: Callable[..., Any], everywhere: Callable[[Array], Array]
) -> np.ndarray:
    own = own_blocks(mesh)
    if len(own) == mesh.size:
        return here(np.stack([blocks[k] for k in own]), axis=0).astype(np.int32)
    stacked = from_blocks(mesh, {k: blocks[k].astype(np.int32)[None] for k in own})
    whole = NamedSharding(mesh, PartitionSpec())
    reduce = jit(lambda array: jax.lax.with_sharding_constraint(everywhere(array), whole))
    return np.asarray(reduce(stacked))
