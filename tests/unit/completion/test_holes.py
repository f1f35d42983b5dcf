"""Holes are recognised for what they are, and what is held out is of the same kinds."""

import jax
import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt, gaussian_filter

from tacit.completion.held_out import held_out, hold_out
from tacit.completion.holes import Holes

Mask = np.ndarray
SERIES = (40, 72, 21)
"""Sensors, times of day, days."""
PICTURE = (70, 80)
COLOUR = (70, 80, 3)
FILM = (60, 24, 20, 3)


def entries(shape: tuple[int, ...], fraction: float, seed: int = 0) -> Mask:
    return np.random.default_rng(seed).random(shape) < fraction


def lines(shape: tuple[int, ...], axes: tuple[int, ...], fraction: float, seed: int = 0) -> Mask:
    """Whole lines along `axes`, at random."""
    places = tuple(1 if axis in axes else size for axis, size in enumerate(shape))
    return np.broadcast_to(entries(places, fraction, seed), shape).copy()


def gaps(shape, axis: int, fraction: float, lengths=(4, 12), over=(), seed: int = 0) -> Mask:
    """Runs along an axis at random places, each over all of the axes `over`."""
    rng = np.random.default_rng(seed)
    missing = np.zeros([1 if a in over else size for a, size in enumerate(shape)], bool)
    while missing.mean() < fraction:
        length = rng.integers(*lengths, endpoint=True)
        at = [slice(i, i + 1) for i in (rng.integers(size) for size in missing.shape)]
        start = rng.integers(missing.shape[axis] - length + 1)
        at[axis] = slice(start, start + length)
        missing[tuple(at)] = True
    return np.broadcast_to(missing, shape).copy()


def scratches(shape: tuple[int, ...], fraction: float, seed: int = 0) -> Mask:
    """Strokes two pixels thick in any direction, over all further axes."""
    rng = np.random.default_rng(seed)
    missing = np.zeros(shape[:2], bool)
    while missing.mean() < fraction:
        angle, reach = rng.random() * np.pi, np.arange(0, rng.integers(8, 20), 0.5)
        row = (rng.integers(shape[0]) + reach * np.sin(angle)).astype(int)
        column = (rng.integers(shape[1]) + reach * np.cos(angle)).astype(int)
        inside = (row < shape[0] - 1) & (column >= 0) & (column < shape[1] - 1)
        for down, right in np.ndindex(2, 2):
            missing[row[inside] + down, column[inside] + right] = True
    return np.broadcast_to(missing.reshape(shape[:2] + (1,) * (len(shape) - 2)), shape).copy()


def block(shape: tuple[int, ...], *sides: tuple[int, int]) -> Mask:
    missing = np.zeros(shape, bool)
    missing[tuple(slice(*side) for side in sides)] = True
    return missing


def clouds(shape: tuple[int, ...], axes: tuple[int, ...], fraction: float) -> Mask:
    noise = np.random.default_rng(0).standard_normal(shape)
    smooth = gaussian_filter(noise, [3 if axis in axes else 0 for axis in range(len(shape))])
    return smooth > np.quantile(smooth, 1 - fraction)


