"""Files that are damaged or made to do harm: one line each, in little time."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import scipy.io
from PIL import Image

from tacit.media import MediaError, read, read_triplets

PIXELS = np.random.default_rng(0).integers(1, 256, (40, 50)).astype(np.uint8)


def test_a_png_is_refused_if_one_bit_of_any_chunk_is_wrong(tmp_path: Path) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "a.png", dpi=(72, 72))
    data = (tmp_path / "a.png").read_bytes()
    places = [data.index(kind) + 6 for kind in (b"pHYs", b"IDAT")]
    for place in (*places, data.index(b"IDAT") + 900):
        damaged = bytearray(data)
        damaged[place] ^= 1
        (tmp_path / "b.png").write_bytes(damaged)
        with pytest.raises(MediaError, match=r"checksum of its (pHYs|IDAT) chunk at byte \d+ is"):
            read(tmp_path / "b.png", need_holes=False)


def test_the_name_of_a_damaged_chunk_is_shown_on_one_line(tmp_path: Path) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes().replace(b"IDAT", b"ID\nT")
    (tmp_path / "b.png").write_bytes(data)
    with pytest.raises(MediaError, match="the checksum of its ID") as refused:
        read(tmp_path / "b.png", need_holes=False)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("colours", [None, 32])
def test_a_png_is_refused_wherever_it_is_cut_short(tmp_path: Path, colours) -> None:
    image = Image.fromarray(PIXELS)
    (image if colours is None else image.quantize(colours)).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    read(tmp_path / "a.png", need_holes=False)
    for length in (
        *range(8, 60),
        *range(60, len(data) - 40, 97),
        *range(len(data) - 40, len(data)),
    ):
        (tmp_path / "b.png").write_bytes(data[:length])
        with pytest.raises(MediaError):
            read(tmp_path / "b.png", need_holes=False)
    # What follows the end is nobody's.
    (tmp_path / "b.png").write_bytes(data + b"more")
    again = read(tmp_path / "b.png", need_holes=False)
    np.testing.assert_array_equal(again.values, read(tmp_path / "a.png", need_holes=False).values)


def test_an_array_whose_nan_has_other_bits_is_read_without_a_word(tmp_path: Path) -> None:
    values = np.ones((3, 4))
    values.view(np.uint64)[0, 0] = 0x7FF0000000000001
    np.save(tmp_path / "a.npy", values)
    assert read(tmp_path / "a.npy").missing.sum() == 1


def test_an_array_is_refused_that_is_longer_than_its_header(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((3, 4)))
    (tmp_path / "b.npy").write_bytes((tmp_path / "a.npy").read_bytes() + b"more")
    with pytest.raises(MediaError, match="more bytes than the array that its header promises"):
        read(tmp_path / "b.npy", need_holes=False)


def test_a_panic_of_polars_is_one_line_and_nothing_else(tmp_path, monkeypatch, capfd) -> None:
    pl.DataFrame({"a": [1.0, 2.0], "b": [3.0, None]}).write_parquet(tmp_path / "a.parquet")

    def panic(*_):
        os.write(2, b"thread '<unnamed>' panicked at a line of Rust\n")
        raise pl.exceptions.PanicException("assertion failed: " + "very long " * 99)

    monkeypatch.setattr(pl, "scan_parquet", panic)
    for reader in (read, read_triplets):
        with pytest.raises(MediaError, match="is not a readable Parquet file") as caught:
            reader(tmp_path / "a.parquet")
        assert len(str(caught.value)) < 400
    assert capfd.readouterr().err == ""


def test_a_keyboard_interrupt_is_no_damaged_file(tmp_path, monkeypatch) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(pl, "scan_parquet", interrupt)
    with pytest.raises(KeyboardInterrupt):
        read(tmp_path / "a.parquet")


def seconds(work) -> float:
    """Time of the second call: the first imports what is needed."""
    work()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def test_thousands_of_columns_take_time_in_proportion(tmp_path: Path) -> None:
    """8,000 columns took 31 s, and 4,000 between double colons 25 s."""
    row = ["" if at % 7 == 3 else f"{at / 9:.3f}" for at in range(8000)]
    cells = [row] * 12 + [[f"{at % 10}.5" for at in range(8000)]]
    (tmp_path / "wide.csv").write_text("\n".join(",".join(row) for row in cells))
    (tmp_path / "wide.dat").write_text("\n".join("::".join(row[:4000]) for row in cells))
    assert seconds(lambda: read(tmp_path / "wide.csv")) < 8
    assert seconds(lambda: read_triplets(tmp_path / "wide.dat", header=False, rated=False)) < 4


def test_double_colons_separate_cells(tmp_path: Path) -> None:
    (tmp_path / "r.dat").write_text('u::i::4::a "quoted\nü::j::5\n')
    triplets = read_triplets(tmp_path / "r.dat", header=False)
    assert triplets.users.tolist() == ["u", "ü"]
    assert triplets.ratings.tolist() == [4, 5]
    (tmp_path / "r.dat").write_text("a::b\x1fc::4\n")
    with pytest.raises(MediaError, match="control characters"):
        read_triplets(tmp_path / "r.dat", header=False)


@pytest.mark.parametrize("place", ["data", "flags", "dimensions"])
@pytest.mark.parametrize("kind", [0, 8, 10, 11, 16, 133])
def test_a_type_that_matlab_has_not_does_not_end_the_process(
    tmp_path: Path, place: str, kind: int
) -> None:
    """SciPy takes it as an index: type 133 was a segmentation fault."""
    scipy.io.savemat(tmp_path / "a.mat", {"A": np.ones((3, 4))})
    data = bytearray((tmp_path / "a.mat").read_bytes())
    tags = {"flags": 136, "dimensions": 152, "data": 176}
    assert data[tags["data"]] == 9
    data[tags[place]] = kind
    (tmp_path / "b.mat").write_bytes(data)
    code = (
        "import sys; from tacit.media import read, MediaError\n"
        "try: read(sys.argv[1], need_holes=False)\n"
        "except MediaError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "b.mat")], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "is not a readable MAT file" in done.stdout


def test_structures_cells_and_texts_of_matlab_are_known(tmp_path: Path) -> None:
    cell = np.empty((2, 2), object)
    cell[:] = [[np.eye(2), "text ä"], [{"inner": np.arange(3)}, np.array([True, False])]]
    variables = {"A": np.ones((3, 4)), "cell": cell, "struct": {"a": 1, "b": "c", "d": {"e": 2.0}}}
    for compressed in (False, True):
        scipy.io.savemat(tmp_path / "a.mat", variables, do_compression=compressed)
        assert read(tmp_path / "a.mat", need_holes=False).values.shape == (3, 4)
