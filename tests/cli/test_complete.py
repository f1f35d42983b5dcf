"""`tacit complete` end to end: what it writes, what it says, what it refuses."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jax
import numpy as np
import polars as pl
import pytest
from PIL import Image, ImageSequence

from tacit.cli.entry import status

# A job in the background inherits an ignored SIGINT, which Python would leave ignored.
INTERRUPTIBLE = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from tacit.cli import main; main()"
)
# One candidate, whose program is compiled quickly.
QUICK = ["--smooth", "off", "--method", "deep", "--depth", "2", "--init-scale", "1e-3", "--quiet"]


def complete(*arguments: str) -> int:
    return status(["complete", *arguments])


def pixels(path: str) -> np.ndarray:
    return np.asarray(Image.open(path))


def test_a_picture_is_completed_and_observed_pixels_are_kept(folder):
    assert complete("holes.png", "-o", "out.png", "--missing", "mask.png", *QUICK) == 0
    mask, truth, filled = pixels("mask.png") > 0, pixels("truth.png"), pixels("out.png")
    assert filled.dtype == truth.dtype
    np.testing.assert_array_equal(filled[~mask], truth[~mask])
    assert np.abs(filled[mask].astype(float) - truth[mask]).mean() < 10


def test_json_is_the_summary(folder, capsys):
    arguments = ["holes.png", "-o", "out.png", "--missing", "mask.png", "--truth", "truth.png"]
    assert complete(*arguments, *QUICK[:-1], "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    assert [member["depth"] for member in summary["members"]] == [2]
    assert summary["holes"] == "single entries at random"
    assert summary["psnr_all"] > summary["psnr_missing"] > 20
    assert {"reason", "cause", "seconds", "effective_rank", "held_out_rmse"} <= set(summary)


def test_the_summary_says_what_was_chosen_and_why(folder, capsys):
    arguments = ["holes.png", "-o", "out.png", "--missing", "mask.png", "--truth", "truth.png"]
    assert complete(*arguments, "--report", "r.html", *QUICK[:-1]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    for words in ("depth 2", "held-out", "effective rank", "PSNR", "SSIM", "out.png, r.html"):
        assert words in printed
    assert Path("r.html").read_text("utf-8").startswith("<!doctype html>")


def test_same_seed_same_bytes(folder):
    for name in ("one.png", "two.png"):
        assert complete("holes.png", "-o", name, "--missing", "mask.png", *QUICK) == 0
    assert Path("one.png").read_bytes() == Path("two.png").read_bytes()


@pytest.mark.slow
def test_double_precision_leaves_the_library_as_it_was(folder):
    before = jax.config.jax_enable_x64
    arguments = ["holes.png", "-o", "out.png", "--missing", "mask.png", "--dtype", "float64"]
    assert complete(*arguments, *QUICK) == 0
    assert jax.config.jax_enable_x64 == before


def test_a_table_keeps_its_cells_and_a_missing_row_is_noted(folder, capsys):
    table = np.add.outer(np.arange(30.0), np.arange(20.0))
    cells = [[f"{value:g}" for value in row] for row in table]
    cells[3] = [""] * 20
    cells[10][5] = cells[11][7] = ""
    Path("in.csv").write_text("\n".join(",".join(row) for row in cells) + "\n")
    assert complete("in.csv", "-o", "out.csv", *QUICK[:-1]) == 0
    assert "row 4" in capsys.readouterr().err
    filled = np.loadtxt("out.csv", delimiter=",")
    observed = np.array([[cell != "" for cell in row] for row in cells])
    np.testing.assert_array_equal(filled[observed], table[observed])
    assert np.isfinite(filled).all()


def test_a_table_of_several_types_is_completed_and_reported(folder, capsys, monkeypatch):
    reported = {}
    monkeypatch.setattr("tacit.report.write_report", lambda *_, **about: reported.update(about))
    rows, columns = np.mgrid[:30, :20]
    truth = 2.0 + np.sin(rows / 5) * (columns + 1)
    names = [f"c{column}" for column in range(20)]
    whole = pl.DataFrame(truth, schema=names).with_columns(pl.lit("word").alias("kind"))
    known = np.random.default_rng(3).random(truth.shape) > 0.2
    holes = [pl.when(pl.Series(seen)).then(name) for name, seen in zip(names, known.T, strict=True)]
    whole.with_columns(holes).write_parquet("in.parquet")
    whole.drop("kind").write_parquet("truth.parquet")
    arguments = ["in.parquet", "-o", "out.parquet", "--truth", "truth.parquet"]
    assert complete(*arguments, "--report", "r.html", *QUICK[:-1]) == 0
    printed = capsys.readouterr()
    assert "left alone: 'kind' (text)" in " ".join(printed.out.split())
    assert "root mean square, in the holes" in printed.out
    assert "PSNR" not in printed.out
    written = pl.read_parquet("out.parquet")
    assert written.schema == whole.schema
    np.testing.assert_array_equal(written.select(names).to_numpy()[known], truth[known])
    assert list(reported["names"]) == names


def test_denoise_rewrites_observed_pixels(folder):
    noise = np.random.default_rng(2).normal(0, 20, pixels("truth.png").shape)
    noisy = np.clip(pixels("truth.png") + noise, 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save("noisy.png")
    arguments = ["noisy.png", "-o", "out.png", "--missing", "mask.png", "--denoise"]
    assert complete(*arguments, *QUICK) == 0
    observed, truth = pixels("mask.png") == 0, pixels("truth.png").astype(float)
    assert np.std((pixels("out.png") - truth)[observed]) < np.std((noisy - truth)[observed])


def test_denoise_needs_no_holes(folder, capsys):
    noise = np.random.default_rng(2).normal(0, 20, pixels("truth.png").shape)
    Image.fromarray(np.clip(pixels("truth.png") + noise, 0, 255).astype(np.uint8)).save("noisy.png")
    arguments = ["noisy.png", "-o", "out.png", "--truth", "truth.png"]
    assert complete(*arguments, *QUICK) != 0
    assert "nothing in it is missing" in " ".join(capsys.readouterr().err.split())
    assert complete(*arguments, "--denoise", *QUICK[:-1]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "holes none" in printed
    assert "all pixels PSNR" in printed
    assert "missing pixels" not in printed
    before, after = (
        pixels(name) - pixels("truth.png").astype(float) for name in ("noisy.png", "out.png")
    )
    assert np.std(after) < np.std(before)


def save_gif(path: str, film: np.ndarray) -> None:
    """A grey film of (m, n, frames)."""
    first, *others = [Image.fromarray(film[:, :, t]) for t in range(film.shape[2])]
    first.save(path, save_all=True, append_images=others, duration=40)


def frames(path: str) -> np.ndarray:
    """The film of a grey GIF, (m, n, frames)."""
    with Image.open(path) as image:
        shown = [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(image)]
    return np.stack(shown, axis=-1)


@pytest.mark.slow
def test_a_film_is_completed_as_a_tensor(folder, capsys):
    rows, columns, times = np.mgrid[:16, :16, :4]
    shades = 127 + 30 * np.sin(rows / 5) * np.cos(columns / 7) * (times + 1)
    film = shades.round().astype(np.uint8)
    mask = np.random.default_rng(1).random(film.shape) < 0.3
    save_gif("truth.gif", film)
    save_gif("holes.gif", np.where(mask, 0, film).astype(np.uint8))
    arguments = ["holes.gif", "-o", "out.gif", "--missing-value", "0", "--truth", "truth.gif"]
    arguments += [
        "--smooth",
        "off",
        "--method",
        "tubal",
        "--budget",
        "40",
        "--report",
        "r.html",
        "--json",
    ]
    assert complete(*arguments) == 0
    summary = json.loads(capsys.readouterr().out)
    np.testing.assert_array_equal(frames("out.gif")[~mask], film[~mask])
    assert summary["psnr_missing"] > 25
    assert summary["missing_fraction"] == pytest.approx(mask.mean())
    assert summary["members"][0]["method"] in ("TNN", "tubal factors")
    assert "effective_rank" not in summary
    assert "frame 4 of 4" in Path("r.html").read_text("utf-8")


@pytest.mark.slow
def test_a_colour_picture_is_completed_as_a_tensor(folder, capsys):
    grey = pixels("truth.png")[:24, :24]
    truth = np.stack([grey, grey // 2 + 20, 255 - grey], axis=-1)
    mask = pixels("mask.png")[:24, :24]
    Image.fromarray(np.where(mask[..., None], 0, truth).astype(np.uint8)).save("colour.png")
    Image.fromarray(mask).save("place.png")
    arguments = ["colour.png", "-o", "out.png", "--missing", "place.png", "--budget", "40"]
    arguments += ["--method", "windows"]
    assert complete(*arguments) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "holes whole pixels" in printed
    assert "effective rank" not in printed
    filled = pixels("out.png")
    np.testing.assert_array_equal(filled[mask == 0], truth[mask == 0])
    assert np.abs(filled[mask > 0].astype(float) - truth[mask > 0]).mean() < 10


def bad_inputs() -> dict[str, tuple[list[str], str]]:
    """Arguments after `tacit complete`, and a word of the one line that they give."""
    out = ["-o", "out.png"]
    masked = ["--missing", "mask.png"]
    return {
        "no such file": (["none.png", *out], "no such file"),
        "not an image": (["words.png", *out], "words.png"),
        "mask of another size": (["holes.png", *out, "--missing", "small.png"], "small.png"),
        "everything missing": (["holes.png", *out, "--missing", "full.png"], "everything"),
        "nothing missing": (["truth.png", *out], "nothing"),
        "inf": (["inf.npy", "-o", "out.npy"], "inf"),
        "1x1": (["dot.png", *out, "--missing-value", "3"], "1 × 1"),
        "0 bytes": (["empty.png", *out], "empty.png"),
        "words in a csv": (["words.csv", "-o", "out.csv"], "words.csv"),
        "pickle": (["pickle.npz", "-o", "out.npz"], "pickle.npz"),
        "no output folder": (["holes.png", "-o", "no/out.png", *masked], "does not exist"),
        "no report folder": (["holes.png", *out, *masked, "--report", "no/r.html"], "not exist"),
        "output is input": (["holes.png", "-o", "holes.png", *masked], "--overwrite"),
        "output is mask": (["holes.png", "-o", "mask.png", *masked], "different"),
        "huge": (["huge.png", *out], "megapixel"),
        "budget": (["holes.png", *out, *masked, "--budget", "0"], "--budget"),
        "smooth": (["holes.png", *out, *masked, "--smooth", "1"], "--smooth"),
        "smooth word": (["holes.png", *out, *masked, "--smooth", "much"], "--smooth"),
        "method": (["holes.png", *out, *masked, "--method", "magic"], "--method"),
        "method of a film": (["film.gif", "-o", "o.gif", *masked, "--method", "deep"], "deep"),
        "method of a table": (["gap.csv", "-o", "out.csv", "--method", "tubal"], "tubal"),
        "depth": (["holes.png", *out, *masked, "--depth", "0"], "--depth"),
        "init scale": (["holes.png", *out, *masked, "--init-scale", "0"], "--init-scale"),
        "loss of a film": (["film.gif", "-o", "o.gif", *masked, "--loss", "huber"], "loss"),
        "axes too few": (["holes.png", *out, *masked, "--axes", "row"], "axes: 1 names"),
        "axes too many": (["gap.csv", "-o", "out.csv", "--axes", "item,item,?"], "axes: 3 names"),
        "axes unknown": (["gap.csv", "-o", "out.csv", "--axes", "item,wavelength"], "'wavelength'"),
        "bounds in words": (["gap.csv", "-o", "out.csv", "--bounds", "low"], "--bounds"),
        "bounds upside down": (["gap.csv", "-o", "out.csv", "--bounds", "9:0"], "bounds"),
        "bounds that are broken": (["gap.csv", "-o", "out.csv", "--bounds", "2:9"], "1 to 6"),
        "header only": (["header.csv", "-o", "out.csv"], "no rows"),
        "ragged": (["ragged.csv", "-o", "out.csv"], "row 2 has 3 cells"),
        "no numbers": (["letters.parquet", "-o", "out.parquet"], "no column of numbers"),
        "no output": (["holes.png", *masked], "--output"),
    }


def write_bad_files() -> None:
    Path("words.png").write_text("these are words")
    Path("empty.png").write_bytes(b"")
    Path("words.csv").write_text("1,2\n3,four\n5,\n")
    Path("gap.csv").write_text("1,2\n3,\n5,6\n")
    Path("header.csv").write_text("a,b\n")
    Path("ragged.csv").write_text("1,2\n3,4,5\n")
    pl.DataFrame({"a": ["x", "y"]}).write_parquet("letters.parquet")
    Image.new("L", (5, 5), 1).save("small.png")
    save_gif("film.gif", np.tile(pixels("truth.png")[..., None], 2) + np.arange(2, dtype=np.uint8))
    np.save("cube.npy", np.where(np.eye(4, dtype=bool), np.nan, np.ones((3, 4, 4))))
    Image.new("L", (40, 32), 1).save("full.png")
    Image.new("L", (1, 1), 3).save("dot.png")
    np.save("inf.npy", np.array([[1.0, np.inf, np.nan], [1, 2, 3]]))
    np.savez("pickle.npz", np.array([{"a": 1}, None], dtype=object))
    header = bytearray(Path("truth.png").read_bytes())
    header[16:24] = (20_000).to_bytes(4, "big") + (20_000).to_bytes(4, "big")
    import zlib

    header[29:33] = zlib.crc32(header[12:29]).to_bytes(4, "big")
    Path("huge.png").write_bytes(header)


# Types unchecked, as for a user: names of axes are words that anybody may write.
@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("name", bad_inputs())
def test_bad_input_is_one_line_and_nothing_is_written(folder, capsys, name):
    write_bad_files()
    arguments, word = bad_inputs()[name]
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert complete(*arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err.startswith("tacit: ")
    assert word in printed.err
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def started(*arguments: str) -> subprocess.Popen:
    environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
    return subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE, "complete", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_killed_at_any_moment_an_existing_output_is_whole(folder):
    old = pixels("truth.png")
    Image.fromarray(old).save("out.png")
    whole = Path("out.png").read_bytes()
    for delay in (0.3, 1.5, 3.0):
        running = started("holes.png", "-o", "out.png", "--missing", "mask.png", *QUICK)
        time.sleep(delay)
        running.kill()
        running.communicate()
        content = Path("out.png").read_bytes()
        if content != whole:
            assert pixels("out.png").shape == old.shape
    assert not list(folder.glob(".out.*")) or Path("out.png").stat().st_size > 0


@pytest.mark.slow
def test_ctrl_c_writes_the_best_answer_so_far(folder):
    big = np.add.outer(np.sin(np.arange(400) / 9), np.cos(np.arange(400) / 7) ** 2)
    big[np.random.default_rng(1).random(big.shape) < 0.5] = np.nan
    np.save("big.npy", big)
    running = started("big.npy", "-o", "out.npy", "--json", "--budget", "600")
    deadline = time.monotonic() + 120
    # The compile cache tells that training has begun.
    while not list(folder.glob("cache/*run_chunk*-cache")) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 130, err
    assert err.startswith("tacit: interrupted: ending with the best answer so far")
    assert json.loads(out)["result"] == "interrupted"
    assert np.isfinite(np.load("out.npy")).all()


def test_what_share_is_missing_is_printed_and_mask_is_another_name_of_missing(folder, capsys):
    share = (pixels("mask.png") > 0).mean()
    assert complete("holes.png", "-o", "out.png", "--mask", "mask.png", *QUICK[:-1]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"missing {100 * share:.3g} % of the pixels" in printed


def test_a_mask_of_what_is_known_can_be_turned(folder, capsys):
    known = 255 - pixels("mask.png")
    Image.fromarray(known).save("known.png")
    arguments = ["-o", "out.png", "--missing", "known.png", "--mask-invert"]
    assert complete("holes.png", *arguments, *QUICK) == 0
    np.testing.assert_array_equal(pixels("out.png")[known > 0], pixels("truth.png")[known > 0])


def test_png_in_jpeg_out_converts_and_says_so(folder, capsys):
    assert complete("holes.png", "-o", "out.jpg", "--missing", "mask.png", *QUICK[:-1]) == 0
    assert "note: holes.png is PNG and is written as JPEG" in capsys.readouterr().err
    with Image.open("out.jpg") as written:
        assert (written.format, written.size) == ("JPEG", (40, 32))


def test_help_shows_the_everyday_options_first(capsys):
    assert status(["complete", "--help"]) == 0
    printed = capsys.readouterr().out
    groups = ["Everyday options", "How a mask is read", "What is known of the data"]
    places = [printed.index(words) for words in (*groups, "How it is completed")]
    assert places == sorted(places)
    everyday = printed[places[0] : places[1]]
    for option in ("--output", "--missing", "--report", "--budget"):
        assert option in everyday
    assert "--dtype" not in everyday
