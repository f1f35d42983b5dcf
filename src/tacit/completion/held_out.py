"""Sets of observed entries to hold out, of the same kinds, sizes and proportions as the holes."""

import numpy as np

from tacit._typing import PRNGKey
from tacit.completion.adjacency import Mask
from tacit.completion.draws import generator
from tacit.completion.holes import Component, Holes
from tacit.completion.transplant import transplanted

_USUAL, _MOST, _ENOUGH = 0.08, 0.2, 300
"""Shares of the observed entries that are held out, and places that make the first one enough."""
_AT_MOST = 1 / 3
"""Share of the observed entries that is never exceeded, but for a single line."""
_MOSTLY = 0.5
"""Lines are held out that have at least this share of what a usual line has."""
_NOTABLE = 0.1
"""Share of the holes from which a kind is imitated though one line of it is more than its share."""
_FEWEST = 4
"""Places along an axis from which its ends are spared."""
_MANY = 500
"""So many single entries are drawn each by itself, which is quick and near enough in number."""


def hold_out(
    missing: Mask,
    ordered: tuple[int, ...] = (),
    grouped: tuple[int, ...] = (),
    *,
    outside: Mask | None = None,
    fraction: float | None = None,
    folds: int = 5,
    key: PRNGKey,
) -> tuple[list[Mask], Holes]:
    """Sets of entries to hold out of an array that misses these, and what shape its holes have.

    Where nothing is missing, single entries are held out, or whole fibres along grouped axes: from
    the other colours of a pixel one is known nearly as well as it is measured.

    Args:
        missing: true where an entry is missing.
        ordered: axes along which neighbours are alike.
        grouped: axes whose entries usually go missing together.
        outside: missing entries that are not to be filled, such as land, and so no holes.
        fraction: share of the observed entries; if not given 8 %, up to 20 % where that is few.
        folds: number of sets where little is observed.
        key: JAX random key of the draw.
    """
    holes = Holes.of(missing if outside is None else missing & ~outside, ordered, grouped)
    if not holes.components:
        places = np.asarray(missing.all(axis=grouped))
        kind = "fibres" if grouped else "entries"
        holes = holes._replace(components=(Component(kind, grouped, (), places, 1.0),))
    if fraction is None:
        # A choice by fewer than some three hundred entries would be that of their noise.
        main = max(holes.components, key=lambda component: component.share)
        places = int((~missing).any(axis=main.axes).sum())
        fraction = float(np.clip(_ENOUGH / max(places, 1), _USUAL, _MOST))
        fraction = max(fraction, min(_of_whole_lines(holes, ~missing), _MOST))
    return held_out(holes, ~missing, fraction, folds, key=key), holes


def held_out(
    holes: Holes,
    observed: Mask,
    fraction: float = 0.08,
    folds: int = 5,
    few: int = 200,
    *,
    key: PRNGKey,
) -> list[Mask]:
    """Observed entries that go missing as the holes did: one set, or disjoint ones where few.

    Scattered entries, fibres and slices are imitated by random ones, gaps and blobs by themselves,
    carried to places that are mostly observed. Each kind gets its share. The last observed entry of
    a slice, such as a row, a column or a frame, is never taken, unless there are wholly empty ones
    along that axis: then they are imitated too.

    Args:
        holes: what was recognised in the same array.
        observed: entries to draw from.
        fraction: share of the observed entries to hold out; at least one gap or blob is held out
            whole, up to a third of the observed entries.
        folds: number of sets where there are few places.
        few: what is few: places (entries, or fibres or slices of the most frequent kind of holes).
        key: JAX random key of the draw, which is made by numpy.

    Returns:
        Masks of at least one entry each; none where fewer than two entries are observed.
    """
    rng = generator(key, 0x7AC17)
    count = int(observed.sum())
    if count < 2:
        return []

    # One kind decides: holding out five times is dear, and minor kinds should not cause it.
    components = holes.components or (Component("entries", (), (), ~observed, 1.0),)
    main = max(components, key=lambda component: component.share)
    places = int(observed.any(axis=main.axes).sum())
    sets = max(1, min(folds, places)) if places < few else 1
    drawn = [np.zeros_like(observed) for _ in range(sets)]
    free = observed.copy()

    # Shapes first: lines that are taken for other sets would break them.
    for component in sorted(components, key=lambda component: not component.along):
        wanted = component.share * fraction * count
        pool = min(component.share * count, int(free.sum()))
        for left, held in zip(range(sets, 0, -1), drawn, strict=True):
            room = _AT_MOST * count - int(held.sum())
            new = np.zeros_like(observed)
            if not component.along:
                # Scattered places can be divided among the sets, without a rest; shapes cannot.
                size = pool / left if sets > 1 else wanted
                inner = free & _within_border(component, holes.ordered, free.shape)
                new = _random_lines(inner, component.axes, size, component is main, rng)
            elif room > wanted / 2:
                new = transplanted(component, free, observed & ~free & ~held, wanted, room, rng)
            held |= new
            free &= ~new
            pool -= int(new.sum())
    drawn = [_leave_one_a_slice(held, observed, rng) for held in drawn]

    # Once there is no room for whole shapes, what could be had are scraps of them.
    if main.along:
        drawn = [held for held in drawn if held.sum() >= 0.5 * drawn[0].sum()]
    # A shape that fits nowhere, as the surroundings of the only observed block, is not imitated.
    if not any(held.any() for held in drawn):
        held = _random_lines(observed, (), fraction * count, True, rng)
        drawn = [_leave_one_a_slice(held, observed, rng)]
    return [held for held in drawn if held.any()] or [_one_of(observed, rng)]


