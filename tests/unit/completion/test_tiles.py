"""Tiles cover what is wanted, and their answers are joined without a seam."""

import numpy as np
import pytest

from tacit.completion.families import Windows
from tacit.completion.tiles import Tiling, even_side

CASES = [
    ((100,), (40,)),
    ((97, 80), (40, 33)),
    ((60, 70, 3), (32, 32, 3)),
    ((50, 40, 30), (50, 24, 16)),
    ((64, 64), (64, 64)),
]
MARGIN = 4
MANY = 1 << 30


def cover(wanted, sides, margin=MARGIN, entries=MANY):
    return Tiling.cover(wanted, sides, margin, entries)


def every_third(shape):
    return np.arange(np.prod(shape)).reshape(shape) % 3 == 0


def pieces_of(array, tiling, padding=0):
    """The array in pieces, with numbers of no meaning behind each."""
    return [
        np.pad(array[tile], [(0, padding)] * array.ndim, constant_values=1e9)
        for tile in tiling.tiles
    ]


def kept_apart(tiling, margin=MARGIN):
    """Where some tile keeps its margin around an entry, but at the ends of the data."""
    safe = np.zeros(tiling.shape, bool)
    for tile in tiling.tiles:
        inner = tuple(
            slice(
                part.start + (margin if part.start > 0 else 0),
                part.stop - (margin if part.stop < length else 0),
            )
            for part, length in zip(tile, tiling.shape, strict=True)
        )
        safe[inner] = True
    return safe


@pytest.mark.parametrize("padding", [0, 5])
@pytest.mark.parametrize(("shape", "sides"), CASES)
def test_the_pieces_of_an_array_are_that_array(shape, sides, padding):
    array = np.random.default_rng(0).standard_normal(shape)
    tiling = cover(every_third(shape), sides)
    joined = tiling.assemble(pieces_of(array, tiling, padding), np.full(shape, np.nan))
    np.testing.assert_allclose(joined, array, rtol=1e-12)


@pytest.mark.parametrize(("shape", "sides"), CASES)
@pytest.mark.parametrize("share", [0.001, 0.02, 0.5, 1.0])
def test_all_that_is_wanted_is_covered_with_a_margin(shape, sides, share):
    for seed in range(20):
        wanted = np.random.default_rng(seed).random(shape) < share
        tiling = cover(wanted, sides)
        assert not (wanted & ~kept_apart(tiling)).any()
        for tile in tiling.tiles:
            # Each is inside, of the sides that were asked for, and for something.
            assert wanted[tile].any()
            for part, side, length in zip(tile, sides, shape, strict=True):
                assert part.stop - part.start == side
                assert 0 <= part.start < part.stop <= length
        assert tiling.share == len(tiling.tiles) * np.prod(sides) / np.prod(shape)


