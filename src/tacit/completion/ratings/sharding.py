"""Ratings shared out to devices: each has the users of one block, and their ratings."""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from numpy.typing import NDArray

from tacit._jit import jit
from tacit._typing import Any, Array, PRNGKey
from tacit.algebra.blocks import by_block, own_blocks
from tacit.models import GaussianFactors, Gaussians
from tacit.operators import ShardedEntries
from tacit.problems import Problem

Values = NDArray[np.floating]
Index = NDArray[np.integer]


def block_length(mesh: Mesh, count: int) -> int:
    """Rows of each block when `count` rows are dealt out; the last may be in part left over."""
    return -(-count // mesh.size)


def are_own(mesh: Mesh, rows: Index, count: int) -> NDArray[np.bool_]:
    """Which entries are of rows that devices of this process have.

    Args:
        mesh: the devices.
        rows: of the entries.
        count: number of rows of the matrix.
    """
    return np.isin(np.asarray(rows) // block_length(mesh, count), own_blocks(mesh))


def total(mesh: Mesh | None, numbers: Sequence[float | int] | NDArray[Any]) -> Values:
    """Sums, in double precision, over the processes of what each has counted."""
    counted = np.asarray(numbers, np.float64)
    if mesh is None or jax.process_count() == 1:
        return counted
    # As pairs of whole numbers: JAX makes single precision of double where it is told of no other.
    gathered = multihost_utils.process_allgather(counted.view(np.uint32))
    return np.ascontiguousarray(gathered).view(np.float64).sum(axis=0)


def shard_problem(
    mesh: Mesh,
    entries: tuple[Index, Index, Values, Values | None],
    shape: tuple[int, int],
) -> Problem:
    """The problem of this process's entries, each on the device that has its row.

    Args:
        mesh: the devices.
        entries: rows, columns, values and weights.
        shape: (m, n) of the matrix, before its rows are dealt out.
    """
    rows, columns, y, weights = entries
    block = block_length(mesh, shape[0])
    device = np.asarray(rows) // block
    is_sorted = not np.any(np.diff(device) < 0)
    order = slice(None) if is_sorted else np.argsort(device, kind="stable")
    edges = np.searchsorted(device[order], np.arange(mesh.size + 1))

    def dealt(values: NDArray[Any]) -> dict[int, NDArray[Any]]:
        ordered = np.asarray(values)[order]
        return {k: ordered[edges[k] : edges[k + 1]] for k in own_blocks(mesh)}

    of_rows, of_columns = dealt(rows), dealt(columns)
    operator = ShardedEntries(
        {k: (of_rows[k], of_columns[k]) for k in of_rows},
        (block * mesh.size, shape[1]),
        mesh,
        y.dtype,
    )
    # Places that hold no entry weigh nothing.
    weighed = dealt(np.ones_like(y) if weights is None else weights)
    return Problem(operator, operator.put(dealt(y)), weights=operator.put(weighed))


@jit
def draw_sharded(
    mesh: Mesh, shape: tuple[int, int], width: int, scale: Any, key: PRNGKey
) -> GaussianFactors:
    """The start of `GaussianFactors.initialise`, each device's rows drawn by itself.

    The number at a place does not depend on how many rows are drawn, so that rows left over at the
    end leave the others as they are.

    Args:
        mesh: the devices.
        shape: (m, n) of the matrix, before its rows are dealt out.
        width: number of components.
        scale: standard deviation of the entries of the factors; its type is that of the model.
        key: JAX random key.
    """
    rows = block_length(mesh, shape[0]) * mesh.size
    model = GaussianFactors.initialise(
        (rows, shape[1]), width=width, init_scale=scale, dtype=scale.dtype, key=key
    )
    split, whole = (NamedSharding(mesh, spec) for spec in (by_block(mesh), PartitionSpec()))

    def on(side: Gaussians, sharding: NamedSharding) -> Gaussians:
        return jax.tree.map(lambda a: jax.lax.with_sharding_constraint(a, sharding), side)

    precision = jax.lax.with_sharding_constraint(model.precision, whole)
    return GaussianFactors(on(model.rows, split), on(model.columns, whole), precision)


def gather_model(model: GaussianFactors, count: int) -> GaussianFactors:
    """The model with its first `count` rows, whole in the memory of every process."""

    def here(array: Array) -> Array:
        if array.is_fully_addressable or array.is_fully_replicated:
            return jnp.asarray(np.asarray(array))
        return jnp.asarray(multihost_utils.process_allgather(array, tiled=True))

    rows, columns = jax.tree.map(here, (model.rows, model.columns))
    rows = Gaussians(rows.mean[:count], rows.variance[:count])
    return GaussianFactors(rows, columns, here(model.precision))
