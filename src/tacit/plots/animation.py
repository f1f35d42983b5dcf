"""An animation of a run: its singular values as bars, and their curves as far as it has come."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tacit.plots.scene import Scene, on_axis, rank_scene
from tacit.plots.style import styled, written_whole

if TYPE_CHECKING:
    import xarray as xr
    from PIL.Image import Image

_COLOURS, _APART = 256, 8
"""Colours of the palette, and how far apart they are: Pillow tells them by their first six bits."""
_HOLD = 2.0
"""Seconds for which the last frame stands longer than the others."""


@styled
def watch_rank(
    dataset: "xr.Dataset",
    path: str | os.PathLike[str],
    *,
    frames: int = 100,
    seconds: float | int = 10.0,
    over: str = "time",
    truth: Sequence[float | int] | np.ndarray = (),
    stages: "xr.Dataset | None" = None,
    highlight: int = 6,
) -> Path:
    """Write a run as an animated GIF of 700 × 330 pixels: σᵢ(X) now, and all of it so far.

    Bars on the left; on the right curves of the same colours, above the loss. The axes are those of
    the whole run and do not move. From one frame to the next a run goes an equal part of its way,
    half of which lies along the horizontal axis and half along Σ |Δσᵢ|: where the singular values
    stand still a frame spans much time, and little where one escapes. The horizontal axis is
    logarithmic where the records are. The same dataset gives the same bytes.

    Args:
        dataset: as `to_dataset` makes it, of a single run, with records of `singular_values` and
            `loss`; one of `gradient_norm` is drawn beside the loss.
        path: the file, ending in .gif; written whole or not at all.
        frames: how many, at most: no record is shown twice.
        seconds: how long so many take; the last one stands for two more.
        over: the coordinate along the horizontal axis, `step` or `time`.
        truth: singular values of the truth, dashed.
        stages: plateaus of the same run, as `results.stage_table` finds them; they are shaded, and
            the rank is written.
        highlight: how many singular values have a bar; at most 6.

    Raises:
        ValueError: if the records are not of a single run, fewer than two can be drawn, there are
            fewer than two frames or more than 50 a second, or `path` does not end in .gif.
        ImportError: if Pillow is missing.
        MediaError: if the folder does not exist or cannot be written to.
    """
    if frames < 2 or not seconds / frames >= 0.02:
        raise ValueError(
            f"watch_rank: {frames} frames in {seconds:g} s; give 2 or more, and at most 50 a second"
        )
    with written_whole(path, (".gif",), "animations") as temporary:
        scene = rank_scene(dataset, over, np.asarray(truth, float), stages, highlight)
        spectra = dataset["singular_values"].values[scene.records]
        along = on_axis(dataset[over].values)[scene.records]
        shown = scene.records[evenly_on_the_way(along, spectra, frames)]
        _write(_images(scene, shown), seconds / frames, temporary)
    return Path(path)


def evenly_on_the_way(along: np.ndarray, spectra: np.ndarray, frames: int) -> np.ndarray:
    """Which records divide into equal parts a way that is half horizontal and half Σ |Δσᵢ|.

    Args:
        along: place of each record on the horizontal axis, increasing.
        spectra: singular values of each record.
        frames: number of records, at most: one that reaches two divisions is taken once.
    """
    ways = np.diff(along), np.abs(np.diff(spectra.astype(float), axis=0)).sum(axis=1)
    way = np.zeros(len(along))
    for steps in ways:
        if steps.sum() > 0:
            way[1:] += np.cumsum(steps) / steps.sum()
    reached = np.searchsorted(way, np.linspace(0, way[-1], frames))
    return np.unique(reached)


def _images(scene: Scene, shown: np.ndarray) -> "Iterator[Image]":
    """The scene at each record: what stands still is drawn once."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "watch_rank: GIFs need Pillow: pip install 'tacit-lowrank[media]'"
        ) from error
    canvas = FigureCanvasAgg(scene.figure)
    moving = [artist for piece in scene.pieces for artist in piece.artists]
    for artist in moving:
        artist.set_animated(True)
    canvas.draw()
    still = canvas.copy_from_bbox(scene.figure.bbox)
    for record in shown:
        canvas.restore_region(still)
        for piece in scene.pieces:
            piece.move(int(record))
        for artist in moving:
            artist.axes.draw_artist(artist)
        yield Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3].copy())


def _write(images: "Iterator[Image]", seconds: float, path: Path) -> None:
    """One palette for all frames, of colours without dithering, so that what stands still does."""
    from PIL.Image import Dither

    pictures = list(images)
    palette = _palette(pictures[-1])
    first, *others = [picture.quantize(palette=palette, dither=Dither.NONE) for picture in pictures]
    pause = round(100 * seconds) * 10
    durations = [pause] * len(others) + [pause + round(1000 * _HOLD)]
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0, optimize=True)


def _palette(picture: "Image") -> "Image":
    """The commonest colours of a picture, none close to another, so that areas keep theirs."""
    from PIL.Image import new

    counted = picture.getcolors(picture.width * picture.height) or []
    chosen = np.empty((0, 3), np.int64)
    for _, colour in sorted(counted, reverse=True):
        if len(chosen) < _COLOURS and np.all(np.abs(chosen - colour).max(axis=1) >= _APART):
            chosen = np.vstack([chosen, colour])
    palette = new("P", (1, 1))
    palette.putpalette(chosen.ravel().tolist())
    return palette
