"""Pieces of HTML: tables, lists, figures, and pictures that are part of the page."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating]


def table(rows: Mapping[str, Any]) -> str:
    """A table of names and what they are."""
    cells = (
        f"<tr><th>{html.escape(str(name))}</th><td>{html.escape(str(value))}</td></tr>"
        for name, value in rows.items()
    )
    return f"<table>{''.join(cells)}</table>"


def bullets(sentences: Sequence[str]) -> str:
    """A list of remarks; nothing if there are none."""
    if not sentences:
        return ""
    items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="notes">{items}</ul>'


def figure(caption: str, content: str) -> str:
    """An image with its caption."""
    return f"<figure>{content}<figcaption>{html.escape(caption)}</figcaption></figure>"


def image(values: Values, low: float, high: float) -> str:
    """An <img> of the array as PNG; NaN is drawn in magenta."""
    from PIL import Image

    spread = (high - low) or 1.0
    colours = np.broadcast_to(values[..., None], (*values.shape, 3)) if values.ndim == 2 else values
    missing = ~np.isfinite(colours).all(axis=-1)
    pixels = np.clip((np.nan_to_num(colours) - low) / spread * 255 + 0.5, 0, 255).astype(np.uint8)
    pixels[missing] = (204, 121, 167)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", optimize=True)
    return _embedded(buffer.getvalue(), "image/png", "picture")


def drawing(drawn: Any) -> str:
    """An <img> of a matplotlib figure as SVG."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format="svg", bbox_inches="tight")
    return _embedded(buffer.getvalue(), "image/svg+xml", "figure")


def _embedded(content: bytes, kind: str, alternative: str) -> str:
    data = base64.b64encode(content).decode("ascii")
    return f'<img src="data:{kind};base64,{data}" alt="{alternative}">'
