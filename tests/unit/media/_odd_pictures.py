"""Pictures of unusual colours, each with what other programs show of it, or the refusal."""

import io
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import imagecodecs
import numpy as np
import tifffile
from PIL import Image

from ._files import samples

U8, U16 = np.uint8, np.uint16
INKS, RGBA = samples(U8, 4), samples(U8, 4)
INKS[..., 3] //= 2
CORNERS = np.array(list(np.ndindex(2, 2, 2, 2)), U8).reshape(2, 8, 4) * 255
CLEAR = np.full((5, 6), 255, U8)
CLEAR[1, 2], CLEAR[3, 3] = 0, 7


class Picture(NamedTuple):
    """A file, what another program shows of it, as the file's numbers, and words of what is said.

    Without `show` the file is refused in these words. `near` is how far two roads may be apart.
    """

    name: str
    save: Callable[[Path], Any]
    show: Callable[[Path], np.ndarray] | None
    words: str
    note: str = ""
    near: float = 0

    @property
    def suffix(self) -> str:
        return self.name.rpartition(".")[2]


def lab_corners() -> np.ndarray:
    """CIELAB (D50) of every full mixture of four inks, in the bytes of an ICC table."""
    lab = np.empty((2, 2, 2, 2, 3))
    for c, m, y, k in np.ndindex(2, 2, 2, 2):
        light = (1 - 0.25 * c - 0.3 * m - 0.08 * y) * (1 - 0.85 * k) * 255
        red = (-30 * c + 60 * m - 3 * y) * (1 - 0.8 * k) + 128
        lab[c, m, y, k] = light, red, (-40 * c - 3 * m + 70 * y) * (1 - 0.8 * k) + 128
    return np.rint(lab).astype(U8)


def cmyk_profile() -> bytes:
    """An ICC profile (version 2.4, of a printer) whose one table is that of `lab_corners`."""
    identity = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 if at % 4 == 0 else 0 for at in range(9)))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + matrix + identity * 4
    table += lab_corners().tobytes() + identity * 3
    white = struct.pack(">3i", 63190, 65536, 54061)
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"inks\0" + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": b"XYZ \0\0\0\0" + white,
        b"A2B0": table,
    }
    start, index, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for name, data in tags.items():
        index += name + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4xI4s4s4s12x4s", start + len(body), 0x02400000, b"prtr", b"CMYK", b"Lab ", b"acsp"
    )
    head = (head + bytes(68 - len(head)) + white).ljust(128, b"\0")
    return head + index + body


def colours_of_corners(_: Path) -> np.ndarray:
    """sRGB of `CORNERS` by the formulas: CIELAB, Bradford's adaptation to D65, IEC 61966-2-1."""
    lab = lab_corners().reshape(2, 8, 3).astype(float)
    height = (lab[..., 0] / 2.55 + 16) / 116
    f = np.stack(
        [height + (lab[..., 1] - 128) / 500, height, height - (lab[..., 2] - 128) / 200], axis=-1
    )
    xyz = np.where(f > 6 / 29, f**3, (f - 4 / 29) * 3 * (6 / 29) ** 2)
    xyz *= [0.9642, 1, 0.8249]
    to_d65 = [[0.9556, -0.0230, 0.0632], [-0.0283, 1.0099, 0.0210], [0.0123, -0.0205, 1.3299]]
    to_rgb = [[3.2406, -1.5372, -0.4986], [-0.9689, 1.8758, 0.0415], [0.0557, -0.2040, 1.0570]]
    linear = np.clip(xyz @ np.transpose(to_d65) @ np.transpose(to_rgb), 0, 1)
    return 255 * np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)


def pillow(mode: str) -> Callable[[Path], np.ndarray]:
    """Return what shows a file as Pillow does, in a mode."""

    def show(path: Path) -> np.ndarray:
        with Image.open(path) as image:
            return np.asarray(image.convert(mode))

    return show


