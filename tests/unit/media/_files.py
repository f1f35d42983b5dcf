"""Files of every format, written and read back by the formats' own libraries, not by Tacit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import scipy.io
import tifffile
from PIL import Image, ImageSequence


class Format(NamedTuple):
    """A file format as the round-trip law sees it: what to store, and how to store and load it."""

    name: str
    samples: np.ndarray
    save: Callable[[Path, np.ndarray], Any]
    load: Callable[[Path], np.ndarray]
    channels: int = 1
    alpha: bool = False
    further: int = 0

    @property
    def suffix(self) -> str:
        """The suffix of the format's files; a folder has none."""
        kind = self.name.split()[0]
        return "" if kind == "folder" else f".{kind}"

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a mask: rows, columns, and frames or slices if there are `further` axes."""
        return self.samples.shape[: 2 + self.further]


def samples(dtype: Any, *channels: int, further: tuple[int, ...] = ()) -> np.ndarray:
    """Return 5 × 6 random samples over the whole range of a dtype, opaque if they have opacity."""
    rng = np.random.default_rng(0)
    shape = (5, 6, *further, *channels)
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
    """Read a picture with Pillow, which shows black as 0 whatever a TIFF stores."""
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


def frames_first(data: np.ndarray) -> np.ndarray:
    """Return a film with its frames as first axis."""
    return np.ascontiguousarray(np.moveaxis(data, 2, 0))


def save_gif(path: Path, data: np.ndarray, **options: Any) -> None:
    """Write an animation with Pillow, grey or with a palette for each frame."""
    frames = [Image.fromarray(frame) for frame in frames_first(data)]
    if data.ndim == 4:
        frames = [frame.quantize(256, dither=Image.Dither.NONE) for frame in frames]
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)


def load_gif(path: Path) -> np.ndarray:
    """Read an animation with Pillow: as grey if it is."""
    with Image.open(path) as image:
        frames = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
    film = np.stack(frames, axis=2)
    return film[..., 0] if (film == film[..., :1]).all() else film


def save_folder(path: Path, data: np.ndarray) -> None:
    """Write a film as a folder of PNG files, numbered so that names alone misorder them."""
    path.mkdir()
    for number, frame in enumerate(frames_first(data), start=8):
        save_pillow(path / f"{number}.png", frame)


def load_folder(path: Path) -> np.ndarray:
    """Read a folder of numbered PNG files."""
    files = sorted(path.iterdir(), key=lambda file: int(file.stem))
    return np.stack([load_pillow(file) for file in files], axis=2)


def save_pages(**options: Any) -> Callable[[Path, np.ndarray], None]:
    """Return a writer of TIFF stacks."""
    return lambda path, data: tifffile.imwrite(path, frames_first(data), **options)


def load_pages(path: Path) -> np.ndarray:
    """Read a TIFF stack, the frames after rows and columns."""
    return np.moveaxis(tifffile.imread(path), 0, 2)


def tiff(**options: Any) -> Callable[[Path, np.ndarray], None]:
    """Return a writer of TIFF pictures."""
    return lambda path, data: tifffile.imwrite(path, data, metadata=None, **options)


def pillow(**options: Any) -> Callable[[Path, np.ndarray], None]:
    """Return a writer of pictures."""
    return lambda path, data: save_pillow(path, data, **options)


def film(dtype: Any, *channels: int) -> np.ndarray:
    """Return random samples of a film of four frames."""
    return samples(dtype, *channels, further=(4,))


U8, U16 = np.uint8, np.uint16
GREY, RGB = {"photometric": "minisblack"}, {"photometric": "rgb"}
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
    Format("tif 1 bit", samples(bool), tiff(**GREY), tifffile.imread),
    Format("tif 1 bit white", samples(bool), tiff(photometric="miniswhite"), load_pillow),
    Format("tif grey 8", samples(U8), tiff(), tifffile.imread),
    Format("tiff grey 16 big-endian", samples(U16), tiff(byteorder=">"), tifffile.imread),
    Format("tif white 8", samples(U8), tiff(photometric="miniswhite"), load_pillow),
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
    Format("gif grey film", film(U8), save_gif, load_gif, further=1),
    Format("gif film", film(U8, 3), save_gif, load_gif, 3, further=1),
    Format("folder of png", film(U8), save_folder, load_folder, further=1),
    Format("folder of rgb png", film(U8, 3), save_folder, load_folder, 3, further=1),
    Format("tif film", film(U8), save_pages(**GREY), load_pages, further=1),
    Format("tif film signed", film(np.int16), save_pages(**GREY), load_pages, further=1),
    Format(
        "tif film float",
        film("f4"),
        save_pages(**GREY, compression="zlib", metadata=None, byteorder=">"),
        load_pages,
        further=1,
    ),
    Format("tif film imagej", film(U16), save_pages(imagej=True), load_pages, further=1),
    Format(
        "tif film rgb",
        film(U16, 3),
        save_pages(**RGB, compression="lzw", predictor=2),
        load_pages,
        3,
        further=1,
    ),
    Format("npy colour array", samples("f8", 3), np.save, np.load, further=1),
    Format("npy cube", film("f4"), np.save, np.load, further=1),
    Format("npy cube of ints", film(np.int32), np.save, np.load, further=1),
    Format("npy order 5", samples("f8", further=(2, 3, 2)), np.save, np.load, further=3),
    Format("npz cube", film("f8"), save_npz, load_npz, further=1),
    Format("mat cube", film("f8"), save_mat, load_mat, further=1),
    Format("csv", samples("f8"), save_text, load_text),
    Format("tsv", samples("f8"), save_text, load_text),
)
