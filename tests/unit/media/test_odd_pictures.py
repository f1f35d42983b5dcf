"""Every picture of unusual colours is read as other programs show it, and says so, or is refused.

What is written shows the same in these programs, and a TIFF stores the same numbers again.
"""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tacit.media import MediaError, convert, read, write

from ._odd_pictures import PICTURES, Picture, pillow

GOOD = [odd for odd in PICTURES if odd.show is not None]
every_good = pytest.mark.parametrize("odd", GOOD, ids=lambda odd: odd.name)


def saved(tmp_path: Path, odd: Picture) -> tuple[Path, np.ndarray]:
    """Write the file, and return it with what another program shows."""
    path = tmp_path / f"in.{odd.suffix}"
    odd.save(path)
    assert odd.show is not None
    return path, odd.show(path)


@pytest.mark.parametrize(
    "odd", [odd for odd in PICTURES if odd.show is None], ids=lambda odd: odd.name
)
def test_a_picture_is_refused_in_one_line(tmp_path: Path, odd: Picture) -> None:
    path = tmp_path / f"in.{odd.suffix}"
    odd.save(path)
    with pytest.raises(MediaError) as caught:
        read(path, need_holes=False)
    assert odd.words in str(caught.value)
    assert "\n" not in str(caught.value)


@every_good
def test_a_picture_is_read_as_it_is_shown(tmp_path: Path, odd: Picture) -> None:
    path, shown = saved(tmp_path, odd)
    source = read(path, need_holes=False)
    assert odd.words in source.read_as
    assert any(odd.note in note for note in source.notes) or not odd.note
    stored = source.stored
    alpha = shown[..., -1] if stored.alpha is not None else None
    colours = shown if alpha is None else shown[..., :-1]
    if alpha is not None:
        np.testing.assert_array_equal(stored.alpha, alpha)
        np.testing.assert_array_equal(source.missing, alpha == 0)
    colours = colours[..., 0] if colours.ndim > stored.pixels.ndim else colours
    apart = np.abs(source.values * stored.unit - colours)[~source.missing]
    assert apart.max() <= odd.near + 1e-9 * stored.unit


@every_good
def test_what_is_written_shows_the_same_and_is_read_the_same(tmp_path: Path, odd: Picture) -> None:
    path, output = tmp_path / f"in.{odd.suffix}", tmp_path / f"out.{odd.suffix}"
    odd.save(path)
    source = read(path, need_holes=False)
    filled = np.full_like(source.values, 0.5)
    write(source, filled, output)
    again = read(output, need_holes=False)
    keep = ~source.missing
    loss = 2 if source.stored.lossy else 0
    apart = np.abs(again.stored.pixels.astype(float) - source.stored.pixels)[keep]
    assert apart.max() <= loss
    assert again.stored.pixels.dtype == source.stored.pixels.dtype
    if source.stored.alpha is not None:
        assert (
            again.stored.alpha is None
            or (again.stored.alpha[keep] == source.stored.alpha[keep]).all()
        )
        assert again.stored.alpha is None or (again.stored.alpha[~keep] == source.stored.unit).all()
    if "CMYK" in odd.words:
        with Image.open(output) as image:
            assert "icc_profile" not in image.info  # that of the inks says nothing of RGB
    assert "CMYK" not in again.read_as
    assert "palette" not in again.read_as


@pytest.mark.parametrize(
    "odd",
    [odd for odd in GOOD if odd.name.startswith(("associated", "white"))],
    ids=lambda o: o.name,
)
def test_a_tiff_stores_the_same_numbers_again(tmp_path: Path, odd: Picture) -> None:
    path, output = tmp_path / "in.tif", tmp_path / "out.tif"
    odd.save(path)
    source = read(path, need_holes=False)
    write(source, np.full_like(source.values, 0.5), output)
    with tifffile.TiffFile(path) as before, tifffile.TiffFile(output) as after:
        assert before.pages.first.photometric == after.pages.first.photometric
        assert before.pages.first.extrasamples == after.pages.first.extrasamples
        old, new = before.asarray(), after.asarray()
    keep = ~source.missing
    np.testing.assert_array_equal(new[keep], old[keep])


@pytest.mark.parametrize(
    "name", ["white.tif", "associated uint8 4.tif", "inks 8.tif", "palette high.tif"]
)
def test_a_png_of_it_shows_the_same(tmp_path: Path, name: str) -> None:
    odd = next(odd for odd in GOOD if odd.name == name)
    path, shown = saved(tmp_path, odd)
    source = convert(read(path, need_holes=False), tmp_path / "out.png")
    write(source, source.values, tmp_path / "out.png")
    with Image.open(tmp_path / "out.png") as image:
        written = np.asarray(image)
    keep = ~source.missing
    assert np.abs(written[keep].astype(float) - shown[keep]).max() <= odd.near


def test_a_mask_with_white_as_zero_marks_what_viewers_show_white(tmp_path: Path) -> None:
    Image.fromarray(np.arange(30, dtype=np.uint8).reshape(5, 6)).save(tmp_path / "a.png")
    mask = np.zeros((5, 6), bool)
    mask[1, 2] = True
    tifffile.imwrite(tmp_path / "mask.tif", ~mask, photometric="miniswhite", metadata=None)
    assert (pillow("1")(tmp_path / "mask.tif") == mask).all()
    source = read(tmp_path / "a.png", missing=tmp_path / "mask.tif")
    np.testing.assert_array_equal(source.missing, mask)
    assert "the mask mask.tif: stored with white as 0" in source.notes[0]