ENTRIES = ("entries", (), ())
KINDS = {
    "a few entries": (entries(PICTURE, 0.1), (0, 1), {ENTRIES}),
    "most entries": (entries(PICTURE, 0.9), (0, 1), {ENTRIES}),
    "entries of a table": (entries((300, 20), 0.4), (), {ENTRIES}),
    "entries of colours": (entries(COLOUR, 0.9), (0, 1), {ENTRIES}),
    "entries of a colour film": (entries(FILM, 0.5), (0, 1, 2), {ENTRIES}),
    "entries of a series": (entries((2000,), 0.3), (0,), {ENTRIES}),
    "pixels": (lines(COLOUR, (2,), 0.5), (0, 1), {("fibres", (2,), ())}),
    "nearly all pixels": (lines(COLOUR, (2,), 0.95), (0, 1), {("fibres", (2,), ())}),
    "pixels of a film": (lines(FILM, (3,), 0.7), (0, 1, 2), {("fibres", (3,), ())}),
    "days": (lines(SERIES, (1,), 0.3), (1, 2), {("fibres", (1,), ())}),
    "most days": (lines(SERIES, (1,), 0.7), (1, 2), {("fibres", (1,), ())}),
    "frames": (lines(FILM, (1, 2, 3), 0.2), (0, 1, 2), {("slices", (1, 2, 3), ())}),
    "rows of a table": (lines((300, 20), (1,), 0.2), (), {("fibres", (1,), ())}),
    "gaps": (gaps((40, 300), 1, 0.3), (1,), {("gaps", (), (1,))}),
    "short gaps, many": (gaps((40, 300), 1, 0.5, (3, 6)), (1,), {("gaps", (), (1,))}),
    "gaps of one series": (gaps((900,), 0, 0.2), (0,), {("gaps", (), (0,))}),
    "gaps in days": (gaps(SERIES, 1, 0.3), (1, 2), {("gaps", (), (1,))}),
    "runs of frames": (
        gaps(FILM, 0, 0.2, (4, 6), (1, 2, 3)),
        (0, 1, 2),
        {("gaps", (1, 2, 3), (0,))},
    ),
    "blackout": (gaps(SERIES, 1, 0.3, over=(0,)), (1, 2), {("gaps", (0,), (1,))}),
    "scratches": (scratches(PICTURE, 0.12), (0, 1), {("blobs", (), (0, 1))}),
    "scratches in colour": (scratches(COLOUR, 0.12), (0, 1), {("blobs", (2,), (0, 1))}),
    "scratches that stay": (scratches((70, 80, 15), 0.1), (0, 1, 2), {("blobs", (2,), (0, 1))}),
    "block": (block(PICTURE, (20, 50), (30, 60)), (0, 1), {("blobs", (), (0, 1))}),
    "block in colour": (block(COLOUR, (9, 39), (30, 60)), (0, 1), {("blobs", (2,), (0, 1))}),
    "block of a film": (
        block((30, 40, 40), (5, 15), (10, 25), (12, 28)),
        (0, 1, 2),
        {("blobs", (), (0, 1, 2))},
    ),
    "clouds of each frame": (clouds((12, 60, 60), (1, 2), 0.3), (0, 1, 2), {("blobs", (), (1, 2))}),
    "days and entries": (
        lines(SERIES, (1,), 0.2) | entries(SERIES, 0.2, seed=1),
        (1, 2),
        {("fibres", (1,), ()), ENTRIES},
    ),
    "pixels and entries": (
        lines(COLOUR, (2,), 0.3) | entries(COLOUR, 0.4, seed=1),
        (0, 1),
        {("fibres", (2,), ()), ENTRIES},
    ),
    "gaps and entries": (
        gaps((40, 300), 1, 0.3) | entries((40, 300), 0.1, seed=1),
        (1,),
        {("gaps", (), (1,)), ENTRIES},
    ),
    "block and entries": (
        block(PICTURE, (20, 50), (30, 60)) | entries(PICTURE, 0.1, seed=1),
        (0, 1),
        {("blobs", (), (0, 1)), ENTRIES},
    ),
    "frames, pixels and a block": (
        lines(FILM, (1, 2, 3), 0.1)
        | lines(FILM, (3,), 0.05, seed=1)
        | block(FILM, (0, 60), (5, 13), (4, 12), (0, 3)),
        (0, 1, 2),
        {("slices", (1, 2, 3), ()), ("fibres", (3,), ()), ("blobs", (0, 3), (1, 2))},
    ),
}
every_kind = pytest.mark.parametrize(
    ("missing", "ordered", "kinds"), list(KINDS.values()), ids=list(KINDS)
)


def kinds_of(holes: Holes, least: float = 0.0) -> set:
    return {(c.kind, c.axes, c.along) for c in holes.components if c.share > least}


def depth(hole: Mask, missing: Mask, ordered: tuple[int, ...]) -> float:
    """Mean distance along ordered axes of the hole's entries to what is not missing."""
    far = 1e6  # a step along an axis without order leads nowhere
    sampling = [1.0 if axis in ordered else far for axis in range(missing.ndim)]
    distance = distance_transform_edt(missing, sampling=sampling)
    assert isinstance(distance, np.ndarray)
    return float(np.minimum(distance, max(missing.shape))[hole].mean())


def draw(missing: Mask, ordered: tuple[int, ...], seed: int = 0, **options) -> list[Mask]:
    return held_out(Holes.of(missing, ordered), ~missing, key=jax.random.key(seed), **options)


@every_kind
def test_each_kind_is_recognised(missing, ordered, kinds):
    assert kinds_of(Holes.of(missing, ordered), least=0.02) == kinds


@every_kind
def test_every_missing_entry_belongs_to_one_component(missing, ordered, kinds):
    holes = Holes.of(missing, ordered)
    index = holes.component_of(missing)
    np.testing.assert_array_equal(index >= 0, missing)
    shares = [(index == i).sum() / missing.sum() for i in range(len(holes.components))]
    np.testing.assert_allclose([part.share for part in holes.components], shares, atol=1e-12)


