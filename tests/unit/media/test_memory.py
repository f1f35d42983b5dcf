"""What would not fit into memory is refused from its header, with the size in GiB."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import tifffile

from tacit.media import MediaError, memory, mp4, read
from tacit.media.memory import WORK, check_memory, free_bytes

from ._clips import save_clip, waves
from ._files import film, frames_first, save_folder, save_gif

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


def test_a_matrix_is_not_asked(tmp_path: Path, monkeypatch) -> None:
    np.save(tmp_path / "a.npy", np.ones((5, 6)))
    monkeypatch.setattr(memory, "free_bytes", lambda: 0)
    assert read(tmp_path / "a.npy", need_holes=False).values.shape == (5, 6)


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