def test_work_follows_what_is_wanted_and_not_the_size_of_the_data():
    for length in (1000, 4000):
        wanted = np.zeros((length, length), bool)
        wanted[100:110, 200:900] = True
        tiling = cover(wanted, (64, 64), 12)
        assert len(tiling.tiles) == -(-700 // 40)
    assert not cover(np.zeros((100, 100), bool), (64, 64)).tiles


def test_tiles_overlap_and_no_seam_shows():
    """Tiles that disagree by a constant are joined by a ramp, not by a step."""
    tiling = cover(np.ones(200, bool), (64,), 8)
    starts = [tile[0].start for tile in tiling.tiles]
    overlap = min(64 - step for step in np.diff(starts))
    assert overlap >= 16
    pieces = [np.full(64, float(number % 2)) for number in range(len(starts))]
    joined = tiling.assemble(pieces, np.zeros(200))
    assert np.abs(np.diff(joined)).max() < 1.5 / overlap
    assert joined[: starts[1]].max() == 0
    assert joined.min() >= 0
    assert joined.max() <= 1


def test_what_is_given_stands_outside_of_the_tiles():
    wanted = np.zeros((100, 100), bool)
    wanted[10:20, 10:20] = True
    tiling = cover(wanted, (40, 40))
    values = np.random.default_rng(0).standard_normal((100, 100))
    joined = tiling.assemble([np.zeros((40, 40))], values)
    inside = np.zeros((100, 100), bool)
    inside[tiling.tiles[0]] = True
    np.testing.assert_array_equal(joined[~inside], values[~inside])
    assert (joined[inside] == 0).all()


def test_tiles_in_which_nothing_is_seen_are_left_out():
    observed = np.ones((100, 100), bool)
    observed[60:] = False
    tiling = cover(~observed, (20, 20))
    assert {tile[0].start for tile in tiling.tiles} > {80}
    assert {tile[0].start for tile in tiling.only(observed).tiles} == {56}


def test_what_there_was_no_time_for_is_not_a_number():
    tiling = cover(every_third((100, 100)), (40, 40))
    joined = tiling.assemble([np.ones((40, 40))], np.zeros((100, 100)))
    assert (joined[:40, :40] == 1).all()
    assert np.isnan(joined[41:, 41:]).all()


def test_batches_are_of_few_sizes_and_hold_all_tiles_in_order():
    wanted = np.ones((640, 640), bool)
    for entries, most in ((1, 1), (64 * 64 * 7, 4), (64 * 64 * 32, 32), (64 * 64 * 40, 32)):
        tiling = cover(wanted, (64, 64), 8, entries)
        assert tiling.batch == most
        assert tuple(tile for batch in tiling.batches() for tile in batch) == tiling.tiles
        assert all(len(batch) <= most for batch in tiling.batches())
    few = np.zeros((640, 640), bool)
    few[:10, :10] = True
    assert cover(few, (64, 64), 8, 64 * 64 * 32).batch == 2


def test_tiles_of_windows_are_the_cheapest():
    """One tile of small data that miss much, small ones where holes are few, wide for wide ones."""
    method, rng = Windows((0, 1)), np.random.default_rng(0)
    everywhere = rng.random((256, 256, 1)) < 0.5
    assert method.tiling(np.repeat(everywhere, 3, 2)).is_whole
    thin = np.zeros((256, 256, 3), bool)
    thin[:, 100:102] = True
    assert method.tiling(thin).sides == (64, 64, 3)
    wide = np.zeros((900, 900, 3), bool)
    wide[200:260, 300:370] = True
    assert min(method.tiling(wide).sides[:2]) >= 160
    dense = method.tiling(rng.random((900, 900, 3)) < 0.5)
    assert not dense.is_whole
    assert dense.share < 2
    # Of what nothing is known where many channels make even small tiles large.
    many = np.ones((400, 400, 200), bool)
    assert method.tiling(many).sides == (64, 64, 200)


@pytest.mark.parametrize("length", [30, 288, 289, 300, 500, 576, 768, 1000, 1024, 4000])
def test_even_sides_cover_a_length_with_hardly_more_than_it_takes(length):
    side = even_side(length, 288, 32, 32)
    assert side <= min(length, 288)
    if length <= 288:
        assert side == length
        return
    assert side % 32 == 0 or side == length
    tiling = cover(np.ones(length, bool), (side,), 16)
    starts = [tile[0].start for tile in tiling.tiles]
    assert starts[0] == 0
    assert starts[-1] + side == length
    assert len(starts) * side < 1.7 * length


def test_tiles_follow_from_the_holes_and_not_from_what_was_asked_before():
    """Masks that miss something in the same places, in one colour or in all, are told apart."""
    method = Windows((0, 1))
    some = np.zeros((900, 900, 3), bool)
    some[100:160, 100:160, 0] = True
    every = np.repeat(some[..., :1], 3, axis=2)
    assert method.tiling(every).sides != method.tiling(some).sides
    assert method.tiling(some) == Windows((0, 1), depth=4.0).tiling(some.copy())