@every_kind
def test_held_out_entries_are_observed_disjoint_and_empty_no_slice(missing, ordered, kinds):
    drawn = draw(missing, ordered)
    assert np.sum(drawn, axis=0).max() == 1
    for held in drawn:
        assert held.any()
        assert not (held & missing).any()
        for axis in range(missing.ndim) if missing.ndim > 1 else ():
            others = tuple(other for other in range(missing.ndim) if other != axis)
            if not missing.all(axis=others).any():
                assert not (missing | held).all(axis=others).any()


@every_kind
def test_held_out_entries_are_about_as_many_as_asked(missing, ordered, kinds):
    drawn = draw(missing, ordered, fraction=0.1)
    observed = (~missing).sum()
    # One set of shapes that are not divided: at least one of them, at most a third of all.
    shapes = [c.connected() for c in Holes.of(missing, ordered).components if c.along]
    largest = max(
        (np.bincount(sets.ravel())[1:].max() / sets.size for sets, _ in shapes), default=0
    )
    lowest, highest = (0.07, 0.13) if len(drawn) == 1 else (0.07, 0.3)
    for held in drawn:
        assert lowest < held.sum() / observed < max(highest, min(largest * 1.5 + 0.1, 0.35))


@every_kind
def test_held_out_holes_are_of_the_same_kinds(missing, ordered, kinds):
    # Of a mixture, what misses already leaves no held-out line whole by itself; nor does what other
    # sets have taken.
    mixed = len(kinds) > 1
    for held in draw(missing, ordered, few=0 if mixed else 200):
        seen = held | missing if mixed else held
        assert kinds_of(Holes.of(seen, ordered), least=0.1) <= kinds
        assert kinds_of(Holes.of(seen, ordered), least=0.1)


@every_kind
def test_held_out_holes_are_as_deep(missing, ordered, kinds):
    true = depth(missing, missing, ordered)
    held = np.mean([depth(held, missing | held, ordered) for held in draw(missing, ordered)])
    assert 0.65 < held / true < 1.6


@every_kind
def test_same_key_same_sets(missing, ordered, kinds):
    first, second, other = (draw(missing, ordered, seed) for seed in (1, 1, 2))
    for one, two in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (first[0] != other[0]).any()


@pytest.mark.parametrize("fraction", [0.05, 0.3, 0.7, 0.95])
@pytest.mark.parametrize("shape", [(400,), (50, 40), (200, 6), (40, 30, 3), (12, 10, 8, 3)])
def test_independent_entries_have_no_shape(shape, fraction):
    odd = 0
    for seed in range(20):
        holes = Holes.of(entries(shape, fraction, seed), tuple(range(min(len(shape), 2))))
        odd += kinds_of(holes, least=0.1) != {ENTRIES}
    assert odd <= 1


def test_sensors_that_fail_often_are_not_gaps():
    rate = np.random.default_rng(1).random((60, 1)) * 0.9
    missing = np.random.default_rng(0).random((60, 400)) < rate
    assert (
        kinds_of(Holes.of(missing, (0, 1))) & {("gaps", (), (1,)), ("blobs", (), (0, 1))} == set()
    )


def test_a_large_hole_is_imitated_whole():
    missing = block((90, 90), (10, 45), (20, 55))
    (held,) = draw(missing, (0, 1))
    assert held.sum() > 0.9 * missing.sum()
    assert depth(held, missing | held, (0, 1)) > 0.9 * depth(missing, missing, (0, 1))


def test_the_end_of_series_is_imitated_at_an_end():
    missing = np.arange(400) > np.random.default_rng(0).integers(300, 390, (30, 1))
    (held,) = draw(missing, (1,))
    gone = missing | held
    # Nothing observed on one side of every gap: the first or the last entry of its row is gone.
    row = np.flatnonzero(held.any(axis=1))
    until = [held[i, :1].any() or gone[i, held[i].nonzero()[0].max() :].all() for i in row]
    assert np.mean(until) > 0.9


