"""MP4 films: what is kept, how close what is written comes, and which files are refused."""

import warnings
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tacit.media import MediaError, check_output, read, write

from ._clips import FRAMES, HEIGHT, WIDTH, load_clip, save_clip, waves

LIMIT = 3.0
"""The most that a smooth film changes when it is written, on average, in levels of 256."""


def rewrite(path: Path) -> Path:
    """Write a film again as it was read, and return the new path."""
    source, output = read(path, need_holes=False), path.with_name("out.mp4")
    check_output(path, output)
    write(source, source.values, output)
    return output


@pytest.mark.parametrize(
    ("sampling", "height", "width", "written"),
    [
        ("yuv420p", HEIGHT, WIDTH, "yuv420p"),
        ("yuv444p", HEIGHT, WIDTH, "yuv444p"),
        ("yuv444p", 15, 17, "yuv444p"),
        ("yuv420p10le", HEIGHT, WIDTH, "yuv420p"),
    ],
)
def test_a_film_comes_back_close(tmp_path: Path, sampling, height, width, written) -> None:
    save_clip(tmp_path / "a.mp4", waves(height, width), sampling=sampling)
    source = read(tmp_path / "a.mp4", need_holes=False)
    assert source.axes == ("row", "column", "frame", "channel")
    assert source.values.shape == (height, width, FRAMES, 3)
    assert source.stored.lossy
    assert np.abs(255 * source.values - waves(height, width)).mean() < LIMIT
    output = rewrite(tmp_path / "a.mp4")
    again = read(output, need_holes=False)
    assert 255 * np.abs(again.values - source.values).mean() < LIMIT
    assert load_clip(output).sampling == written


def test_a_grey_film_is_grey(tmp_path: Path) -> None:
    save_clip(tmp_path / "a.mp4", waves(grey=True))
    source = read(tmp_path / "a.mp4", need_holes=False)
    assert source.axes == ("row", "column", "frame")
    again = read(rewrite(tmp_path / "a.mp4"), need_holes=False)
    assert again.values.shape == source.values.shape == (HEIGHT, WIDTH, FRAMES)
    assert 255 * np.abs(again.values - source.values).mean() < LIMIT


@pytest.mark.parametrize(
    "options",
    [
        {"rate": Fraction(30000, 1001)},
        {"times": (0, 40, 200, 333)},
        {"rotation": 90},
        {"space": 1},
    ],
    ids=str,
)
def test_times_rotation_colours_and_texts_are_kept(tmp_path: Path, options) -> None:
    save_clip(tmp_path / "a.mp4", waves(), **options)
    before, after = load_clip(tmp_path / "a.mp4"), load_clip(rewrite(tmp_path / "a.mp4"))
    assert after.times == pytest.approx(before.times, abs=1e-3)
    assert after[1:] == before[1:]
    if "times" in options:
        assert after.times == pytest.approx([0, 0.04, 0.2, 0.333])


def test_colours_named_by_the_file_are_not_shifted(tmp_path: Path) -> None:
    flat = np.tile(np.array([200, 40, 90], np.uint8), (HEIGHT, WIDTH, FRAMES, 1))
    save_clip(tmp_path / "a.mp4", flat, space=1)
    source = read(tmp_path / "a.mp4", need_holes=False)
    again = read(rewrite(tmp_path / "a.mp4"), need_holes=False)
    assert 255 * np.abs(again.values - source.values).max() < LIMIT


def test_what_is_filled_is_written(tmp_path: Path) -> None:
    save_clip(tmp_path / "a.mp4", waves())
    mask = np.zeros((HEIGHT, WIDTH, FRAMES), bool)
    mask[:, :9] = True
    np.save(tmp_path / "mask.npy", mask)
    source = read(tmp_path / "a.mp4", missing=tmp_path / "mask.npy")
    np.testing.assert_array_equal(source.missing, mask)
    assert not source.values[mask].any()
    write(source, np.ones_like(source.values), tmp_path / "b.mp4")
    filled = read(tmp_path / "b.mp4", need_holes=False).values
    assert filled[:, :6].mean() > 0.97
    assert 255 * np.abs(filled - source.values)[:, 12:].mean() < LIMIT


def test_what_is_not_kept_is_said(tmp_path: Path) -> None:
    save_clip(tmp_path / "a.mp4", waves(), sound=True, sampling="yuv420p10le")
    notes = read(tmp_path / "a.mp4", need_holes=False).notes
    assert "lossy" in notes[0]
    assert "convert it to a TIFF stack or a folder of PNG" in notes[0]
    assert "without sound" in notes[1]
    assert "10 bits" in notes[2]


def test_a_single_frame_is_a_picture_and_said_to_be(tmp_path: Path) -> None:
    save_clip(tmp_path / "a.mp4", waves()[:, :, :1])
    source = read(tmp_path / "a.mp4", need_holes=False)
    assert source.axes == ("row", "column", "channel")
    assert source.notes[-1] == "a.mp4 has a single frame: it is treated as a picture"
    again = read(rewrite(tmp_path / "a.mp4"), need_holes=False)
    assert 255 * np.abs(again.values - source.values).mean() < LIMIT


