"""Many pictures at once: IDX files and folders, and what is wrong with them in one line."""

import gzip
import os
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile

from tacit.media import MediaError, pictures, read_pictures

from ._files import samples, save_pillow

MNIST = Path(__file__).parents[4] / "shared/data/t10k-images-idx3-ubyte.gz"
PICTURES = np.random.default_rng(0).integers(0, 256, (4, 3, 5), dtype=np.uint8)


def header(*sizes: int, kind: int = 8) -> bytes:
    """Return the first bytes of an IDX file."""
    return bytes([0, 0, kind, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)


def idx(data: np.ndarray = PICTURES) -> bytes:
    """Return an IDX file of bytes."""
    return header(*data.shape) + data.tobytes()


def folder(path: Path, **files: np.ndarray) -> Path:
    """Make a folder of PNG files, named in the order given."""
    path.mkdir()
    for name, data in files.items():
        save_pillow(path / f"{name}.png", data)
    return path


@pytest.mark.parametrize("name", ["a-idx3-ubyte", "a.gz", "unpacked.gz", "zipped-idx3-ubyte"])
def test_an_idx_file_plain_or_gzipped(tmp_path: Path, name: str) -> None:
    data = gzip.compress(idx()) if name in ("a.gz", "zipped-idx3-ubyte") else idx()
    (tmp_path / name).write_bytes(data)
    values = read_pictures(tmp_path / name)
    assert values.dtype == np.float64
    np.testing.assert_array_equal(values, PICTURES / 255)


def test_an_extreme_byte_is_0_or_1(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(idx(np.array([[[0, 255]]], np.uint8)))
    assert read_pictures(tmp_path / "a").tolist() == [[[0.0, 1.0]]]


def test_count_reads_the_first_and_looks_no_further(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(idx()[: 16 + 2 * 15])
    np.testing.assert_array_equal(read_pictures(str(tmp_path / "a"), 2), PICTURES[:2] / 255)
    inside = folder(tmp_path / "f", a=PICTURES[0], b=PICTURES[1], c=samples("u1", 3))
    np.testing.assert_array_equal(read_pictures(inside, count=2), PICTURES[:2] / 255)


def test_a_folder_in_the_order_of_names(tmp_path: Path) -> None:
    inside = folder(tmp_path / "f", b=PICTURES[0], a=PICTURES[1])
    tifffile.imwrite(inside / "c.TIF", PICTURES[2].astype(np.uint16) * 257, metadata=None)
    (inside / "README.txt").write_text("no picture")
    (inside / ".d.png").write_text("hidden")
    np.save(inside / "e.npy", PICTURES[3])
    (inside / "more").mkdir()
    np.testing.assert_allclose(read_pictures(inside), PICTURES[[1, 0, 2]] / 255, rtol=1e-15)


def test_colour_becomes_grey(tmp_path: Path) -> None:
    colours = np.zeros((2, 3, 3), np.uint8)
    colours[0], colours[1] = np.diag([255, 255, 255]), 255
    grey = read_pictures(folder(tmp_path / "f", a=colours, b=np.full((2, 3), 51, np.uint8)))
    np.testing.assert_allclose(grey[0], [[0.299, 0.587, 0.114], [1, 1, 1]], rtol=1e-12)
    np.testing.assert_allclose(grey[1], 0.2)
    assert grey.max() <= 1


def content(data: bytes) -> Callable[[Path], object]:
    """Return a writer of bytes."""
    return lambda path: path.write_bytes(data)


def inside(**files: np.ndarray) -> Callable[[Path], object]:
    """Return a maker of a folder of pictures."""
    return lambda path: folder(path, **files)


def floats(path: Path) -> None:
    """Make a folder with one picture of floating-point numbers beyond 1."""
    path.mkdir()
    tifffile.imwrite(path / "a.tif", np.array([[0.0, 1.0], [2.0, 3.0]], "f4"), metadata=None)


ZIPPED = gzip.compress(idx())
BAD: tuple[tuple[Callable[[Path], object], int | None, str], ...] = (
    (lambda path: None, None, "no such file: check the name"),
    (os.mkfifo, None, "is not an ordinary file"),
    (content(b""), None, "is empty"),
    (content(b"text"), None, "is not an IDX file: name one"),
    (content(b"\0\0"), None, "is not an IDX file"),
    (content(b"\0\0\7\3" + bytes(12)), None, "is not an IDX file"),
    (content(gzip.compress(b"some text")), None, "is not an IDX file"),
    (content(header(4) + bytes(4)), None, r"of 1 dimensions, but pictures have 3 \(labels"),
    (content(header(4, 5) + bytes(20)), None, "of 2 dimensions"),
    (content(header(1, 2, 2, kind=13) + bytes(16)), None, "holds 32-bit floating-point numbers"),
    (content(header(1, 2, 2)[:10]), None, "was cut short in its header"),
    (content(header(0, 2, 2)), None, "holds 0 pictures of 2 × 2: it has no pixels"),
    (content(header(3, 0, 2)), None, "holds 3 pictures of 0 × 2"),
    (content(idx()[:-1]), None, "cut short: 4 pictures of 3 × 5 are 60 bytes, and it has 59"),
    (content(idx()[:-1]), 4, "was cut short: 4 pictures"),
    (content(idx() + b"\0"), None, "has more bytes than the 4 pictures of 3 × 5"),
    (content(gzip.compress(idx() + b"\0")), None, "has more bytes than the 4 pictures"),
    (content(ZIPPED[:-9]), None, "is damaged or was cut short.*download it again"),
    (content(ZIPPED[:-8] + bytes(8)), None, "is damaged or was cut short"),
    (content(ZIPPED[:12] + b"\xff\xff" + ZIPPED[14:]), None, "is damaged or was cut short"),
    (content(b"\x1f\x8b\0\0"), None, "is damaged or was cut short"),
    (content(idx()), 5, "holds 4 pictures, not 5: ask for fewer"),
    (
        content(header(300_000, 28, 28)),
        None,
        "300000 pictures of 28 × 28 are more than 200 megapixels: ask for fewer",
    ),
    (content(header(2**32 - 1, 2**32 - 1, 2**32 - 1)), 1, "are more than 200 megapixels"),
    (Path.mkdir, None, r"has no pictures in it \(.png, .jpg"),
    (inside(a=PICTURES[0]), 2, "holds 1 pictures, not 2"),
    (
        inside(a=PICTURES[0], b=PICTURES[1].T),
        None,
        r"b.png is 5 × 3, but a.png is 3 × 5: give all pictures the same size",
    ),
    (
        inside(a=samples("u1", 4) * np.array([1, 1, 1, 0], "u1")),
        None,
        "a.png: everything in it is missing",
    ),
    (inside(a=np.eye(3, dtype="u1")[..., None].repeat(2, 2)), None, "a.png has transparent"),
    (floats, None, r"a.tif has values from 0 to 3: scale them to \[0, 1\]"),
)


@pytest.mark.parametrize(("make", "count", "words"), BAD)
def test_what_cannot_be_read_is_explained(
    tmp_path: Path, make: Callable[[Path], object], count: int | None, words: str
) -> None:
    make(tmp_path / "it")
    with pytest.raises(MediaError, match=words) as caught:
        read_pictures(tmp_path / "it", count)
    assert str(caught.value).startswith(str(tmp_path / "it"))
    assert "\n" not in str(caught.value)


def test_a_damaged_picture_of_a_folder_is_named(tmp_path: Path) -> None:
    inside = folder(tmp_path / "f", a=PICTURES[0])
    (inside / "b.png").write_text("text")
    with pytest.raises(MediaError, match=r"b\.png is not a PNG file"):
        read_pictures(inside)


def test_a_folder_of_too_many_pixels_is_refused_after_its_first(tmp_path: Path, monkeypatch):
    inside = folder(tmp_path / "f", a=PICTURES[0], b=PICTURES[1])
    (inside / "c.png").write_text("not looked at")
    monkeypatch.setattr(pictures, "PIXEL_LIMIT", 44)
    with pytest.raises(MediaError, match="3 pictures of 3 × 5 are more than"):
        read_pictures(inside)
    assert read_pictures(inside, 2).shape == (2, 3, 5)


def test_count_must_be_positive(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        read_pictures(tmp_path, 0)


@pytest.mark.parametrize("promised", [(4, 3, 5), (10**6, 28, 28)])
def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path, promised) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(header(*promised))
        for _ in range(64):
            stream.write(bytes(2**20))
    tracemalloc.start()
    with pytest.raises(MediaError, match="more"):
        read_pictures(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2**20


@pytest.mark.skipif(not MNIST.exists(), reason="the MNIST test pictures are not here")
def test_the_digits_of_mnist() -> None:
    digits = read_pictures(MNIST)
    assert digits.shape == (10_000, 28, 28)
    assert (digits.min(), digits.max()) == (0.0, 1.0)
    assert digits.mean() == pytest.approx(0.1325, abs=1e-4)
    np.testing.assert_array_equal(read_pictures(MNIST, 100), digits[:100])