def test_few_places_are_divided_among_the_sets():
    few = entries((12, 15), 0.2)
    counts = np.sum(draw(few, (), folds=5), axis=0)
    assert counts.max() == 1
    assert counts.sum() >= 0.9 * (~few).sum()
    frames = lines((30, 20, 20), (1, 2), 0.2)
    drawn = draw(frames, (0, 1, 2), folds=4)
    assert len(drawn) == 4
    # All but the ends at which no frame is missing.
    first, last = (0 if frames[end].any() else 1 for end in (0, -1))
    every = ~frames
    every[:first], every[len(every) - last :] = False, False
    np.testing.assert_array_equal(np.any(drawn, axis=0), every)
    assert len(draw(frames, (0, 1, 2), few=10)) == 1


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_what_lies_between_is_imitated_between(axis):
    """Beyond an end nothing is seen: a line or a slab there would be harder than any that is."""
    order = (axis, *(other for other in range(3) if other != axis))
    places = np.zeros(24, bool)
    for pattern in ([5, 11, 17], [4, 5, 6, 14, 15]):
        missing = np.broadcast_to(places[:, None, None], (24, 10, 10)).copy()
        missing[pattern] = True
        turned = np.transpose(missing, np.argsort(order))
        for seed in range(8):
            for held in draw(turned, (0, 1, 2), seed=seed):
                lines = np.transpose(held, order).all(axis=(1, 2))
                assert not lines[[0, -1]].any()
        ended = missing.copy()
        ended[0] = True
        turned = np.transpose(ended, np.argsort(order))
        assert any(held.any() for held in draw(turned, (0, 1, 2)))


def test_a_notable_kind_has_a_line_in_every_draw():
    """A fifth of the holes are two whole frames: chance would leave them out of most draws."""
    rng = np.random.default_rng(0)
    missing = rng.random((24, 30, 30)) < 0.4
    missing[[6, 15]] = True
    for seed in range(6):
        (held,), _ = hold_out(missing, (0, 1, 2), key=jax.random.key(seed))
        assert (held | missing).all(axis=(1, 2)).sum() > 2


def test_no_slice_loses_its_last_entry():
    missing = np.ones((40, 40), bool)
    missing[np.arange(40), np.arange(40)] = missing[:, 1:12] = False
    (held,) = draw(missing, (), fraction=0.6, few=0)
    assert held.sum() > 0.4 * (~missing).sum()
    for axis in (0, 1):
        assert not (missing | held).all(axis).any()


def test_what_cannot_be_imitated_is_still_answered():
    window = ~block((60, 50), (20, 40), (15, 40))
    for held in draw(window, (0, 1)):
        assert 0 < held.sum() < 0.4 * (~window).sum()
    one_left = ~block((6, 5), (2, 3), (2, 4))
    assert {held.sum() for held in draw(one_left, (0, 1))} == {1}
    assert draw(~block((6, 5), (2, 3), (2, 3)), (0, 1)) == []
    (held,) = draw(np.zeros((40, 30), bool), ())
    assert 0.05 < held.mean() < 0.11


@pytest.mark.parametrize(
    "shape", [(1,), (2, 1), (1, 5, 1), (3, 2, 2), (2, 3, 4, 3), (2, 2, 3, 2, 4)]
)
def test_small_arrays_of_any_order_are_answered(shape):
    for seed in range(20):
        missing = entries(shape, 0.2 + 0.03 * seed, seed)
        for held in draw(missing, tuple(range(seed % (len(shape) + 1))), seed):
            assert held.any()
            assert not (held & missing).any()
            assert (held | missing).sum() < missing.size


def test_kinds_in_words():
    series = ("sensor", "time of day", "day")
    missing, ordered, _ = KINDS["days"]
    assert Holes.of(missing, ordered).describe(series) == "whole fibres along time of day"
    assert Holes.of(missing, ordered).describe((None,) * 3) == "whole fibres along axis 1"
    times = (None, "time", "time")
    assert Holes.of(missing, ordered).describe(times) == "whole fibres along axis 1 (time)"
    pixels = np.broadcast_to(
        (np.random.default_rng(0).random((40, 40)) < 0.5)[..., None], (40, 40, 3)
    )
    found = Holes.of(pixels, (0, 1), (2,))
    assert found.describe(("row", "column", "colour")) == "whole pixels at random"

    missing, ordered, _ = KINDS["blackout"]
    words = Holes.of(missing, ordered).describe(series)
    assert words.startswith("gaps along time of day of ")
    assert words.endswith(" places, each over all of sensor")

    missing, ordered, _ = KINDS["gaps and entries"]
    words = Holes.of(missing, ordered).describe((None, "time"))
    first, second = words.split("; ")
    assert " % gaps along time of " in first
    assert second.endswith(" % single entries at random")


def test_where_nothing_is_missing_whole_pixels_are_held_out_of_colours():
    """From the other colours of a noisy pixel one is known nearly as well as it is measured."""
    none = np.zeros(COLOUR, bool)
    (held,), holes = hold_out(none, (0, 1), (2,), key=jax.random.key(0))
    assert (held.all(axis=2) == held.any(axis=2)).all()
    assert 0.05 < held.mean() < 0.12
    assert holes.describe(("row", "column", "colour")) == "whole pixels at random"
    (held,), _ = hold_out(none, (0, 1), key=jax.random.key(0))
    assert (held.any(axis=2) & ~held.all(axis=2)).any()
