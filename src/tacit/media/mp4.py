"""MP4 films."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.memory import check_memory
from tacit.media.raster import check_size, full_scale, grey_if_possible, lossy_note
from tacit.media.reading import Reading
from tacit.media.reel import Reel, add_stream, make_frame, make_reel

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream


@final
class Mp4(AbstractCodec[Reel]):
    """Read and write MP4 films through PyAV (FFmpeg): each frame at its time, in H.264.

    A film whose frames are all grey is read as grey, and one of a single frame as a picture. It is
    written at a constant quality (CRF 15) that is visually lossless, with the texts, the coding of
    colours and the rotation that were read (frames are not turned by it). Where width and height
    are even and the file's colours are halved in size, so are those that are written; an odd size
    is written with colours in full. Sound and subtitles are not kept, and a note says so.
    """

    name: ClassVar[str] = "MP4"
    suffixes: ClassVar[tuple[str, ...]] = (".mp4", ".m4v")
    signatures: ClassVar[tuple[bytes, ...]] = tuple(
        bytes([0, 0, 0, size]) + b"ftyp" for size in range(12, 256, 4)
    )
    kind: ClassVar[Literal["picture", "array"]] = "picture"

    def decode(self, location: Location, reading: Reading) -> Stored[Reel]:
        """Read the frames of the first film in the file."""
        import av

        with av.open(str(location.file)) as container:
            if not container.streams.video:
                raise MediaError(
                    f"{location.file} has no video in it, or was cut short: "
                    "save or download it again"
                )
            stream = container.streams.video[0]
            check_size(location.file, stream.width, stream.height)
            pictures, times, first = _decode_frames(location.file, container, stream)
            layout = make_reel(container, stream, first, times)
            notes = _notes(location.file, container, first, len(pictures))
        film = len(pictures) > 1
        samples = np.stack(pictures, axis=2) if film else pictures[0]
        pixels = grey_if_possible(samples, np.ones(samples.shape[:-1], bool))
        return Stored(
            pixels, layout, unit=full_scale(pixels.dtype), lossy=True, notes=notes, film=film
        )

    def encode(
        self,
        stored: Stored[Reel],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the frames at their times."""
        import av

        reel = stored.layout
        frames = np.moveaxis(pixels, 2, 0) if stored.film else pixels[None]
        with av.open(str(path), "w", format="mp4") as container:
            stream = add_stream(container, reel, *frames.shape[1:3])
            for samples, time in zip(frames, reel.times, strict=True):
                container.mux(stream.encode(make_frame(samples, time, reel)))
            container.mux(stream.encode(None))


def _decode_frames(
    file: Path, container: "InputContainer", stream: "VideoStream"
) -> tuple[list[NDArray[np.uint8]], list[int | None], "VideoFrame"]:
    """Return all frames as RGB, with their times, and the first one as it was decoded.

    Raises:
        MediaError: There are none, or fewer than the file's index promises, one is damaged or of
            another size, or they do not fit into memory.
    """
    shape, promised = (stream.height, stream.width), len(stream.index_entries)
    check_memory(file, (*shape, promised, 3))
    pictures, times, first, packets = [], [], None, 0
    for packet in container.demux(stream):
        packets += packet.size > 0
        for frame in packet.decode():
            if len(pictures) >= promised:  # a film in fragments has no index of all its frames
                check_memory(file, (*shape, len(pictures) + 1, 3))
            if (frame.height, frame.width) != shape:
                raise MediaError(
                    f"{file} has frames of different sizes: give all frames the same size"
                )
            if frame.is_corrupt:
                raise MediaError(f"{file}: frame {len(pictures) + 1} is damaged: save it again")
            first = first or frame
            pictures.append(frame.to_ndarray(format="rgb24"))
            times.append(frame.pts)
    if first is None:
        raise MediaError(f"{file} has no frame that can be decoded: save or download it again")
    if packets < promised:
        raise MediaError(
            f"{file} was cut short: {packets} of its {promised} frames are there: "
            "save or download it again"
        )
    return pictures, times, first


def _notes(
    file: Path, container: "InputContainer", frame: "VideoFrame", frames: int
) -> tuple[str, ...]:
    """Return what of a film is lost when it is written."""
    notes = [lossy_note(file, "MP4", still=False)]
    if len(container.streams) > 1:
        notes.append(f"only the first video of {file.name} is kept, without sound and subtitles")
    bits = max(component.bits for component in frame.format.components)
    if bits > 8:
        notes.append(f"{file.name} has {bits} bits per channel, which are read and written as 8")
    if frames == 1:
        notes.append(f"{file.name} has a single frame: it is treated as a picture")
    return tuple(notes)