def constant(values: np.ndarray) -> Callable[[Path], np.ndarray]:
    return lambda path: values


def tiff(data: np.ndarray, **options: Any) -> Callable[[Path], Any]:
    options = {"photometric": "minisblack", "metadata": None} | options
    return lambda path: tifffile.imwrite(path, data, **options)


def pil(data: np.ndarray, mode: str, **options: Any) -> Callable[[Path], Any]:
    image = Image.fromarray(data) if mode != "CMYK" else Image.fromarray(data, mode="CMYK")
    return lambda path: image.convert(mode).save(path, **options)


def unmarked_jpeg(path: Path) -> None:
    """A JPEG of four inks without the segment in which Adobe says that they are inverted."""
    stream = io.BytesIO()
    Image.new("CMYK", (6, 5), (10, 20, 30, 40)).save(stream, "JPEG")
    data = stream.getvalue()
    start = data.index(b"\xff\xee")
    end = start + 2 + int.from_bytes(data[start + 2 : start + 4])
    path.write_bytes(data[:start] + data[end:])


def multiplied(dtype: Any, *channels: int) -> np.ndarray:
    """Colours times an opacity that takes many values, and the opacity."""
    full = np.iinfo(dtype).max
    data = samples(dtype, *channels)
    data[..., -1] = np.linspace(0, full, 30).reshape(5, 6)
    colours = data[..., :-1] * (data[..., -1:] / full)
    return np.concatenate([np.rint(colours).astype(dtype), data[..., -1:]], axis=-1)


def divided(data: np.ndarray) -> np.ndarray:
    """Colours over their opacity, and the opacity, in fractions of the full scale."""
    data = data / np.iinfo(data.dtype).max
    colours = np.divide(
        data[..., :-1], data[..., -1:], out=np.zeros_like(data[..., :-1]), where=data[..., -1:] > 0
    )
    return np.concatenate([colours, data[..., -1:]], axis=-1)


def jpegs() -> Iterator[Picture]:
    plain = "CMYK inks turned into RGB by the plain formula, for it has no colour profile"
    note = "the CMYK picture is written as RGB, without its colour profile"
    flat = np.broadcast_to(np.array([40, 90, 200, 30], U8), (16, 16, 4))
    yield Picture("inks.jpg", pil(flat, "CMYK"), pillow("RGB"), plain, note)
    ycck = imagecodecs.jpeg_encode(255 - flat, colorspace="CMYK", outcolorspace="YCCK", level=98)
    yield Picture("ycck.jpg", lambda p: p.write_bytes(ycck), pillow("RGB"), plain, note)
    yield Picture(
        "junk profile.jpg",
        pil(flat, "CMYK", icc_profile=b"junk" * 40),
        pillow("RGB"),
        "for it has a colour profile of no use",
        note,
    )
    for at in range(0, 16, 3):
        one = np.broadcast_to(CORNERS.reshape(16, 4)[at], (16, 16, 4))
        right = colours_of_corners(Path()).reshape(16, 3)[at]
        yield Picture(
            f"profile {at}.jpg",
            pil(one, "CMYK", icc_profile=cmyk_profile(), quality=100),
            constant(np.broadcast_to(right, (16, 16, 3))),
            "CMYK inks turned into RGB by its colour profile",
            note,
            1,
        )
    yield Picture("unmarked.jpg", unmarked_jpeg, None, "full ink may be 0 or 255")


