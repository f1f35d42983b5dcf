"""Which observed entries to hold out, so that they are missing the way the holes are."""

import math

import jax
import numpy as np
from numpy.typing import NDArray

from tacit._typing import PRNGKey

Mask = NDArray[np.bool_]

HELD_OUT = 0.08
"""Share of the observed entries that is held out."""
FEW = 200
"""Observed entries under which one held-out set is too small to trust, and folds are used."""
_CLUSTERED = 1.5
"""Holes touch other holes this many times more often than chance: they have a shape."""


def is_patterned(missing: Mask) -> bool:
    """Whether holes cluster: text, scratches and blocks do, entries missing at random do not.

    Compares the share of neighbouring pairs (down and across) that are both missing with the square
    of the missing fraction, its expectation for independent holes.
    """
    pairs = np.concatenate(
        [(missing[1:] & missing[:-1]).ravel(), (missing[:, 1:] & missing[:, :-1]).ravel()]
    )
    fraction = missing.mean()
    noise = 3 * math.sqrt(fraction**2 / max(pairs.size, 1))
    return bool(pairs.mean() > _CLUSTERED * fraction**2 + noise)


def manner(missing: Mask) -> str:
    """How `held_out_masks` imitates the holes, in words."""
    if is_patterned(missing):
        return "shifted copies of the mask, because its holes have a shape"
    return "entries drawn at random, as the holes are"


def refuse_unless_completable(data: NDArray[np.floating], holes: Mask) -> None:
    """Check that something is missing, something can be learnt from, and that it is numbers.

    Raises:
        ValueError: if not.
    """
    if not holes.any():
        raise ValueError("mask: nothing is missing, so there is nothing to complete")
    if (~holes).sum() < 2:
        raise ValueError("mask: fewer than two entries are observed, so nothing can be learnt")
    if not np.isfinite(data[~holes]).all():
        raise ValueError(
            "data: there are NaN or infinite values where nothing is said to be missing"
        )


def held_out_masks(
    missing: Mask, fraction: float = HELD_OUT, *, folds: int = 5, key: PRNGKey
) -> list[Mask]:
    """Sets of observed entries to hold out: one, or `folds` disjoint ones where data are few.

    Random holes are imitated by random entries, patterned holes by the mask itself, shifted (with
    wrap-around) and flipped until about `fraction` of the observed entries are covered. The sets
    never take the last observed entry of a row or column, which would leave nothing to learn it
    from.

    Args:
        missing: True where the data have holes.
        fraction: share of the observed entries to hold out.
        folds: number of sets when fewer than `FEW` entries are observed.
        key: JAX random key of the draw, which is made by numpy.
    """
    seed = int.from_bytes(np.asarray(jax.random.key_data(key)).tobytes(), "big")
    rng = np.random.default_rng([seed, 0x7AC17])
    observed = ~missing
    count = int(observed.sum())
    if count < FEW:
        order = rng.permutation(np.flatnonzero(observed))
        sets = [np.zeros(missing.size, bool) for _ in range(min(folds, count))]
        for held, part in zip(sets, np.array_split(order, len(sets)), strict=True):
            held[part] = True
        drawn = [held.reshape(missing.shape) for held in sets]
    elif is_patterned(missing):
        drawn = [_shifted_copies(missing, fraction * count, rng)]
    else:
        drawn = [observed & (rng.random(missing.shape) < fraction)]
    return [_leave_one_a_line(held, observed) for held in drawn]


def _shifted_copies(missing: Mask, wanted: float, rng: np.random.Generator) -> Mask:
    """Observed entries under shifted and flipped copies of the mask, about `wanted` of them."""
    rows, columns = missing.shape
    held = np.zeros_like(missing)
    for _ in range(64):
        copy = missing[:: rng.choice([1, -1]), :: rng.choice([1, -1])]
        copy = np.roll(copy, (rng.integers(rows), rng.integers(columns)), (0, 1)) & ~missing & ~held
        room = wanted - held.sum()
        if copy.sum() > 1.5 * room:
            copy &= _window(copy, room, rng)
        held |= copy
        if held.sum() >= 0.7 * wanted:
            break
    return held


def _window(copy: Mask, wanted: float, rng: np.random.Generator) -> Mask:
    """A band of rows, placed at random, that holds about `wanted` entries of the copy."""
    start = rng.integers(copy.shape[0])
    per_row = np.roll(copy.sum(axis=1), -start)
    height = int(np.searchsorted(np.cumsum(per_row), wanted)) + 1
    inside = np.zeros(copy.shape[0], bool)
    inside[:height] = True
    return np.roll(inside, start)[:, None]


def _leave_one_a_line(held: Mask, observed: Mask) -> Mask:
    """The held-out set without the first observed entry of each row and column it would empty."""
    held = held.copy()
    for kept, seen in ((held, observed), (held.T, observed.T)):
        emptied = seen.any(axis=1) & ~(seen & ~kept).any(axis=1)
        kept[emptied, kept[emptied].argmax(axis=1)] = False
    return held