def test_without_the_usual_encoder_another_is_taken(tmp_path: Path, monkeypatch) -> None:
    save_clip(tmp_path / "a.mp4", waves(15, 17), sampling="yuv444p")
    monkeypatch.setattr(av, "codecs_available", {"mpeg4"})
    source = read(tmp_path / "a.mp4", need_holes=False)
    output = rewrite(tmp_path / "a.mp4")
    with av.open(str(output)) as container:
        assert container.streams.video[0].codec_context.name == "mpeg4"
    again = read(output, need_holes=False)
    assert 255 * np.abs(again.values - source.values).mean() < LIMIT


def cut(part: float, **options: Any) -> Callable[[Path], None]:
    """Return a writer of the first part of a film."""

    def make(path: Path) -> None:
        save_clip(path, waves(), **options)
        data = path.read_bytes()
        path.write_bytes(data[: int(part * len(data))])

    return make


def sound_alone(path: Path) -> None:
    """Write an MP4 file without a film in it."""
    with av.open(str(path), "w", format="mp4") as container:
        tone = container.add_stream("aac", rate=44100)
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), "f4"), "fltp", "mono")
        silence.rate = 44100
        container.mux(tone.encode(silence))
        container.mux(tone.encode(None))


def last_frame_lost(path: Path) -> None:
    """Write a film of which the last frame is not there, though the index promises it."""
    save_clip(path, waves(), flags="faststart")
    with av.open(str(path)) as container:
        ends = sorted(entry.pos + entry.size for entry in container.streams.video[0].index_entries)
    path.write_bytes(path.read_bytes()[: ends[-2]])


def no_frames(path: Path) -> None:
    """Write a film in fragments, of which there is none."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "empty_moov"}) as container:
        stream = container.add_stream("libx264", rate=25)
        stream.height, stream.width, stream.pix_fmt = HEIGHT, WIDTH, "yuv420p"
        container.start_encoding()


def two_sizes(path: Path) -> None:
    """Write a film that goes on in another size."""
    options = {"x264-params": "repeat-headers=1:bframes=0"}
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.height, stream.width, stream.pix_fmt = 16, 16, "yuv420p"
        small, large = (av.VideoFrame.from_ndarray(np.zeros((k, k, 3), "u1")) for k in (16, 32))
        container.mux(stream.encode(small))
        container.mux(stream.encode(None))
        other = av.CodecContext.create("libx264", "w")
        other.height, other.width, other.pix_fmt, other.options = 32, 32, "yuv420p", options
        large.pts, large.time_base = 0, Fraction(1, 25)
        other.time_base = large.time_base
        for packet in (*other.encode(large), *other.encode(None)):
            packet.stream, packet.time_base, packet.pts, packet.dts = stream, Fraction(1, 25), 1, 1
            container.mux(packet)


def damaged(path: Path) -> None:
    """Write a film with wrong bytes in its first frame, which decoders would paint over."""
    save_clip(path, waves())
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 780
    data[start : start + 8] = bytes(8)
    path.write_bytes(data)


def test_frames_cut_off_by_an_edit_list_are_not_missed(tmp_path: Path) -> None:
    save_clip(tmp_path / "a.mp4", np.concatenate([waves()] * 5, axis=2))
    with (
        av.open(str(tmp_path / "a.mp4")) as whole,
        av.open(str(tmp_path / "b.mp4"), "w", format="mp4") as trimmed,
    ):
        stream = whole.streams.video[0]
        target = trimmed.add_stream_from_template(stream)
        for packet in whole.demux(stream):
            if packet.size:
                packet.stream = target
                packet.pts -= int(6 / 25 / stream.time_base)
                packet.dts -= int(6 / 25 / stream.time_base)
                trimmed.mux(packet)
    assert read(tmp_path / "b.mp4", need_holes=False).values.shape == (HEIGHT, WIDTH, 14, 3)


def test_a_film_in_fragments_is_read(tmp_path: Path) -> None:
    save_clip(tmp_path / "a.mp4", waves(), flags="empty_moov+frag_keyframe")
    assert read(tmp_path / "a.mp4", need_holes=False).values.shape == (HEIGHT, WIDTH, FRAMES, 3)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.write_text("this is no film"), "is not a MP4 file"),
        (cut(0.5), "cut short"),
        (cut(0.9), "cut short"),
        (cut(0.6, flags="faststart"), "cut short"),
        (last_frame_lost, "was cut short: 3 of its 4 frames are there"),
        (sound_alone, "has no video in it"),
        (no_frames, "has no frame that can be decoded"),
        (two_sizes, "has frames of different sizes"),
        (damaged, "frame 1 is damaged"),
    ],
)
def test_a_film_that_cannot_be_decoded_is_one_line(tmp_path: Path, make, words, capfd) -> None:
    make(tmp_path / "a.mp4")
    with warnings.catch_warnings(action="error"), pytest.raises(MediaError, match=words) as caught:
        read(tmp_path / "a.mp4", need_holes=False)
    assert str(caught.value).startswith(str(tmp_path / "a.mp4"))
    assert "\n" not in str(caught.value)
    assert capfd.readouterr() == ("", "")


def test_a_film_under_another_name_is_named(tmp_path: Path) -> None:
    save_clip(tmp_path / "a.gif", waves())
    with pytest.raises(MediaError, match=r"is MP4 by its content.*rename it a\.mp4"):
        read(tmp_path / "a.gif", need_holes=False)
