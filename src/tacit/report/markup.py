"""Pieces of HTML: tables, lists, figures, and pictures that are part of the page."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tacit.media import visible

Values = NDArray[np.floating]


def escape(text: str) -> str:
    """A user's text as text: no markup, and nothing in it that is not seen."""
    return html.escape(visible(text))


def listing(head: Sequence[str], rows: Sequence[Sequence[str]], chosen: Sequence[bool] = ()) -> str:
    """A table with a heading; the first column is words, the others are numbers.

    Args:
        head: of each column.
        rows: cells as text.
        chosen: of each row, whether it stands out; by default none does.
    """

    def row(kind: str, cells: Sequence[str], mark: str = "") -> str:
        first, *others = map(escape, cells)
        numbers = "".join(f'<{kind} class="number">{cell}</{kind}>' for cell in others)
        return f"<tr{mark}><{kind}>{first}</{kind}>{numbers}</tr>"

    marks = [' class="chosen"' if mark else "" for mark in chosen or [False] * len(rows)]
    body = (row("td", cells, mark) for cells, mark in zip(rows, marks, strict=True))
    return f"<table>{row('th', head)}{''.join(body)}</table>"


def table(rows: Mapping[str, Any]) -> str:
    """A table of names and what they are."""
    cells = (
        f"<tr><th>{escape(str(name))}</th><td>{escape(str(value))}</td></tr>"
        for name, value in rows.items()
    )
    return f"<table>{''.join(cells)}</table>"


def scroll(content: str) -> str:
    """What may be wider than the page."""
    return f'<div class="scroll">{content}</div>'


def plots(drawn: Sequence[tuple[str, Any]]) -> str:
    """Captions and matplotlib figures, side by side."""
    figures = "\n".join(figure(caption, drawing(plot)) for caption, plot in drawn)
    return f'<div class="plots">\n{figures}\n</div>'


def bullets(sentences: Sequence[str]) -> str:
    """A list of remarks; nothing if there are none."""
    if not sentences:
        return ""
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    return f'<ul class="notes">{items}</ul>'


def figure(caption: str, content: str) -> str:
    """An image with its caption."""
    return f"<figure>{content}<figcaption>{escape(caption)}</figcaption></figure>"


def swipe(caption: str, over: str, under: str) -> str:
    """Two images of one size on each other, and a bar between what is shown of each.

    Args:
        caption: of both.
        over: the image to the left of the bar.
        under: the one to the right.
    """
    move = "this.closest('figure').style.setProperty('--at', this.value + '%')"
    bar = (
        '<input type="range" min="0" max="100" step="0.5" value="50" '
        f'aria-label="where the bar is, in per cent from the left" oninput="{move}">'
    )
    return (
        f'<figure class="swipe"><div class="stack">{under}<div class="over">{over}</div></div>'
        f"{bar}<figcaption>{escape(caption)}</figcaption></figure>"
    )


def scale(colours: Sequence[Sequence[float]], least: str, most: str) -> str:
    """A strip of colours with its two ends named.

    Args:
        colours: red, green and blue in [0, 1], from one end to the other.
        least: name of the left end.
        most: name of the right end.
    """
    stops = ", ".join(
        "#" + "".join(f"{round(255 * part):02x}" for part in colour) for colour in colours
    )
    return (
        f'<div class="scale"><span>{escape(least)}</span>'
        f'<i style="background: linear-gradient(to right, {stops})"></i>'
        f"<span>{escape(most)}</span></div>"
    )


def image(values: Values, low: float, high: float) -> str:
    """An <img> of the array as PNG; NaN is drawn in magenta.

    Args:
        values: `(m, n)` grey or `(m, n, 3)` colours.
        low: the value that is black.
        high: the value that is white.
    """
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
