"""Each file that cannot be used is a one-line `MediaError` with the file's name in front."""

import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tacit.media import MediaError, formats, read, read_truth
from tacit.media.png import Png

from ._files import FORMATS, Format, samples, save_pillow


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG chunk."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def huge_png(path: Path, depth: int = 8) -> None:
    """Write a PNG file of 100 bytes whose header promises 15 000 × 15 000 pixels."""
    header = struct.pack(">IIBBBBB", 15_000, 15_000, depth, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


def huge_jpeg(path: Path) -> None:
    """Write a JPEG file whose frame header promises 60 000 × 60 000 pixels."""
    save_pillow(path, samples("u1"))
    data = path.read_bytes()
    start = data.index(b"\xff\xc0") + 5
    path.write_bytes(data[:start] + struct.pack(">HH", 60_000, 60_000) + data[start + 4 :])


def huge_webp(path: Path) -> None:
    """Write a WebP file whose header promises 16 383 × 16 383 pixels."""
    save_pillow(path, samples("u1", 3), lossless=False)
    data = path.read_bytes()
    start = data.index(b"\x9d\x01\x2a") + 3
    path.write_bytes(data[:start] + struct.pack("<HH", 16_383, 16_383) + data[start + 4 :])


def huge_tiff(path: Path) -> None:
    """Write a TIFF file whose tags promise 60 000 × 60 000 pixels."""
    tifffile.imwrite(path, samples("u1"), metadata=None)
    with tifffile.TiffFile(path, mode="r+") as file:
        for name in ("ImageWidth", "ImageLength"):
            file.pages.first.tags[name].overwrite(60_000)


def frames(path: Path) -> None:
    """Write an animation or a document of two pictures."""
    pictures = [Image.new("RGB", (6, 5), colour) for colour in ("red", "blue")]
    pictures[0].save(path, save_all=True, append_images=pictures[1:])


def array(data: object) -> Callable[[Path], None]:
    """Return a writer of a `.npy` file, of objects too."""
    return lambda path: np.save(path, np.asarray(data), allow_pickle=True)


def picture(*shape: int, **options: object) -> Callable[[Path], None]:
    """Return a writer of a picture of ones."""
    return lambda path: save_pillow(path, np.ones(shape, np.uint8), **options)


def tiff(data: np.ndarray, **options: object) -> Callable[[Path], None]:
    """Return a writer of a TIFF picture."""
    return lambda path: tifffile.imwrite(path, data, metadata=None, **options)


def content(data: bytes) -> Callable[[Path], None]:
    """Return a writer of bytes."""
    return lambda path: path.write_bytes(data)


SQUARE = samples("u1")
FIVE, FOUR = samples("u1", 5), samples("u1", 4)
NO_ALPHA = {"photometric": "rgb", "extrasamples": ["unspecified"]}

BAD: tuple[tuple[str, Callable[[Path], object], str], ...] = (
    ("absent.png", lambda path: None, "no such file"),
    ("absent.npz:A", lambda path: None, "no such file"),
    ("folder.png", Path.mkdir, "is a folder without pictures"),
    ("pipe.png", os.mkfifo, "is not an ordinary file"),
    ("empty.png", content(b""), "is empty"),
    ("empty.csv", content(b""), "is empty"),
    ("a.bmp", content(b"BM"), "suffix '.bmp' is not one of .png, .jpg"),
    ("a", content(b"text"), "suffix '' is not one of"),
    ("a.png", content(b"this is no picture"), "is not a PNG file"),
    ("a.webp", content(b"RIFF\0\0\0\0WAVEfmt "), "not a readable WebP file"),
    ("a.npy", content(b"\x80\x04\x95 pickle"), "is not a NPY file"),
    ("a.mat", content(b"words " * 40), "not a readable MAT file"),
    ("a.png", picture(5, 6, format="jpeg"), "is JPEG by its content.*rename it a.jpg"),
    ("thin.png", picture(1, 1), "is 1 × 1: pictures need"),
    ("thin.png", picture(1, 9), "is 1 × 9: pictures need"),
    ("thin.npy", array([[1.0], [np.nan]]), "is 2 × 1: pictures need"),
    ("a.png", picture(5, 6), "nothing in it is missing.*--missing.*--missing-value"),
    ("a.npy", array(np.full((3, 3), np.nan)), "everything in it is missing"),
    ("a.npy", array([[1.0, np.nan], [-np.inf, 1.0]]), "row 2, column 1.*infinite"),
    ("a.npy", array([[1j, 2], [3, 4]]), "complex numbers"),
    ("a.npy", array([["a", "b"], ["c", "d"]]), "holds <U1 values, not numbers"),
    ("a.npy", array([[{}, None], [1, 2]]), "pickled Python objects"),
    ("a.npy", array(np.zeros((2,) * 6)), "6 dimensions, but only 1 to 5 are supported"),
    ("a.npy", array(np.zeros((2, 3, 4)) * 1j), "complex numbers"),
    ("a.npy", array(np.zeros((2, 3, 0))), "is 2 × 3 × 0: it holds no numbers"),
    ("a.npy", array(np.full((2, 3, 4), np.nan)), "everything in it is missing"),
    ("a.npy", array(np.zeros(())), "0 dimensions, but only 1 to 5 are supported"),
    ("huge.png", huge_png, "15000 × 15000 pixels, more than 200 megapixels"),
    ("huge.png", lambda path: huge_png(path, 16), "more than 200 megapixels"),
    ("huge.jpg", huge_jpeg, "60000 × 60000 pixels, more than 200 megapixels"),
    ("huge.tif", huge_tiff, "60000 × 60000 pixels, more than 200 megapixels"),
    ("huge.webp", huge_webp, "too many pixels"),
    ("frames.png", frames, "holds 2 pictures"),
    ("frames.webp", frames, "holds 2 pictures"),
    ("frames.avif", frames, "holds 2 pictures"),
    ("a.avif", content(b"\0\0\0\x20ftypavif" + bytes(40)), "not a readable AVIF file"),
    ("a.jpg", picture(5, 6, format="avif"), "is AVIF by its content.*rename it a.avif"),
    ("a.tif", Image.new("LAB", (6, 5)).save, "its colours are CIELAB: convert it to RGB"),
    ("a.tif", tiff(FIVE, photometric="minisblack", planarconfig="contig"), "has 5 channels"),
    ("a.tif", tiff(FOUR, **NO_ALPHA), "not marked as opacity"),
    ("a.tif", tiff(SQUARE.astype("c8")), "complex numbers"),
    (
        "a.tif",
        tiff(
            np.zeros((2, 5, 6), "u1"), photometric="minisblack", volumetric=True, tile=(16, 16, 16)
        ),
        "is a volume",
    ),
)


@pytest.mark.parametrize(("name", "make", "words"), BAD)
def test_a_bad_file_is_explained(
    tmp_path: Path, name: str, make: Callable[[Path], object], words: str, capfd
) -> None:
    make(tmp_path / name)
    with warnings.catch_warnings(action="error"), pytest.raises(MediaError, match=words) as caught:
        read(tmp_path / name)
    assert str(caught.value).startswith(str(tmp_path / name.partition(":")[0]))
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, ValueError)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("part", [0.5, 0.9])
@pytest.mark.parametrize(
    "form", [f for f in FORMATS if f.suffix not in (".csv", ".tsv", "")], ids=lambda form: form.name
)
def test_a_truncated_file_is_refused(tmp_path: Path, form: Format, part: float, capfd) -> None:
    path = tmp_path / f"a{form.suffix}"
    large = np.tile(form.samples, (10, 10, 1, 1, 1)[: form.samples.ndim])
    form.save(path, np.random.default_rng(0).permuted(large, axis=1))
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    with pytest.raises(MediaError, match="cut short") as caught:
        read(path, need_holes=False)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_truncated_jpeg_is_refused(tmp_path: Path) -> None:
    save_pillow(tmp_path / "a.jpg", np.tile(samples("u1", 3), (10, 10, 1)))
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data[: len(data) // 2])
    with pytest.raises(MediaError, match="cut short"):
        read(tmp_path / "a.jpg", need_holes=False)


def test_a_picture_between_pillows_limit_and_ours_does_not_warn(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    for name in ("a.png", "a.jpg"):
        save_pillow(tmp_path / name, samples("u1"))
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert read(tmp_path / name, need_holes=False).values.shape == (5, 6)


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.ones((6, 5)), "the mask is 6 high and 5 wide, but .* is 5 high and 6 wide"),
        (np.ones((5, 6)), "everything in it is missing"),
        (np.zeros((5, 6)), "nothing in it is missing"),
        (np.full((5, 6), np.nan), "the mask has blanks or NaN"),
    ],
)
def test_a_bad_mask_is_explained(tmp_path: Path, mask: np.ndarray, words: str) -> None:
    save_pillow(tmp_path / "photo.png", samples("u1"))
    np.save(tmp_path / "mask.npy", mask)
    with pytest.raises(MediaError, match=words):
        read(tmp_path / "photo.png", missing=tmp_path / "mask.npy")


