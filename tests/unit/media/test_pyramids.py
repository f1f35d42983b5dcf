"""TIFF files with their picture in several sizes: the largest is read, and that is said."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from tacit.media import MediaError, read, write

from ._files import frames_first

FULL = np.random.default_rng(0).integers(0, 65536, (64, 48), dtype=np.uint16)
FILM = np.stack([FULL, FULL[::-1], FULL[:, ::-1]], axis=2)
TILE = {"tile": (16, 16), "photometric": "minisblack"}


def ome(path: Path) -> None:
    """An OME-TIFF as microscopes write it: smaller copies within the page."""
    with tifffile.TiffWriter(path, ome=True) as writer:
        writer.write(FULL, subifds=2, metadata={"axes": "YX"}, **TILE)
        for step in (2, 4):
            writer.write(FULL[::step, ::step], subfiletype=1, **TILE)


def ome_film(path: Path) -> None:
    """The same with three planes of a stack."""
    with tifffile.TiffWriter(path, ome=True) as writer:
        writer.write(frames_first(FILM), subifds=1, metadata={"axes": "ZYX"}, **TILE)
        writer.write(frames_first(FILM[::2, ::2]), subfiletype=1, **TILE)


def overviews(path: Path) -> None:
    """A GeoTIFF as GDAL writes it: smaller copies as pages behind the full one."""
    with tifffile.TiffWriter(path) as writer:
        writer.write(FULL, metadata=None, **TILE)
        for step in (2, 4, 8):
            writer.write(FULL[::step, ::step], subfiletype=1, metadata=None, **TILE)


def thumbnail_first(path: Path) -> None:
    """A picture behind its thumbnail."""
    with tifffile.TiffWriter(path) as writer:
        writer.write(FULL[::8, ::8], subfiletype=1, metadata=None, photometric="minisblack")
        writer.write(FULL, metadata=None, photometric="minisblack")


GOOD: dict[str, tuple[Callable[[Path], None], np.ndarray, int]] = {
    "ome.tif": (ome, FULL, 3),
    "ome film.tif": (ome_film, FILM, 2),
    "overviews.tif": (overviews, FULL, 4),
    "thumbnail.tif": (thumbnail_first, FULL, 2),
}


@pytest.mark.parametrize("name", GOOD)
def test_the_largest_size_is_read_and_written(tmp_path: Path, name: str) -> None:
    save, full, sizes = GOOD[name]
    path, output = tmp_path / "a.tif", tmp_path / "b.tif"
    save(path)
    source = read(path, need_holes=False)
    np.testing.assert_array_equal(source.stored.pixels, full)
    assert f"; the largest of {sizes} sizes in the file" in source.read_as
    assert "the smaller copies in a.tif are not written again" in source.notes
    write(source, source.values, output, keep_observed=False)
    again = read(output, need_holes=False)
    np.testing.assert_array_equal(again.stored.pixels, full)
    assert "sizes" not in again.read_as
    with tifffile.TiffFile(path) as before, tifffile.TiffFile(output) as after:
        assert before.pages.first.description == after.pages.first.description


def raw(path: Path) -> None:
    """A thumbnail in which the full picture lies, as in the raw files of cameras."""
    with tifffile.TiffWriter(path) as writer:
        writer.write(FULL[::8, ::8], subfiletype=1, subifds=1, metadata=None)
        writer.write(FULL, metadata=None)


def masked(path: Path) -> None:
    """A picture, and its opacity as a page of the same type."""
    with tifffile.TiffWriter(path) as writer:
        writer.write(FULL > 9, metadata=None, photometric="minisblack")
        writer.write(FULL > 99, subfiletype=4, metadata=None, photometric="minisblack")


def unmarked(path: Path) -> None:
    """Smaller copies that are not marked as such."""
    with tifffile.TiffWriter(path) as writer:
        writer.write(FULL, metadata=None, **TILE)
        writer.write(FULL[::2, ::2], metadata=None, **TILE)


@pytest.mark.parametrize(
    ("save", "words"),
    [
        (raw, "page 1 is a smaller copy of what lies within it"),
        (masked, "page 2 is a transparency mask of another"),
        (unmarked, "page 2 holds 32 × 24 of uint16, but the first 64 × 48"),
    ],
)
def test_what_is_not_clear_is_refused(tmp_path: Path, save, words: str) -> None:
    save(tmp_path / "a.tif")
    with pytest.raises(MediaError, match=words) as caught:
        read(tmp_path / "a.tif", need_holes=False)
    assert "\n" not in str(caught.value)


def test_a_thumbnail_alone_is_a_picture(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", FULL, subfiletype=1, metadata=None)
    source = read(tmp_path / "a.tif", need_holes=False)
    np.testing.assert_array_equal(source.stored.pixels, FULL)
    assert source.read_as == "TIFF, 64 rows × 48 columns, grey, uint16"


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_pyramid_that_was_cut_short_is_refused(tmp_path: Path, part: float) -> None:
    overviews(tmp_path / "a.tif")
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(data[: int(part * len(data))])
    with pytest.raises(MediaError, match="cut short"):
        read(tmp_path / "a.tif", need_holes=False)
