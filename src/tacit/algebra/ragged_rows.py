"""Least squares of every row of a matrix at once, from a list of its entries."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, Callable, Float, Int, Measurements

_ENTRIES = 1 << 16
"""Entries of a chunk: what is gathered for them, and their Gram matrices, stay near the cache."""
_LENGTHS = (4, 64)
"""Shortest and longest segment."""
_ROOM = 1.25
"""Rows that a chunk has room for, over the mean number of rows of a chunk."""


class Regressors(NamedTuple):
    """What the entries of a row are regressed on: one regressor for each column.

    Attributes:
        mean: the regressors.
        variance: of the regressors, each coordinate by itself, or their covariances.
        offset: what is subtracted from the entries of each column beforehand.
        offset_variance: of the offset.
        offset_covariance: of the offset and the regressor, where covariances are kept.
    """

    mean: Float[Array, "n w"]
    variance: Float[Array, "n w"] | Float[Array, "n w w"]
    offset: Float[Array, " n"]
    offset_variance: Float[Array, " n"]
    offset_covariance: Float[Array, "n w"] | None = None

    @classmethod
    def known(cls, mean: Float[Array, "n w"]) -> "Regressors":
        """Without variance and offset."""
        nothing = jnp.zeros_like(mean[:, 0])
        return cls(mean, jnp.zeros_like(mean), nothing, nothing)

    def second_moments(self) -> Float[Array, "n w w"]:
        """E[v vᵀ] of each regressor v."""
        variance = self.variance
        if variance.ndim == 2:
            variance = variance[:, :, None] * jnp.eye(variance.shape[1], dtype=variance.dtype)[None]
        return self.mean[:, :, None] * self.mean[:, None, :] + variance


class NormalEquations(NamedTuple):
    """Expectations over the regressors of what least squares needs, one row after another.

    With weights w, regressors v and targets r = y − offset, all of the entries of one row:
    `gram` Σ w E[v vᵀ], `moment` Σ w r E[v], `square` Σ w E[r²], `number` Σ [w > 0].
    """

    gram: Float[Array, "m w w"]
    moment: Float[Array, "m w"]
    square: Float[Array, " m"]
    number: Float[Array, " m"]


class RaggedRows(eqx.Module):
    """The entries of a matrix, row by row, in segments of one length and chunks of whole rows.

    Rows of very different numbers of entries (power laws) become arrays of one shape, with little
    padding, and are worked on a chunk at a time in memory that does not grow with the matrix.

    Attributes:
        local: of each segment, its row within the chunk.
        partner: of each entry, its column.
        entry: of each entry, its place in the list; a place beyond any list where it is padding.
        place: of each row of the matrix, where it stands in the chunks laid end to end.
        room: rows of a chunk.
    """

    local: Int[Array, "c s"]
    partner: Int[Array, "c s q"]
    entry: Int[Array, "c s q"]
    place: Int[Array, " m"]
    room: int = eqx.field(static=True)

    @classmethod
    def of(cls, rows: Any, columns: Any, size: int) -> "RaggedRows":
        """Group entries by row, of which there are `size`; swap the arguments for columns."""
        rows, columns = np.asarray(rows), np.asarray(columns)
        degree = np.bincount(rows, minlength=size)
        length = segment_length(rows.size / size)
        segments = np.maximum(-(-degree // length), 1)
        capacity, room = chunk_capacity(int(segments.sum()), int(segments.max()), size, length)
        ranges = chunk_ranges(segments, capacity, room)
        parts = lay_out(rows, columns, degree, ranges, (length, capacity, room))
        local, partner, entry, place = map(jnp.asarray, parts)
        return cls(local=local, partner=partner, entry=entry, place=place, room=room)

    def regress(
        self,
        regressors: Regressors,
        y: Measurements,
        weights: Measurements,
        solve: Callable[[NormalEquations], Any],
    ) -> Any:
        """What `solve` makes of the normal equations of each row, for all rows.

        Args:
            regressors: one for each column, of independent coordinates.
            y: the entries.
            weights: not negative; an entry of weight 0 counts as not there.
            solve: from the normal equations of a chunk to arrays with one row for each of its
                rows. Padding has equations of zeros.
        """
        width = regressors.mean.shape[1]
        diagonal = jnp.eye(width, dtype=y.dtype)[None]
        # Regressor and target side by side: one product gives their moments, all three.
        known = jnp.concatenate([regressors.mean, -regressors.offset[:, None]], axis=1)
        unsure = jnp.concatenate([regressors.variance, regressors.offset_variance[:, None]], axis=1)
        last = (jnp.arange(width + 1) == width).astype(y.dtype)

        def of_chunk(chunk: tuple[Array, Array, Array]) -> Any:
            local, partner, entry = chunk
            w = weights.at[entry].get(mode="fill", fill_value=0)
            target = y.at[entry].get(mode="fill", fill_value=0)
            pairs = known.at[partner].get(mode="promise_in_bounds")
            pairs = pairs + target[..., None] * last[None, None]
            scaled = jnp.sqrt(w)[..., None] * pairs
            products = jnp.einsum("sqv,sqw->svw", scaled, scaled)
            variances = jnp.einsum(
                "sq,sqv->sv", w, unsure.at[partner].get(mode="promise_in_bounds")
            )
            counts = jnp.sum(w > 0, axis=1).astype(w.dtype)
            products, variances, number = (
                jax.ops.segment_sum(part, local, self.room, indices_are_sorted=True)
                for part in (products, variances, counts)
            )
            return solve(
                NormalEquations(
                    gram=products[:, :-1, :-1] + variances[:, :-1, None] * diagonal,
                    moment=products[:, :-1, -1],
                    square=products[:, -1, -1] + variances[:, -1],
                    number=number,
                )
            )

        answers = jax.lax.map(of_chunk, (self.local, self.partner, self.entry))
        return jax.tree.map(lambda part: part.reshape(-1, *part.shape[2:])[self.place], answers)


def segment_length(mean_degree: float) -> int:
    """A power of two near half the mean number of entries of a row, so that little is padding."""
    shortest, longest = _LENGTHS
    return int(np.clip(2 ** np.floor(np.log2(max(mean_degree / 2, 1))), shortest, longest))


def chunk_capacity(total: int, longest: int, size: int, length: int) -> tuple[int, int]:
    """The room for segments, and for rows, of each chunk.

    Args:
        total: segments of all rows.
        longest: most segments of a row.
        size: number of rows.
        length: entries of a segment.
    """
    capacity = min(total, max(_ENTRIES // length, longest))
    number = -(-total // capacity)
    return capacity, min(size, int(np.ceil(_ROOM * size / number)))


def chunk_ranges(segments: np.ndarray, capacity: int, room: int) -> list[tuple[int, int]]:
    """Ranges of whole rows, each with room for its rows and their segments.

    Args:
        segments: of each row.
        capacity: segments that a range has room for.
        room: rows that it has room for.
    """
    ends = np.cumsum(segments)
    ranges, begin, before = [], 0, 0
    while begin < len(segments):
        end = int(np.searchsorted(ends, before + capacity, side="right"))
        end = min(end, begin + room)
        ranges.append((begin, end))
        begin, before = end, int(ends[end - 1])
    return ranges


def lay_out(
    rows: np.ndarray,
    columns: np.ndarray,
    degree: np.ndarray,
    ranges: list[tuple[int, int]],
    extent: tuple[int, int, int],
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The arrays of `RaggedRows` in the order of its attributes.

    Args:
        rows: of the entries.
        columns: of the entries.
        degree: number of entries of each row.
        ranges: of rows, one for each chunk, each row in one of them.
        extent: entries of a segment, segments of a chunk, rows of a chunk.
    """
    length, capacity, room = extent
    segments = np.maximum(-(-degree // length), 1)
    # Of each row the segment it begins at, counted through all chunks with their padding.
    first = np.zeros(len(degree), np.int64)
    place = np.zeros(len(degree), np.int32)
    local = np.full((len(ranges), capacity), room - 1, np.int32)
    for number, (begin, end) in enumerate(ranges):
        of_chunk = segments[begin:end]
        first[begin:end] = number * capacity + np.cumsum(of_chunk) - of_chunk
        place[begin:end] = number * room + np.arange(end - begin)
        local[number, : of_chunk.sum()] = np.repeat(np.arange(end - begin), of_chunk)

    order = np.argsort(rows, kind="stable").astype(np.int32)
    behind = np.cumsum(degree) - degree
    slot = np.repeat(first * length - behind, degree) + np.arange(rows.size)
    shape = (len(ranges), capacity, length)
    partner = np.zeros(shape, np.int32)
    entry = np.full(shape, np.iinfo(np.int32).max, np.int32)
    partner.reshape(-1)[slot] = columns[order]
    entry.reshape(-1)[slot] = order
    return local, partner, entry, place
