"""Animated GIF: what is kept, what a palette does to colours, and transparency."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.GifImagePlugin import getdata

from tacit.media import MediaError, palettes, read, write

from ._files import film, load_gif, save_gif, save_pillow

HOLES = np.random.default_rng(2).random((16, 16)) < 0.5


def crowded(colours: int = 16, side: int = 16) -> np.ndarray:
    """Return four random frames of at most `colours` levels a channel."""
    rng = np.random.default_rng(1)
    levels = np.linspace(0, 255, colours).astype(np.uint8)
    return levels[rng.integers(0, colours, (side, side, 4, 3))]


def save_exactly(path: Path, data: np.ndarray) -> None:
    """Write frames that have at most 256 colours each without changing one."""
    frames = [Image.fromarray(data[:, :, place]) for place in range(data.shape[2])]
    exact = [frame.convert("P", palette=Image.Palette.ADAPTIVE, colors=256) for frame in frames]
    exact[0].save(path, save_all=True, append_images=exact[1:])


def test_durations_repetitions_and_comment_are_kept(tmp_path: Path) -> None:
    options = {"duration": [40, 50, 60, 70], "loop": 3, "comment": b"x" * 300}
    save_gif(tmp_path / "a.gif", film("u1"), **options)
    source = read(tmp_path / "a.gif", need_holes=False)
    write(source, source.values, tmp_path / "b.gif")
    with Image.open(tmp_path / "b.gif") as image:
        assert image.info["loop"] == 3
        assert image.info["comment"] == options["comment"]
        shown = []
        for place in range(image.n_frames):
            image.seek(place)
            shown.append(image.info["duration"])
    assert shown == options["duration"]


def test_a_film_that_stands_still_keeps_all_its_frames(tmp_path: Path) -> None:
    save_gif(tmp_path / "a.gif", film("u1"))
    source = read(tmp_path / "a.gif", need_holes=False)
    write(source, np.zeros_like(source.values), tmp_path / "b.gif", keep_observed=False)
    assert read(tmp_path / "b.gif", need_holes=False).values.shape == (5, 6, 4)


def test_observed_colours_are_exact_and_filled_ones_near(tmp_path: Path) -> None:
    save_exactly(tmp_path / "a.gif", crowded())
    Image.fromarray(HOLES).save(tmp_path / "mask.png")
    source = read(tmp_path / "a.gif", missing=tmp_path / "mask.png")
    assert source.notes[0] == (
        "a frame of a.gif has at most 256 colours: filled pixels are rounded to them"
    )
    smooth = np.broadcast_to(np.linspace(0, 1, 16)[:, None, None, None], source.values.shape)
    write(source, smooth, tmp_path / "b.gif")
    before, after = load_gif(tmp_path / "a.gif"), load_gif(tmp_path / "b.gif")
    np.testing.assert_array_equal(after[~HOLES], before[~HOLES])
    assert np.abs(after[HOLES] - 255 * smooth[HOLES]).max() <= 1


def test_more_colours_than_a_palette_has_room_for(tmp_path: Path) -> None:
    save_exactly(tmp_path / "a.gif", crowded())
    source = read(tmp_path / "a.gif", missing_value=256, need_holes=False)
    rng = np.random.default_rng(3)
    answer = rng.random((16, 16, 4, 1)) * np.array([1.0, 0.5, 0.25]) + 0.02 * rng.random(
        (16, 16, 4, 3)
    )
    write(source, answer, tmp_path / "b.gif", keep_observed=False)
    assert np.abs(load_gif(tmp_path / "b.gif") / 255 - np.clip(answer, 0, 1)).mean() < 0.01


def test_a_frame_drawn_with_several_palettes_is_said_to_lose(tmp_path: Path) -> None:
    colours = crowded(256, side=24)
    blocks = [b"GIF89a" + bytes([24, 0, 24, 0, 0, 0, 0])]
    for place, height in ((0, 24), (1, 12)):
        part = Image.fromarray(colours[:height, :, place]).quantize(256)
        blocks += getdata(part, include_color_table=True)
    (tmp_path / "a.gif").write_bytes(b"".join([*blocks, b";"]))
    source = read(tmp_path / "a.gif", need_holes=False)
    assert source.values.shape == (24, 24, 2, 3)
    assert source.stored.lossy
    assert "more than 256 colours per frame" in source.notes[0]
    write(source, source.values, tmp_path / "b.gif")
    again = read(tmp_path / "b.gif", need_holes=False)
    assert np.abs(again.values - source.values).mean() < 0.02


def test_transparent_pixels_are_missing_and_become_opaque(tmp_path: Path) -> None:
    frames = []
    for hidden in (HOLES, ~HOLES):
        frame = Image.fromarray(np.where(hidden, 0, 1).astype(np.uint8))
        frame.putpalette([0, 0, 0, 250, 10, 10])
        frames.append(frame)
    options = {"transparency": 0, "disposal": 2}
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], **options)
    source = read(tmp_path / "a.gif")
    np.testing.assert_array_equal(source.missing, np.stack([HOLES, ~HOLES], axis=2))
    write(source, np.full_like(source.values, 0.2), tmp_path / "b.gif")
    whole = read(tmp_path / "b.gif", need_holes=False)
    assert not whole.missing.any()
    np.testing.assert_array_equal(load_gif(tmp_path / "b.gif")[source.missing], 51)


def test_what_is_not_shown_may_have_any_colour_in_a_grey_film(tmp_path: Path) -> None:
    frames = []
    for level in (1, 2):
        frame = Image.fromarray(np.where(HOLES, 0, level).astype(np.uint8))
        frame.putpalette([250, 10, 10, 60, 60, 60, 90, 90, 90])
        frames.append(frame)
    options = {"transparency": 0, "disposal": 2}
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], **options)
    source = read(tmp_path / "a.gif")
    assert source.axes == ("row", "column", "frame")
    np.testing.assert_array_equal(source.missing, np.stack([HOLES, HOLES], axis=2))


def test_a_colour_goes_to_the_nearest_of_a_short_palette() -> None:
    row = Image.fromarray(np.array([[[0, 0, 0], [250, 250, 240], [200, 10, 10]]], np.uint8))
    places = palettes._nearest(row, np.array([0xC80000, 0xFFFFFF]))
    assert places.tolist() == [0, 1, 0]


@pytest.mark.parametrize("grey", [True, False])
def test_a_single_frame_is_a_picture(tmp_path: Path, grey: bool) -> None:
    data = film("u1")[:, :, 0] if grey else film("u1", 3)[:, :, 0]
    image = Image.fromarray(data)
    (image if grey else image.quantize(256, dither=Image.Dither.NONE)).save(tmp_path / "a.gif")
    source = read(tmp_path / "a.gif", need_holes=False)
    assert source.axes == ("row", "column", "channel")[: data.ndim]
    write(source, source.values, tmp_path / "b.gif", keep_observed=False)
    with Image.open(tmp_path / "a.gif") as one, Image.open(tmp_path / "b.gif") as two:
        np.testing.assert_array_equal(one.convert("RGB"), two.convert("RGB"))


@pytest.mark.parametrize("ending", [b"", b";"])
def test_a_gif_cut_short_is_refused_whatever_its_last_byte(tmp_path: Path, ending: bytes) -> None:
    save_gif(tmp_path / "a.gif", crowded())
    data = (tmp_path / "a.gif").read_bytes()
    (tmp_path / "a.gif").write_bytes(data[: 3 * len(data) // 4].rstrip(b";") + ending)
    with pytest.raises(MediaError, match="cut short"):
        read(tmp_path / "a.gif", need_holes=False)


def test_a_png_called_gif_is_named(tmp_path: Path) -> None:
    save_pillow(tmp_path / "a.png", film("u1")[:, :, 0])
    (tmp_path / "a.png").rename(tmp_path / "a.gif")
    with pytest.raises(MediaError, match="is PNG by its content"):
        read(tmp_path / "a.gif")
