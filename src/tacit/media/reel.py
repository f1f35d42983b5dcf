"""What a film is besides its pixels, and what writes a film alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal, final

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Encoder = Literal["libx264", "mpeg4"]

# H.264 at a quality that the eye does not tell from the original, or MPEG-4 at its finest step
_ENCODERS: Mapping[Encoder, Mapping[str, str]] = {
    "libx264": {"crf": "15"},
    "mpeg4": {"qmin": "1", "qmax": "2"},
}
_UNSPECIFIED = 2  # FFmpeg's number of a colour space that the file does not name
_USUAL_RATE = 25
_MADE_ANEW = ("compatible_brands", "encoder", "major_brand", "minor_version")


@final
@dataclass(frozen=True, eq=False)
class Reel:
    """The clock, the encoder, how colours are coded, the rotation and the texts of a film.

    The times are in units of `tick` seconds. The colours are coded as FFmpeg numbers it: space,
    range, primaries and transfer.
    """

    times: tuple[int, ...]
    tick: Fraction
    rate: Fraction
    encoder: Encoder
    sampling: str
    colours: tuple[int, int, int, int]
    rotation: int
    texts: Mapping[str, str]


def make_reel(
    container: "InputContainer",
    stream: "VideoStream",
    frame: "VideoFrame",
    times: list[int | None],
) -> Reel:
    """Return what writes a film like this one; frames without ascending times follow the rate.

    Args:
        container: the film that was opened.
        stream: its pictures.
        frame: the first of them, which tells how colours are coded.
        times: of all frames, None where the file names none.
    """
    import av

    rate = stream.average_rate or Fraction(_USUAL_RATE)
    clock = [time for time in times if time is not None]
    timed = len(clock) == len(times) and all(a < b for a, b in pairwise(clock))
    encoder: Encoder = "libx264" if "libx264" in av.codecs_available else "mpeg4"
    halved = frame.format.chroma_height(2) == 1 and frame.width % 2 == frame.height % 2 == 0
    return Reel(
        times=tuple(clock if timed else range(len(times))),
        tick=stream.time_base if timed and stream.time_base else 1 / rate,
        rate=rate,
        encoder=encoder,
        sampling="yuv420p" if halved or encoder == "mpeg4" else "yuv444p",
        colours=(frame.colorspace, frame.color_range, frame.color_primaries, frame.color_trc),
        rotation=frame.rotation,
        texts={key: text for key, text in container.metadata.items() if key not in _MADE_ANEW},
    )


def add_stream(container: "OutputContainer", reel: Reel, height: int, width: int) -> "VideoStream":
    """Return the stream of a new film, with the encoder, the clock and the tags of another.

    Args:
        container: the film to be written.
        reel: what the other film was like.
        height: of the frames, in pixels.
        width: of the frames, in pixels.
    """
    container.metadata.update(reel.texts)
    stream = container.add_stream(
        reel.encoder, rate=reel.rate, options=dict(_ENCODERS[reel.encoder])
    )
    stream.height, stream.width, stream.pix_fmt = height, width, reel.sampling
    context = stream.codec_context
    context.time_base = reel.tick
    context.colorspace, context.color_range = reel.colours[:2]
    context.color_primaries, context.color_trc = reel.colours[2:]
    if reel.rotation:
        stream.set_display_rotation(reel.rotation)
    return stream


def make_frame(samples: NDArray[Any], time: int, reel: Reel) -> "VideoFrame":
    """Return one grey or RGB frame in the coding of colours of the film, at its time.

    Args:
        samples: `(m, n)` grey or `(m, n, 3)` colours, of 8 bits.
        time: in ticks of the film's clock.
        reel: what the film is like.
    """
    from av.video.frame import VideoFrame

    rgb = samples if samples.ndim == 3 else np.repeat(samples[..., None], 3, axis=-1)
    space, span = reel.colours[:2]
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(rgb)).reformat(
        format=reel.sampling,
        dst_colorspace=None if space == _UNSPECIFIED else space,
        dst_color_range=span or None,
    )
    frame.pts, frame.time_base = time, reel.tick
    return frame