@pytest.mark.parametrize(
    ("name", "truth", "words"),
    [
        ("t.png", samples("u1", 3), "is 5 × 6 × 3, but .* is 5 × 6"),
        ("t.png", samples("u1").T, "is 6 × 5, but"),
        ("t.npy", samples("f8"), "is an array, but .* is a picture"),
        ("t.tif", np.full((5, 6), np.nan), "the truth has NaN"),
        ("t.tif", np.full((5, 6), np.inf), "infinite"),
    ],
)
def test_a_bad_truth_is_explained(tmp_path: Path, name: str, truth, words: str) -> None:
    save = {".png": save_pillow, ".npy": np.save, ".tif": tifffile.imwrite}[name[1:]]
    save_pillow(tmp_path / "photo.png", samples("u1"))
    save(tmp_path / name, np.ascontiguousarray(truth))
    source = read(tmp_path / "photo.png", need_holes=False)
    with pytest.raises(MediaError, match=words):
        read_truth(tmp_path / name, source)


def test_a_transparent_truth_is_refused(tmp_path: Path) -> None:
    data = samples("u1", 4)
    data[1, 1, 3] = 0
    save_pillow(tmp_path / "photo.png", data)
    with pytest.raises(MediaError, match=r"the truth has .*transparent pixels"):
        read_truth(tmp_path / "photo.png", read(tmp_path / "photo.png"))