def cmyk_tiffs() -> Iterator[Picture]:
    plain = "CMYK inks turned into RGB by the plain formula"
    note = "the CMYK picture is written as RGB"
    inks = {"photometric": "separated"}
    yield Picture("inks 8.tif", tiff(INKS, **inks), pillow("RGB"), plain, note)
    yield Picture("inks lzw.tif", tiff(INKS, **inks, compression="lzw"), pillow("RGB"), plain, note)
    yield Picture(
        "inks planes.tif",
        tiff(INKS.transpose(2, 0, 1), **inks, planarconfig="separate"),
        pillow("RGB"),
        plain,
        note,
    )
    deep = samples(U16, 4)
    shown = (1 - deep[..., :3] / 65535) * (1 - deep[..., 3:] / 65535) * 65535
    yield Picture(
        "inks 16.tif", tiff(deep, **inks), constant(shown), "colour, uint16; CMYK", note, 0.5
    )
    five = np.dstack([INKS, CLEAR])
    yield Picture(
        "inks and opacity.tif",
        tiff(five, **inks, extrasamples=["unassalpha"]),
        constant(np.dstack([np.asarray(Image.fromarray(INKS, mode="CMYK").convert("RGB")), CLEAR])),
        "colour with opacity, uint8; CMYK inks",
        note,
    )
    for name, corners in (("8", CORNERS), ("16", CORNERS.astype(U16) * 257)):
        scale = 257 if name == "16" else 1
        yield Picture(
            f"profile {name}.tif",
            tiff(corners, **inks, iccprofile=cmyk_profile()),
            lambda path, scale=scale: colours_of_corners(path) * scale,
            "CMYK inks turned into RGB by its colour profile",
            note,
            1.0 * scale,
        )
    other = tiff(INKS, **inks, extratags=[(332, 3, 1, 2, True)])
    yield Picture("other inks.tif", other, None, "its inks are not 0 to full of cyan")
    span = tiff(INKS, **inks, extratags=[(336, 1, 2, (16, 235), True)])
    yield Picture("narrow inks.tif", span, None, "its inks are not 0 to full of cyan")
    yield Picture("float inks.tif", tiff(samples("f4", 4), **inks), None, "has 32 bits a channel")


