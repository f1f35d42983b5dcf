"""Least squares of every row of a matrix whose entries lie on several devices."""

from functools import partial

import equinox as eqx
import jax
import numpy as np
from jax.sharding import Mesh, PartitionSpec

from tacit._typing import Any, Callable, Mapping, Measurements
from tacit.algebra.blocks import by_block, from_blocks, highest, on_every_device, own_blocks
from tacit.algebra.ragged_rows import (
    NormalEquations,
    RaggedRows,
    Regressors,
    chunk_capacity,
    chunk_ranges,
    lay_out,
    segment_length,
)


class ShardedRows(eqx.Module):
    """`RaggedRows` of each device, whose sums are added up where a row has entries on several.

    Every device runs the same program on its own entries. If a row's entries are all on one device,
    as those of a user, then so is its answer, and no device needs another. If they are spread out,
    as those of an item, each chunk of normal equations is summed over the devices, each solves its
    share of them, and the answers go to all.

    Attributes:
        grouped: the segments of all devices, laid end to end; the first axis is over the devices.
        mesh: the devices.
        are_spread: whether a row may have entries on several devices.
    """

    grouped: RaggedRows
    mesh: Mesh = eqx.field(static=True)
    are_spread: bool = eqx.field(static=True)

    @classmethod
    def of(
        cls,
        mesh: Mesh,
        entries: Mapping[int, tuple[np.ndarray, np.ndarray]],
        size: int,
        *,
        are_spread: bool,
    ) -> "ShardedRows":
        """Group the entries of each device by row.

        Args:
            mesh: the devices.
            entries: (rows, columns) of the entries on each device of this process.
            size: number of rows, on each device if they are its own.
            are_spread: whether a row may have entries on several devices, or is one of `size` rows
                that its device has for itself.
        """
        own = own_blocks(mesh)
        degrees = {k: np.bincount(entries[k][0], minlength=size) for k in own}

        # What all devices must have alike, so that one program serves all of them.
        most = int(highest(mesh, {k: np.array([degrees[k].sum()]) for k in own})[0])
        length = segment_length(most / size)
        segments = {k: np.maximum(-(-degrees[k] // length), 1) for k in own}
        if are_spread:
            # A chunk is of the same rows everywhere.
            segments = dict.fromkeys(own, highest(mesh, segments))
        extent = {k: np.array([segments[k].sum(), segments[k].max()]) for k in own}
        most_segments, longest = highest(mesh, extent).tolist()
        capacity, room = chunk_capacity(most_segments, longest, size, length)
        if are_spread:
            room += -room % mesh.size
        ranges = {k: chunk_ranges(segments[k], capacity, room) for k in own}
        number = int(highest(mesh, {k: np.array([len(ranges[k])]) for k in own})[0])

        parts = {}
        for k in own:
            padded = ranges[k] + [(size, size)] * (number - len(ranges[k]))
            parts[k] = lay_out(*entries[k], degrees[k], padded, (length, capacity, room))
        local, partner, entry, place = (
            from_blocks(mesh, {k: parts[k][name] for k in own}) for name in range(4)
        )
        if are_spread:
            place = on_every_device(mesh, parts[own[0]][3])
        grouped = RaggedRows(local=local, partner=partner, entry=entry, place=place, room=room)
        return cls(grouped, mesh, are_spread)

    @property
    def share_threads(self) -> bool:
        """Whether several of the devices are one process's host devices, with threads in common."""
        processes = [d.process_index for d in self.mesh.devices.flat if d.platform == "cpu"]
        return len(set(processes)) < len(processes)

    def regress(
        self,
        regressors: Regressors,
        y: Measurements,
        weights: Measurements,
        solve: Callable[[NormalEquations], Any],
    ) -> Any:
        """What `solve` makes of the normal equations of each row; see `RaggedRows.regress`.

        Args:
            regressors: one for each column; on every device where rows are its own, else each
                device has those of its entries.
            y: the entries, each on its device.
            weights: not negative.
            solve: as there.
        """
        split, whole = by_block(self.mesh), PartitionSpec()
        axes, room = self.mesh.axis_names, self.grouped.room

        def solve_share(equations: NormalEquations) -> Any:
            share = partial(jax.lax.psum_scatter, axis_name=axes, tiled=True)
            gather = partial(jax.lax.all_gather, axis_name=axes, tiled=True)
            return jax.tree.map(gather, solve(jax.tree.map(share, equations)))

        def of_device(segments: tuple, regressors: Any, y: Any, weights: Any) -> Any:
            then = solve_share if self.are_spread else solve
            local, partner, entry, place = segments
            own = RaggedRows(local=local, partner=partner, entry=entry, place=place, room=room)
            return own.regress(regressors, y, weights, then)

        grouped = self.grouped
        place = whole if self.are_spread else split
        program = jax.shard_map(
            of_device,
            mesh=self.mesh,
            in_specs=(
                (split, split, split, place),
                split if self.are_spread else whole,
                split,
                split,
            ),
            out_specs=whole if self.are_spread else split,
            # That what was gathered is alike on all devices cannot be inferred.
            check_vma=False,
        )
        segments = grouped.local, grouped.partner, grouped.entry, grouped.place
        return program(segments, regressors, y, weights)
