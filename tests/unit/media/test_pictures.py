"""What is particular to each picture format: options, metadata, conversions and their notes."""

import struct
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms, JpegImagePlugin

from tacit.media import read, write

from ._files import load_pillow, samples

ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif() -> bytes:
    """Return an Exif block that asks for a quarter turn."""
    block = Image.Exif()
    block[274] = 6
    return block.tobytes()


def rewrite(path: Path) -> Path:
    """Write what is in a file to another, having made one hole, and return its path."""
    mask = path.with_name("mask.npy")
    source = read(path, need_holes=False)
    np.save(mask, np.pad([[1]], ((1, 3), (1, 4))))
    source = read(path, missing=mask)
    output = path.with_name(f"out{path.suffix}")
    write(source, source.values, output)
    return output


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "avif"])
def test_metadata_survive_and_orientation_turns_nothing(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(samples("u1", 3)).save(path, exif=exif(), icc_profile=ICC, dpi=(300, 300))
    assert read(path, need_holes=False).values.shape == (5, 6, 3)
    with Image.open(path) as before, Image.open(rewrite(path)) as after:
        assert after.size == (6, 5)
        assert after.info["exif"] == before.info["exif"]
        assert after.getexif()[274] == 6
        assert after.info["icc_profile"] == ICC
        assert after.info.get("dpi") == before.info.get("dpi")


def test_a_16_bit_png_keeps_its_metadata(tmp_path: Path) -> None:
    plain = tmp_path / "plain.png"
    Image.fromarray(samples("u1", 3)).save(plain, icc_profile=ICC, dpi=(300, 300))
    chunks, deep = plain.read_bytes(), imagecodecs.png_encode(samples("u2", 3))
    start, end = chunks.index(b"iCCP") - 4, chunks.index(b"IDAT") - 4
    (tmp_path / "a.png").write_bytes(deep[:33] + chunks[start:end] + deep[33:])
    output = rewrite(tmp_path / "a.png")
    with Image.open(output) as after:
        assert after.info["icc_profile"] == ICC
        assert after.info["dpi"] == pytest.approx((300, 300), rel=1e-3)
    assert imagecodecs.png_decode(output.read_bytes()).dtype == np.uint16


def test_one_transparent_colour_of_16_bits_is_missing(tmp_path: Path) -> None:
    deep, path = samples("u2", 3), tmp_path / "a.png"
    data = imagecodecs.png_encode(deep)
    body = b"tRNS" + struct.pack(">3H", *deep[2, 3])
    mark = struct.pack(">I", 6) + body + struct.pack(">I", zlib.crc32(body))
    path.write_bytes(data[:33] + mark + data[33:])
    source = read(path)
    assert np.argwhere(source.missing).tolist() == [[2, 3]]
    write(source, source.values, tmp_path / "b.png")
    assert imagecodecs.png_decode((tmp_path / "b.png").read_bytes()).shape == (5, 6, 4)


def test_what_tifffile_logs_of_a_damaged_tag_is_not_shown(tmp_path: Path, caplog) -> None:
    tag = (315, 2, 20, b"a name of 20 letters", True)
    tifffile.imwrite(tmp_path / "a.tif", samples("u1"), metadata=None, extratags=[tag])
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        offset = file.pages.first.tags[315].offset + 8
    data = bytearray((tmp_path / "a.tif").read_bytes())
    data[offset : offset + 4] = struct.pack("<I", 10**6)
    (tmp_path / "a.tif").write_bytes(data)
    assert read(tmp_path / "a.tif", need_holes=False).values.shape == (5, 6)
    assert not caplog.records


@pytest.mark.parametrize(("transparency", "mode"), [(None, "RGB"), (0, "RGBA")])
def test_a_palette_becomes_colour(tmp_path: Path, transparency: int | None, mode: str) -> None:
    image = Image.new("P", (6, 5), 1)
    image.putpalette([0, 0, 0, 200, 100, 50])
    image.putpixel((2, 1), 0)
    options = {} if transparency is None else {"transparency": transparency}
    image.save(tmp_path / "a.png", **options)
    source = read(tmp_path / "a.png", missing_value=0)
    assert source.notes == ("the palette picture is written as RGB",)
    assert np.argwhere(source.missing).tolist() == [[1, 2]]
    write(source, np.ones_like(source.values), tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as after:
        assert after.mode == mode
        assert after.convert("RGB").getpixel((0, 0)) == (200, 100, 50)
        assert after.convert("RGBA").getpixel((2, 1)) == (255, 255, 255, 255)


@pytest.mark.parametrize(("mode", "colour"), [("1", 0), ("L", 9), ("RGB", (9, 8, 7))])
def test_one_transparent_colour_is_missing(tmp_path: Path, mode: str, colour) -> None:
    image = Image.new(mode, (6, 5), "white")
    image.putpixel((2, 1), colour)
    image.save(tmp_path / "a.png", transparency=colour)
    source = read(tmp_path / "a.png")
    assert np.argwhere(source.missing).tolist() == [[1, 2]]
    assert source.notes == ("the transparent colour is written as an alpha channel",)
    write(source, source.values, tmp_path / "b.png")
    with Image.open(tmp_path / "b.png") as after:
        assert after.mode == ("RGBA" if mode == "RGB" else "LA")


def test_four_bits_of_grey_become_eight(tmp_path: Path) -> None:
    Image.fromarray(samples("u1") // 17 * 17).save(tmp_path / "a.png", bits=4)
    source = read(tmp_path / "a.png", need_holes=False)
    assert source.notes == ("4-bit grey is written with 8 bits",)


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_keeps_subsampling_and_scans(tmp_path: Path, subsampling, progressive) -> None:
    smooth = np.linspace(0, 255, 90).reshape(5, 6, 3).astype(np.uint8)
    options = {"subsampling": subsampling, "progressive": progressive}
    Image.fromarray(smooth).save(tmp_path / "a.jpg", quality=60, **options)
    output = rewrite(tmp_path / "a.jpg")
    with Image.open(output) as after:
        assert JpegImagePlugin.get_sampling(after) == subsampling
        assert bool(after.info.get("progressive")) == progressive
        assert max(after.quantization[0]) < 20


def test_a_grey_jpeg_stays_grey_and_close(tmp_path: Path) -> None:
    Image.fromarray(np.tile(np.arange(0, 96, 16, np.uint8), (5, 1))).save(tmp_path / "a.jpg")
    before, after = load_pillow(tmp_path / "a.jpg"), load_pillow(rewrite(tmp_path / "a.jpg"))
    assert after.shape == (5, 6)
    keep = np.ones((5, 6), bool)
    keep[1, 1] = False
    assert abs(after[keep].astype(int) - before[keep]).max() < 40


@pytest.mark.parametrize(
    ("name", "options", "lossy"),
    [
        ("a.jpg", {}, True),
        ("a.webp", {}, True),
        ("a.webp", {"lossless": True}, False),
        ("a.webp", {"exif": exif()}, True),
        ("a.webp", {"lossless": True, "exif": exif()}, False),
        ("a.avif", {}, True),
        ("a.png", {}, False),
    ],
)
def test_a_lossy_format_is_said_to_be(tmp_path: Path, name: str, options, lossy: bool) -> None:
    Image.fromarray(samples("u1", 3)).save(tmp_path / name, **options)
    source = read(tmp_path / name, need_holes=False)
    assert source.stored.lossy == lossy
    assert any("convert it to PNG" in note for note in source.notes) == lossy


def test_a_tiff_keeps_its_tags_and_arrangement(tmp_path: Path) -> None:
    data = np.tile(samples("u1", 3), (10, 10, 1))
    tifffile.imwrite(
        tmp_path / "a.tif",
        data,
        photometric="rgb",
        tile=(16, 16),
        compression="lzw",
        predictor=2,
        resolution=(300, 150),
        resolutionunit="CENTIMETER",
        iccprofile=ICC,
        description="a café".encode(),
        software="hand",
        datetime="2024:01:02 03:04:05",
        metadata=None,
        byteorder=">",
        extratags=[
            (274, 3, 1, 6, True),
            (315, 2, 5, "Zoë".encode() + b"\0", True),
            (33550, 12, 3, (1.0, 2.0, 0.0), True),
        ],
    )
    source = read(tmp_path / "a.tif", missing_value=float(data.max()), need_holes=False)
    write(source, source.values, tmp_path / "b.tif")
    tags = []
    for name in ("a.tif", "b.tif"):
        with tifffile.TiffFile(tmp_path / name) as file:
            assert file.byteorder == ">"
            skip = {"TileOffsets", "TileByteCounts"}
            tags.append({t.name: t.value for t in file.pages.first.tags if t.name not in skip})
    assert tags[0] == tags[1]
    assert "ModelPixelScaleTag" in tags[0]


def test_a_jpeg_in_a_tiff_becomes_lossless(tmp_path: Path) -> None:
    data = np.full((16, 16, 3), 90, np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="ycbcr", compression="jpeg")
    source = read(tmp_path / "a.tif", need_holes=False)
    assert "JPEG compression is replaced" in source.notes[0]
    write(source, source.values, tmp_path / "b.tif")
    np.testing.assert_array_equal(
        tifffile.imread(tmp_path / "b.tif"), tifffile.imread(tmp_path / "a.tif")
    )


def test_nan_in_one_channel_makes_the_pixel_missing(tmp_path: Path) -> None:
    data = samples("f4", 3)
    data[2, 3, 1] = np.nan
    tifffile.imwrite(tmp_path / "a.tif", data, photometric="rgb")
    source = read(tmp_path / "a.tif")
    assert np.argwhere(source.missing).tolist() == [[2, 3]]
    assert np.isfinite(source.values).all()