def palettes() -> Iterator[Picture]:
    table = np.random.default_rng(1).integers(0, 65536, (3, 256), dtype=U16)
    places, note = samples(U8), "the palette picture is written as RGB"
    bytes_of = {"repeated": table // 257 * 257, "high": table & 0xFF00, "low": table >> 8}
    right = {"repeated": table // 257, "high": table >> 8, "low": table >> 8}
    for name, colours in bytes_of.items():
        yield Picture(
            f"palette {name}.tif",
            tiff(places, photometric="palette", colormap=colours),
            constant(right[name].T[places]),
            "colour, uint8; colours of a palette",
            note,
        )
    yield Picture(
        "palette 16.tif",
        tiff(places, photometric="palette", colormap=table),
        constant(table.T[places]),
        "colour, uint16; colours of a palette",
        note,
    )
    image = Image.fromarray(samples(U8, 3)).quantize(9)
    yield Picture("palette pillow.tif", image.save, pillow("RGB"), "colours of a palette", note)
    for bits in (1, 2, 4, 8):
        few = Image.fromarray(samples(U8, 3)).quantize(2**bits)
        save = lambda path, few=few, bits=bits: few.save(path, bits=bits)  # noqa: E731
        yield Picture(
            f"palette {bits}.png", save, pillow("RGB"), "PNG, 5 rows × 6 columns, colour", note
        )
    half = bytes([0, 128, *[255] * 14])
    few = Image.fromarray(samples(U8, 3)).quantize(16)
    yield Picture(
        "palette half.png",
        lambda p: few.save(p, transparency=half),
        pillow("RGBA"),
        "with opacity",
        note,
    )
    yield Picture(
        "palette.gif", image.save, pillow("RGB"), "GIF, 5 rows × 6 columns, colour", "at most 256"
    )
    yield Picture(
        "clear.gif",
        lambda p: image.save(p, transparency=2),
        pillow("RGBA"),
        "colour with opacity",
        "at most",
    )
    grey = Image.fromarray(samples(U8))
    yield Picture("grey.gif", grey.save, pillow("L"), "GIF, 5 rows × 6 columns, grey, uint8")


def modes() -> Iterator[Picture]:
    grey, white = samples(U8), "stored with white as 0, and read as shown, with black as 0"
    wide, deep = samples(U16), samples(np.int32)
    yield Picture("white.tif", tiff(grey, photometric="miniswhite"), pillow("L"), white)
    bits = tiff(samples(bool), photometric="miniswhite")
    yield Picture("white bits.tif", bits, pillow("1"), "grey, bool; " + white)
    yield Picture("fax.tif", pil(grey, "1", compression="group4"), pillow("1"), "grey, bool")
    yield Picture("bits.png", pil(grey, "1"), pillow("1"), "grey, bool")
    yield Picture("bits.tif", pil(grey, "1"), pillow("1"), "grey, bool")
    yield Picture(
        "white float.tif", tiff(samples("f4"), photometric="miniswhite"), None, "MINISWHITE"
    )
    yield Picture("wide.png", pil(wide, "I;16"), constant(wide), "grey, uint16")
    yield Picture("wide.tif", pil(wide, "I;16"), constant(wide), "grey, uint16")
    yield Picture("signed.tif", pil(deep, "I"), constant(deep), "grey, int32")
    yield Picture("float.tif", pil(samples("f4"), "F"), constant(samples("f4")), "grey, float32")
    yield Picture("lab.tif", pil(samples(U8, 3), "LAB"), None, "its colours are CIELAB")
    yield Picture("la.png", pil(np.dstack([grey, CLEAR]), "LA"), pillow("LA"), "grey with opacity")
    yield Picture(
        "rgba.tif", pil(np.dstack([RGBA[..., :3], CLEAR]), "RGBA"), pillow("RGBA"), "with opacity"
    )
    how = "colours divided by their opacity (associated alpha)"
    for dtype, channels in ((U8, 2), (U8, 4), (U16, 2), (U16, 4)):
        data = multiplied(dtype, channels)
        options: dict[str, Any] = {"photometric": "rgb"} if channels == 4 else {}
        yield Picture(
            f"associated {np.dtype(dtype)} {channels}.tif",
            tiff(data, **options, extrasamples=["assocalpha"]),
            constant(divided(data) * np.iinfo(dtype).max),
            how,
            near=0.5,
        )
    hard = np.dstack([np.where(CLEAR > 7, grey, 0), np.where(CLEAR > 7, 255, 0)]).astype(U8)
    yield Picture(
        "associated and hard.tif",
        tiff(hard, extrasamples=["assocalpha"]),
        constant(hard),
        "with opacity, uint8",
    )
    bright = np.dstack([grey, CLEAR])
    words = "cannot be divided by: save it with unassociated alpha"
    yield Picture("too bright.tif", tiff(bright, extrasamples=["assocalpha"]), None, words)
    soft = np.dstack([grey / 1020, CLEAR / 255]).astype("f4")
    yield Picture("soft float.tif", tiff(soft, extrasamples=["assocalpha"]), None, words)


def mixed(path: Path) -> None:
    """Pages that differ in nothing but what their numbers mean."""
    with tifffile.TiffWriter(path) as writer:
        options = {"photometric": "rgb", "extrasamples": ["unassalpha"]}
        writer.write(RGBA, **options, metadata=None)
        writer.write(INKS, photometric="separated", metadata=None)


def films() -> Iterator[Picture]:
    two = np.stack([INKS, INKS[::-1]])
    shown = [np.asarray(Image.fromarray(page, mode="CMYK").convert("RGB")) for page in two]
    yield Picture(
        "pages of inks.tif",
        tiff(two, photometric="separated"),
        constant(np.stack(shown, axis=2)),
        "2 frames, colour, uint8; CMYK inks",
    )
    yield Picture("mixed pages.tif", mixed, None, "page 2 holds 5 × 6 × 4 of uint8 in CMYK")


PICTURES = [*jpegs(), *cmyk_tiffs(), *palettes(), *modes(), *films()]
