"""Observed entries of a matrix that lie on several devices, those of a row on one."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, PartitionSpec

from tacit._typing import Any, Array, Entry, Int, Mapping, Measurements, Target
from tacit.algebra import AbstractTensorFormat, Factored
from tacit.algebra.blocks import by_block, from_blocks, highest, own_blocks, to_blocks
from tacit.operators._base import AbstractMeasurement
from tacit.operators.entries import Entries, gathered


class ShardedEntries(AbstractMeasurement):
    """`Entries` of a matrix whose rows are dealt out to devices in equal blocks.

    Each device has the entries of its own rows, and as many places for them as the one that has
    most. What is left over measures nothing: it is 0 of every target.

    Attributes:
        rows: of the entries, device by device.
        columns: of the entries.
        counts: number of entries on each device; its other places are left over.
        mesh: the devices.
    """

    rows: Entry
    columns: Entry
    counts: Int[Array, " d"]
    _shape: tuple[int, int] = eqx.field(static=True)
    _dtype: np.dtype = eqx.field(static=True)
    mesh: Mesh = eqx.field(static=True)

    def __init__(
        self,
        entries: Mapping[int, tuple[np.ndarray, np.ndarray]],
        shape: tuple[int, int],
        mesh: Mesh,
        dtype: Any = jnp.float32,
    ):
        """Deal out entries, of which each process gives those of its own devices.

        Args:
            entries: for each device of this process, by its place in the mesh, the rows and columns
                of its entries; rows are those of the whole matrix.
            shape: (m, n) of the matrix; m is a multiple of the number of devices.
            mesh: the devices.
            dtype: of targets and measurements.

        Raises:
            ValueError: if the rows cannot be dealt out in equal blocks, or an entry is outside the
                block of its device.
        """
        m, n = shape
        if m % mesh.size:
            raise ValueError(f"ShardedEntries: {m} rows are no equal blocks on {mesh.size} devices")
        own, block = own_blocks(mesh), m // mesh.size
        for k in own:
            rows, columns = entries[k]
            inside = (rows // block == k) & (columns >= 0) & (columns < n)
            if not inside.all():
                at = int(np.argmin(inside))
                raise ValueError(
                    f"ShardedEntries: the entry ({rows[at]}, {columns[at]}) is not among rows "
                    f"{k * block} to {(k + 1) * block - 1} and columns 0 to {n - 1} of device {k}"
                )
        counts = {k: np.array([len(entries[k][0])], np.int32) for k in own}
        places = max(int(highest(mesh, counts)[0]), 1)

        # Left over places name the first row of their device, so that every row is on its device.
        def padded(which: int) -> Array:
            blocks = {}
            for k in own:
                blocks[k] = np.full(places, (k * block, 0)[which], np.int32)
                blocks[k][: len(entries[k][which])] = entries[k][which]
            return from_blocks(mesh, blocks)

        self.rows, self.columns = padded(0), padded(1)
        self.counts = from_blocks(mesh, counts)
        self._shape = (m, n)
        self._dtype = np.dtype(dtype)
        self.mesh = mesh

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (m, n) of the matrix."""
        return self._shape

    @property
    def dtype(self) -> np.dtype:
        """Type given at construction."""
        return self._dtype

    @property
    def size(self) -> int:
        """Number of places for entries, on all devices."""
        return self.rows.shape[0]

    def occupied(self) -> Measurements:
        """One at each entry, zero at the places that are left over."""
        places = jnp.arange(self.size // self.mesh.size, dtype=self.counts.dtype)
        return (places[None] < self.counts[:, None]).astype(self.dtype).reshape(-1)

    def own_entries(self) -> dict[int, tuple[np.ndarray, np.ndarray]]:
        """Rows and columns of the entries on each device of this process."""
        rows, columns, counts = (
            to_blocks(self.mesh, array) for array in (self.rows, self.columns, self.counts)
        )
        return {k: (rows[k][: counts[k][0]], columns[k][: counts[k][0]]) for k in counts}

    def put(self, values: Mapping[int, np.ndarray]) -> Measurements:
        """Numbers, one for each entry, to where the entries are; zero at what is left over."""
        blocks = {}
        for k, given in values.items():
            blocks[k] = np.zeros(self.size // self.mesh.size, self.dtype)
            blocks[k][: len(given)] = given
        return from_blocks(self.mesh, blocks)

    def mv(self, vector: Target) -> Measurements:
        """Entries of X, gathered."""
        read = vector.at[self.rows, self.columns].get(mode="promise_in_bounds")
        return self.occupied().astype(vector.dtype) * read

    def adjoint(self, y: Measurements) -> Target:
        """Matrix that holds y at the entries and zero elsewhere; repeated entries add."""
        held = self.occupied().astype(y.dtype) * y
        places = jnp.zeros(self.shape, y.dtype).at[self.rows, self.columns]
        return places.add(held, mode="promise_in_bounds")

    def take(self, index: Int[np.ndarray, " q"]) -> Entries:
        """The entries listed, on one device.

        Raises:
            ValueError: if one of the places listed is left over.
        """
        if not np.asarray(self.occupied())[index].all():
            raise ValueError("ShardedEntries.take: some of the places listed hold no entry")
        rows, columns = np.asarray(self.rows)[index], np.asarray(self.columns)[index]
        return Entries(rows, columns, self.shape, self.dtype)

    def mv_factored(self, target: Factored | AbstractTensorFormat) -> Measurements:
        """Entries of left · right, each device from its rows of `left` and all of `right`."""
        if isinstance(target, AbstractTensorFormat):
            return self.mv(target.dense())
        split, axes = by_block(self.mesh), self.mesh.axis_names
        block = self.shape[0] // self.mesh.size

        def of_device(left: Array, right: Array, rows: Array, columns: Array) -> Array:
            return gathered(left, right, rows - jax.lax.axis_index(axes) * block, columns)

        read = jax.shard_map(
            of_device,
            mesh=self.mesh,
            in_specs=(split, PartitionSpec(), split, split),
            out_specs=split,
            check_vma=False,
        )
        return self.occupied().astype(target.left.dtype) * read(
            target.left, target.right.T, self.rows, self.columns
        )