def test_a_file_that_may_not_be_read_is_explained(tmp_path: Path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    save_pillow(tmp_path / "photo.png", samples("u1"))
    monkeypatch.setattr(formats, "_check_signature", refuse)
    with pytest.raises(MediaError, match="cannot be read: change its permissions"):
        read(tmp_path / "photo.png")


def test_the_reason_that_a_library_gives_is_put_on_one_line(tmp_path: Path, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("first\n  second")

    save_pillow(tmp_path / "photo.png", samples("u1"))
    monkeypatch.setattr(Png, "decode", fail)
    with pytest.raises(MediaError, match=r"not a readable PNG file.*\(first second\)"):
        read(tmp_path / "photo.png")


def test_a_library_that_is_not_installed_is_named(tmp_path: Path, monkeypatch) -> None:
    save_pillow(tmp_path / "photo.png", samples("u1"))
    monkeypatch.setitem(__import__("sys").modules, "PIL.PngImagePlugin", None)
    with pytest.raises(MediaError, match=r"needs PIL.*pip install 'tacit-lowrank\[media\]'"):
        read(tmp_path / "photo.png")


def test_importing_the_package_imports_no_library_but_numpy() -> None:
    import subprocess
    import sys

    heavy = [
        "jax",
        "PIL",
        "av",
        "tifffile",
        "scipy",
        "skimage",
        "imagecodecs",
        "matplotlib",
        "xarray",
    ]
    code = f"import sys, tacit.media; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
