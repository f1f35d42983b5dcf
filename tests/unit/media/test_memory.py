"""What would not fit into memory is refused from its header, with the size in GiB."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import scipy.io
import tifffile
from PIL import Image

from tacit.media import MediaError, memory, mp4, read
from tacit.media.memory import STILL, TEXT, WORK, check_memory, free_bytes

from ._clips import save_clip, waves
from ._files import film, frames_first, save_folder, save_gif, save_pillow

NEEDED = {"film": 8 * 5 * 6 * 4 * WORK, "colour": 8 * 5 * 6 * 4 * 3 * WORK}


def save_npz(path: Path, data: np.ndarray) -> None:
    """Write an archive of one array."""
    np.savez(path, A=data)


def save_mat(path: Path, data: np.ndarray) -> None:
    """Write a MATLAB file of one array."""
    scipy.io.savemat(path, {"A": data})


def save_tiff(path: Path, data: np.ndarray) -> None:
    """Write a TIFF stack."""
    tifffile.imwrite(path, frames_first(data), photometric="minisblack")


SAVERS: dict[str, Callable[[Path, np.ndarray], object]] = {
    ".npy": np.save,
    ".npz": save_npz,
    ".mat": save_mat,
    ".tif": save_tiff,
    ".gif": save_gif,
    "": save_folder,
}


@pytest.mark.parametrize("suffix", SAVERS)
def test_the_limit_is_what_the_work_needs(tmp_path: Path, suffix: str, monkeypatch) -> None:
    path = tmp_path / f"a{suffix}"
    SAVERS[suffix](path, film("u1"))
    needed = NEEDED["colour" if suffix == ".gif" else "film"]
    monkeypatch.setattr(memory, "free_bytes", lambda: needed)
    assert read(path, need_holes=False).values.shape == (5, 6, 4)
    monkeypatch.setattr(memory, "free_bytes", lambda: needed - 1)
    with pytest.raises(MediaError, match=r"5 × 6 × 4.* numbers need about .* GiB") as caught:
        read(path, need_holes=False)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_an_mp4_is_refused_before_a_frame_is_decoded(tmp_path: Path, monkeypatch) -> None:
    save_clip(tmp_path / "a.mp4", waves())
    monkeypatch.setattr(memory, "free_bytes", lambda: 8 * 16 * 18 * 4 * 3 * WORK - 1)
    monkeypatch.setattr(mp4, "make_reel", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(MediaError, match=r"16 × 18 × 4 × 3 numbers need about .* GiB"):
        read(tmp_path / "a.mp4", need_holes=False)


def test_a_large_cube_is_refused_though_its_file_is_a_header_alone(tmp_path: Path) -> None:
    header = {"descr": "<f4", "fortran_order": False, "shape": (10**5, 10**5, 100)}
    with open(tmp_path / "a.npy", "wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
    with pytest.raises(MediaError, match=r"100000 × 100000 × 100 numbers need about 4.77e\+05 GiB"):
        read(tmp_path / "a.npy")


def save_text(path: Path, data: np.ndarray) -> None:
    """Write a table of 60 bytes."""
    path.write_text("\n".join(",".join("1" for _ in row) for row in data) + "\n")


def save_parquet(path: Path, data: np.ndarray) -> None:
    """Write a table of numbers."""
    pl.DataFrame(data, schema=[f"c{at}" for at in range(data.shape[1])]).write_parquet(path)


STILLS: dict[str, tuple[Callable[[Path, np.ndarray], object], int]] = {
    ".png": (save_pillow, 8 * 30 * STILL),
    ".jpg": (save_pillow, 8 * 30 * STILL),
    ".webp": (save_pillow, 8 * 30 * 3 * STILL),
    ".tif": (tifffile.imwrite, 8 * 30 * STILL),
    ".npy": (np.save, 8 * 30 * STILL),
    ".npz": (save_npz, 8 * 30 * STILL),
    ".mat": (save_mat, 8 * 30 * STILL),
    ".csv": (save_text, 60 * TEXT),
    ".parquet": (save_parquet, 8 * 30 * STILL),
}


@pytest.mark.parametrize("suffix", STILLS)
def test_a_picture_and_a_table_are_asked_before_they_are_decoded(
    tmp_path: Path, monkeypatch, suffix: str
) -> None:
    save, needed = STILLS[suffix]
    save(tmp_path / f"a{suffix}", np.array([[7, 8] * 3] * 2 + [[9, 7] * 3] * 3, np.uint8))
    monkeypatch.setattr(memory, "free_bytes", lambda: needed)
    assert read(tmp_path / f"a{suffix}", need_holes=False).values.shape[:2] == (5, 6)
    monkeypatch.setattr(memory, "free_bytes", lambda: needed - 1)
    with pytest.raises(MediaError, match=r"need about .* GiB while they are"):
        read(tmp_path / f"a{suffix}", need_holes=False)


def test_a_small_file_of_a_large_picture_is_refused_with_its_size(
    tmp_path: Path, monkeypatch
) -> None:
    Image.new("L", (12_000, 12_000)).save(tmp_path / "bomb.png")
    assert (tmp_path / "bomb.png").stat().st_size < 500_000
    monkeypatch.setattr(memory, "free_bytes", lambda: 16 * 2**30)
    with pytest.raises(MediaError, match=r"12000 × 12000 numbers need about 25\.7 GiB"):
        read(tmp_path / "bomb.png", need_holes=False)


def test_a_limit_of_the_process_counts(tmp_path: Path) -> None:
    """As `ulimit -v` sets it: 1 GiB, of which the interpreter takes some."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); "
        "from tacit.media.memory import free_bytes; print(free_bytes())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 0 < int(done.stdout) < 2**30, done.stderr


def test_sizes_are_in_gib(monkeypatch) -> None:
    monkeypatch.setattr(memory, "free_bytes", lambda: 3 * 2**30)
    check_memory(Path("a"), (2**7, 2**10, 2**10 * 3 // WORK))
    with pytest.raises(MediaError, match=r"^a: .* about 4 GiB .*, and 3 GiB are free"):
        check_memory(Path("a"), (2**9, 2**10, 2**10 // WORK))


@pytest.mark.parametrize("linux", [True, False])
def test_free_memory_is_between_nothing_and_all(tmp_path: Path, monkeypatch, linux: bool) -> None:
    if not linux:
        monkeypatch.setattr(memory, "_LINUX", tmp_path / "absent")
    assert 2**20 < free_bytes() < 2**50
