"""Small MP4 films, written and read back with PyAV, not by Tacit."""

from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import av
import numpy as np

FRAMES, HEIGHT, WIDTH = 4, 16, 18


def waves(height: int = HEIGHT, width: int = WIDTH, *, grey: bool = False) -> np.ndarray:
    """Return smooth frames, rows × columns × frames and, unless grey, × colours."""
    y, x, t = np.mgrid[:height, :width, :FRAMES]
    red = 120 + 60 * np.sin(y / 5 + t / 3)
    colours = [red, 100 + 50 * np.cos(x / 6), 90 + 0 * y]
    return (red if grey else np.stack(colours, axis=-1)).round().astype(np.uint8)


def save_clip(
    path: Path,
    film: np.ndarray,
    *,
    sampling: str = "yuv420p",
    rate: Any = 25,
    times: tuple[int, ...] | None = None,
    rotation: int = 0,
    space: int = 2,
    sound: bool = False,
    flags: str = "",
) -> None:
    """Write a film, with times in milliseconds if they are given."""
    options = {"movflags": flags} if flags else {}
    with av.open(str(path), "w", format="mp4", options=options) as container:
        container.metadata["title"] = "a film"
        stream = container.add_stream("libx264", rate=rate, options={"crf": "1"})
        stream.height, stream.width, stream.pix_fmt = *film.shape[:2], sampling
        stream.codec_context.colorspace = space
        if rotation:
            stream.set_display_rotation(rotation)
        if times is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        if sound:
            tone = container.add_stream("aac", rate=44100)
        for place in range(film.shape[2]):
            samples = np.ascontiguousarray(film[:, :, place])
            frame = av.VideoFrame.from_ndarray(samples, "gray" if samples.ndim == 2 else "rgb24")
            if times is not None:
                frame.pts, frame.time_base = times[place], Fraction(1, 1000)
            container.mux(stream.encode(frame))
        if sound:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), "f4"), "fltp", "mono")
            silence.rate = 44100
            container.mux(tone.encode(silence))
            container.mux(tone.encode(None))
        container.mux(stream.encode(None))


class Clip(NamedTuple):
    """What a film holds besides its pixels."""

    times: list[float]
    rotation: int
    sampling: str
    space: int
    title: str | None


def load_clip(path: Path) -> Clip:
    """Read all of a film but its pixels."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        return Clip(
            [frame.time for frame in frames],
            frames[0].rotation,
            frames[0].format.name,
            frames[0].colorspace,
            container.metadata.get("title"),
        )