def _of_whole_lines(holes: Holes, observed: Mask) -> float:
    """The share of the entries of which each notable kind of lines has one line as its part."""
    fraction = 0.0
    for component in holes.components:
        if component.axes and not component.along and component.share >= _NOTABLE:
            counts = observed.sum(axis=component.axes, dtype=np.int64)
            line = float(np.median(counts[counts > 0])) if counts.any() else 0.0
            fraction = max(fraction, line / (component.share * max(int(observed.sum()), 1)))
    return fraction


def _within_border(component: Component, ordered: tuple[int, ...], shape: tuple[int, ...]) -> Mask:
    """Where lines may be held out: off the ends of ordered axes at which none is missing.

    Beyond an end nothing is seen, and a line there is harder to fill than those between others.

    Args:
        component: lines that are missing.
        ordered: axes along which neighbours are alike.
        shape: of the array.
    """
    allowed = np.ones(component.mask.shape, bool)
    rest = [axis for axis in range(len(shape)) if axis not in component.axes]
    for place, axis in enumerate(rest):
        if not component.axes or axis not in ordered or shape[axis] < _FEWEST:
            continue
        lines = np.moveaxis(component.mask, place, 0)
        ends = [end for end in (0, -1) if not lines[end].any()]
        np.moveaxis(allowed, place, 0)[ends] = False
    return np.expand_dims(allowed, component.axes)


def _random_lines(
    free: Mask, axes: tuple[int, ...], wanted: float, needed: bool, rng: np.random.Generator
) -> Mask:
    """Random entries, fibres or slices with about `wanted` free entries; one at least if needed."""
    if not axes and wanted > _MANY:
        return free & (rng.random(free.shape, dtype=np.float32) < wanted / free.sum())
    counts = free.sum(axis=axes, dtype=np.int64).ravel()
    chosen = np.zeros(counts.size, bool)
    if counts.any():
        # A line that is hardly observed would be but a few single entries.
        usual = float(np.median(counts[counts > 0]))
        lines = rng.permutation(np.flatnonzero(counts >= max(1.0, _MOSTLY * usual)))
        ends = np.cumsum(counts[lines])

        # Where less than half of one is wanted, chance keeps the proportion.
        one = needed or wanted > min(0.5, rng.random()) * ends[0]
        chosen[lines[: max(int(one), int(np.searchsorted(ends, wanted + usual / 2, "left")))]] = (
            True
        )
    shape = tuple(size for axis, size in enumerate(free.shape) if axis not in axes)
    return np.expand_dims(chosen.reshape(shape), axes) & free


def _leave_one_a_slice(held: Mask, observed: Mask, rng: np.random.Generator) -> Mask:
    """The held-out set without one entry of each slice that it would leave empty."""
    held = held.copy()
    if held.sum() == observed.sum():
        # All that is observed is one line or less: half of it is held out.
        at = rng.permutation(np.flatnonzero(held))
        held.ravel()[at[len(at) // 2 :]] = False
    if observed.ndim == 1:
        return held
    for axis in range(observed.ndim):
        others = tuple(other for other in range(observed.ndim) if other != axis)
        seen = observed.any(axis=others)
        if not seen.all():
            continue
        for index in np.flatnonzero(~(observed & ~held).any(axis=others)):
            piece = np.moveaxis(held, axis, 0)[index]
            piece &= ~_one_of(piece, rng)
    return held


def _one_of(mask: Mask, rng: np.random.Generator) -> Mask:
    """A mask of one random entry among those that are True."""
    one = np.zeros(mask.size, bool)
    one[rng.choice(np.flatnonzero(mask))] = True
    return one.reshape(mask.shape)
