"""Files of every format, written and read back by the formats' own libraries, not by Tacit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import scipy.io
import tifffile
from PIL import Image


class Format(NamedTuple):
    """A file format as the round-trip law sees it: what to store, and how to store and load it."""

    name: str
    samples: np.ndarray
    save: Callable[[Path, np.ndarray], Any]
    load: Callable[[Path], np.ndarray]
    channels: int = 1
    alpha: bool = False

    @property
    def suffix(self) -> str:
        """The suffix of the format's files."""
        return "." + self.name.split()[0]


def samples(dtype: Any, *channels: int) -> np.ndarray:
    """Return 5 × 6 random samples over the whole range of a dtype, opaque if they have opacity."""
    rng = np.random.default_rng(0)
    shape = (5, 6, *channels)
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    if np.dtype(dtype).kind == "b":
        return rng.random(shape) > 0.5
    info = np.iinfo(dtype)
    result = rng.integers(info.min, info.max, shape, dtype=dtype, endpoint=True)
    if channels and channels[0] in (2, 4):
        result[..., -1] = info.max
    return result


def save_pillow(path: Path, data: np.ndarray, **options: Any) -> None:
    """Write a picture with Pillow."""
    Image.fromarray(data).save(path, **options)


def load_pillow(path: Path) -> np.ndarray:
    """Read a picture with Pillow."""
    with Image.open(path) as image:
        return np.asarray(image)


def save_png16(path: Path, data: np.ndarray) -> None:
    """Write a 16-bit PNG file with libpng."""
    path.write_bytes(imagecodecs.png_encode(data))


def load_png16(path: Path) -> np.ndarray:
    """Read a PNG file with libpng."""
    return imagecodecs.png_decode(path.read_bytes())


def save_mat(path: Path, data: np.ndarray) -> None:
    """Write a matrix and a text to a MATLAB file."""
    scipy.io.savemat(path, {"X": data, "about": "some text"})


def load_mat(path: Path) -> np.ndarray:
    """Read the matrix, having checked that the text is there."""
    variables = scipy.io.loadmat(path)
    assert variables["about"] == ["some text"]
    return variables["X"]


def save_npz(path: Path, data: np.ndarray) -> None:
    """Write a matrix and a vector to an archive."""
    np.savez_compressed(path, X=data, about=np.arange(3))


def load_npz(path: Path) -> np.ndarray:
    """Read the matrix, having checked that the vector is there."""
    with np.load(path) as archive:
        np.testing.assert_array_equal(archive["about"], np.arange(3))
        return archive["X"]


def save_text(path: Path, data: np.ndarray) -> None:
    """Write a table with the delimiter of its suffix."""
    np.savetxt(path, data, delimiter="\t" if path.suffix == ".tsv" else ",", fmt="%.17g")


def load_text(path: Path) -> np.ndarray:
    """Read a table with the delimiter of its suffix."""
    return np.loadtxt(path, delimiter="\t" if path.suffix == ".tsv" else ",")


def tiff(**options: Any) -> Callable[[Path, np.ndarray], None]:
    """Return a writer of TIFF pictures."""
    return lambda path, data: tifffile.imwrite(path, data, metadata=None, **options)


def pillow(**options: Any) -> Callable[[Path, np.ndarray], None]:
    """Return a writer of pictures."""
    return lambda path, data: save_pillow(path, data, **options)


U8, U16, RGB = np.uint8, np.uint16, {"photometric": "rgb"}
RGBA = {"photometric": "rgb", "extrasamples": ["unassalpha"]}
LOSSLESS = {"lossless": True, "exact": True}

FORMATS = (
    Format("png 1 bit", samples(bool), save_pillow, load_pillow),
    Format("png grey 8", samples(U8), save_pillow, load_pillow),
    Format("png grey alpha 8", samples(U8, 2), save_pillow, load_pillow, 1, True),
    Format("png rgb 8", samples(U8, 3), save_pillow, load_pillow, 3),
    Format("png rgba 8", samples(U8, 4), save_pillow, load_pillow, 3, True),
    Format("png grey 16", samples(U16), save_png16, load_png16),
    Format("png grey alpha 16", samples(U16, 2), save_png16, load_png16, 1, True),
    Format("png rgb 16", samples(U16, 3), save_png16, load_png16, 3),
    Format("png rgba 16", samples(U16, 4), save_png16, load_png16, 3, True),
    Format("webp rgb", samples(U8, 3), pillow(**LOSSLESS), load_pillow, 3),
    Format("webp rgba", samples(U8, 4), pillow(**LOSSLESS), load_pillow, 3, True),
    Format("tif 1 bit", samples(bool), tiff(), tifffile.imread),
    Format("tif grey 8", samples(U8), tiff(), tifffile.imread),
    Format("tiff grey 16 big-endian", samples(U16), tiff(byteorder=">"), tifffile.imread),
    Format("tif white 8", samples(U8), tiff(photometric="miniswhite"), tifffile.imread),
    Format("tif grey 32", samples(np.uint32), tiff(), tifffile.imread),
    Format("tif grey signed", samples(np.int16), tiff(), tifffile.imread),
    Format("tif grey float", samples("f4"), tiff(compression="zlib"), tifffile.imread),
    Format("tif rgb float", samples("f8", 3), tiff(**RGB), tifffile.imread, 3),
    Format("tif rgb 8", samples(U8, 3), tiff(**RGB, compression="lzw"), tifffile.imread, 3),
    Format(
        "tif rgba 16",
        samples(U16, 4),
        tiff(**RGBA, predictor=2, compression="zlib"),
        tifffile.imread,
        3,
        True,
    ),
    Format(
        "tif rgb planes",
        samples(U8, 3),
        lambda path, data: tifffile.imwrite(
            path, data.transpose(2, 0, 1), **RGB, planarconfig="separate", metadata=None
        ),
        lambda path: tifffile.imread(path).transpose(1, 2, 0),
        3,
    ),
    Format("npy float", samples("f8"), np.save, np.load),
    Format("npy big-endian", samples("f8").astype(">f4"), np.save, np.load),
    Format("npy half", samples("f2"), np.save, np.load),
    Format("npy bool", samples(bool), np.save, np.load),
    Format("npy bytes", samples(np.uint8), np.save, np.load),
    Format("npy int", samples(np.int32), np.save, np.load),
    Format("npz float", samples("f8"), save_npz, load_npz),
    Format("mat float", samples("f8"), save_mat, load_mat),
    Format("mat int", samples(np.int16), save_mat, load_mat),
    Format("csv", samples("f8"), save_text, load_text),
    Format("tsv", samples("f8"), save_text, load_text),
)
