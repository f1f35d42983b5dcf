"""Pictures that ship with scikit-image, and the holes made in them."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage import color, data, transform

GREY = ("camera", "astronaut")
COLOUR = ("coffee", "chelsea", "rocket")
HOLES = ("50 %", "80 %", "text")
ENTRIES = ("50 % of entries", "80 % of entries")


def picture(name: str, side: int | None) -> NDArray:
    """A picture in [0, 1], resized to side × side or in its native size; GREY ones in grey."""
    values = getattr(data, name)() / 255
    if name in GREY and values.ndim == 3:
        values = color.rgb2gray(values)
    if side is not None:
        values = transform.resize(values, (side, side, *values.shape[2:]), anti_aliasing=True)
    return np.clip(values, 0, 1)


def holes(kind: str, shape: tuple[int, ...], seed: int) -> NDArray[np.bool_]:
    """True where missing: pixels or entries at random, or lines of text with scratches."""
    rng = np.random.default_rng(seed)
    if kind == "text":
        return _text_and_scratches(shape[:2], rng)
    fraction = float(kind.split()[0]) / 100
    return rng.random(shape if kind.endswith("of entries") else shape[:2]) < fraction


def of_entries(missing: NDArray[np.bool_], values: NDArray) -> NDArray[np.bool_]:
    """A mask of pixels or entries as one of entries."""
    if missing.shape == values.shape:
        return missing
    return np.broadcast_to(missing[..., None], values.shape)


def _text_and_scratches(shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.bool_]:
    height, width = shape
    canvas = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(canvas)
    size = max(12, height // 16)
    font = ImageFont.load_default(size=size)
    words = "low rank is learnt one singular value at a time, and nobody told it which rank to take"
    for line, top in enumerate(range(size // 2, height - size, int(1.8 * size))):
        draw.text((4 - (37 * line) % 60, top), words, fill=255, font=font)
    for _ in range(12):
        ends = rng.integers(0, [width, height, width, height])
        draw.line([int(end) for end in ends], fill=255, width=max(1, height // 128))
    return np.asarray(canvas) > 127
