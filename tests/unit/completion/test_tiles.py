"""Tiles cover what is to be filled, and their answers are joined without a seam."""

import numpy as np
import pytest

from tacit.completion.tiles import Tiling, even_side

CASES = [
    ((100,), (40,)),
    ((97, 80), (40, 33)),
    ((60, 70, 3), (32, 32, 3)),
    ((50, 40, 30), (50, 24, 16)),
    ((64, 64), (64, 64)),
]


def pieces_of(array, tiling, padding=0):
    """The array in pieces, with numbers of no meaning behind each."""
    return [
        np.pad(array[tile], [(0, padding)] * array.ndim, constant_values=1e9)
        for tile in tiling.tiles
    ]


@pytest.mark.parametrize("padding", [0, 5])
@pytest.mark.parametrize(("shape", "sides"), CASES)
def test_the_pieces_of_an_array_are_that_array(shape, sides, padding):
    array = np.random.default_rng(0).standard_normal(shape)
    tiling = Tiling.of(shape, sides, np.arange(array.size).reshape(shape) % 3 > 0)
    joined = tiling.assemble(pieces_of(array, tiling, padding), np.full(shape, np.nan))
    np.testing.assert_allclose(joined, array, rtol=1e-12)


@pytest.mark.parametrize(("shape", "sides"), CASES)
def test_every_tile_has_the_sides_that_were_asked_for_and_lies_inside(shape, sides):
    tiling = Tiling.of(shape, sides, np.arange(np.prod(shape)).reshape(shape) % 3 > 0)
    covered = np.zeros(shape, int)
    for tile in tiling.tiles:
        covered[tile] += 1
        for part, side, length in zip(tile, sides, shape, strict=True):
            assert part.stop - part.start == side
            assert 0 <= part.start < part.stop <= length
    assert covered.min() >= 1


def test_tiles_overlap_and_no_seam_shows():
    """Tiles that disagree by a constant are joined by a ramp, not by a step."""
    tiling = Tiling.of((200,), (64,), np.zeros(200, bool) | (np.arange(200) % 2 > 0))
    starts = [tile[0].start for tile in tiling.tiles]
    overlap = min(64 - step for step in np.diff(starts))
    assert overlap >= 8
    pieces = [np.full(64, float(number % 2)) for number in range(len(starts))]
    joined = tiling.assemble(pieces, np.zeros(200))
    assert np.abs(np.diff(joined)).max() < 1.5 / overlap
    assert joined[: starts[1]].max() == 0
    assert joined.min() >= 0
    assert joined.max() <= 1


def test_tiles_without_holes_or_without_anything_seen_are_left_out():
    observed = np.ones((100, 100), bool)
    observed[10:20, 10:20] = False
    tiling = Tiling.of((100, 100), (40, 40), observed)
    assert [tuple(part.start for part in tile) for tile in tiling.tiles] == [(0, 0)]
    values = np.random.default_rng(0).standard_normal((100, 100))
    joined = tiling.assemble([np.zeros((40, 40))], values)
    outside = np.ones((100, 100), bool)
    outside[:40, :40] = False
    np.testing.assert_array_equal(joined[outside], values[outside])
    assert (joined[:40, :40] == 0).all()
    observed[:] = True
    observed[60:] = False
    starts = {tile[0].start for tile in Tiling.of((100, 100), (40, 40), observed).tiles}
    assert 60 not in starts


def test_what_there_was_no_time_for_is_not_a_number():
    observed = np.arange(10_000).reshape(100, 100) % 3 > 0
    tiling = Tiling.of((100, 100), (40, 40), observed)
    values = np.zeros((100, 100))
    joined = tiling.assemble([np.ones((40, 40))], values)
    assert (joined[:40, :40] == 1).all()
    assert np.isnan(joined[41:, 41:]).all()


@pytest.mark.parametrize("length", [30, 288, 289, 300, 500, 576, 768, 1000, 1024, 4000])
def test_even_sides_cover_a_length_with_hardly_more_than_it_takes(length):
    side = even_side(length, 288, 32, 32)
    assert side <= min(length, 288)
    if length <= 288:
        assert side == length
        return
    assert side % 32 == 0 or side == length
    tiling = Tiling.of((length,), (side,), np.arange(length) % 2 > 0)
    starts = [tile[0].start for tile in tiling.tiles]
    assert starts[0] == 0
    assert starts[-1] + side == length
    assert len(starts) * side < 1.7 * length
