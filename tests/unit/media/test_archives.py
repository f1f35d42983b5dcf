"""Files of several variables: which is read, and that the others are kept."""

import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.io
import scipy.sparse

from tacit.media import MediaError, check_output, read, write

A = np.array([[1.0, np.nan], [3.0, 4.0]])
B = np.array([[5.0, 6.0], [np.nan, 8.0]])


def save(path: Path, **variables) -> Path:
    """Write variables to an archive of the kind that the suffix says."""
    if path.suffix == ".npz":
        np.savez(path, **variables)
    else:
        scipy.io.savemat(path, variables)
    return path


def load(path: Path) -> dict:
    """Read the variables of an archive."""
    return dict(np.load(path)) if path.suffix == ".npz" else scipy.io.loadmat(path)


both = pytest.mark.parametrize("suffix", [".npz", ".mat"])


@both
def test_the_named_variable_is_read_and_the_others_are_kept(tmp_path: Path, suffix: str) -> None:
    path, output = save(tmp_path / f"a{suffix}", A=A, B=B), tmp_path / f"b{suffix}"
    source = read(f"{path}:B")
    np.testing.assert_array_equal(source.missing, np.isnan(B))
    check_output(f"{path}:B", output)
    write(source, np.full((2, 2), 9.0), output)
    np.testing.assert_array_equal(load(output)["A"], A)
    np.testing.assert_array_equal(load(output)["B"], [[5, 6], [9, 8]])


@both
def test_the_only_matrix_needs_no_name(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a{suffix}", A=A, rate=np.array([[0.5]]), names=np.array(["x", "y"]))
    np.testing.assert_array_equal(read(path).missing, np.isnan(A))


@both
def test_several_matrices_are_listed(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a{suffix}", A=A, B=B)
    with pytest.raises(MediaError, match=r"A 2×2, B 2×2.*name one as .*:A") as caught:
        read(path)
    assert "\n" not in str(caught.value)


@both
def test_the_only_cube_needs_no_name_and_beside_a_matrix_it_does(tmp_path: Path, suffix) -> None:
    cube = np.stack([A, B], axis=2)
    path = save(tmp_path / f"a{suffix}", cube=cube, rate=np.array([[0.5]]))
    np.testing.assert_array_equal(read(path).missing, np.isnan(cube))
    with pytest.raises(MediaError, match=r"cube 2×2×2, A 2×2.*name one as .*:cube"):
        read(save(tmp_path / f"b{suffix}", cube=cube, A=A))


def test_the_only_array_is_taken_even_if_it_is_no_matrix(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="0 dimensions"):
        read(save(tmp_path / "a.npz", A=np.zeros(())))


@both
def test_a_name_that_is_not_there_is_said(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a{suffix}", A=A)
    with pytest.raises(MediaError, match=r"no numeric variable named 'C'.*A 2×2"):
        read(f"{path}:C")


@both
def test_an_archive_without_a_matrix_is_refused(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"a{suffix}", names=np.array(["x", "y"]))
    with pytest.raises(MediaError, match="holds no matrix of numbers"):
        read(path)


def test_an_npz_keeps_its_dates_and_compression(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "plain.npz", A=A)
    packing = zipfile.ZipInfo("A.npy", (2001, 2, 3, 4, 5, 6))
    packing.compress_type = zipfile.ZIP_DEFLATED
    with (
        zipfile.ZipFile(tmp_path / "plain.npz") as plain,
        zipfile.ZipFile(tmp_path / "a.npz", "w") as archive,
    ):
        archive.writestr(packing, plain.read("A.npy"))
    write(read(tmp_path / "a.npz"), np.ones((2, 2)), tmp_path / "b.npz")
    with zipfile.ZipFile(tmp_path / "b.npz") as archive:
        assert archive.infolist()[0].date_time == packing.date_time
        assert archive.infolist()[0].compress_type == packing.compress_type


def test_a_mat_keeps_the_text_of_its_header(tmp_path: Path) -> None:
    path = save(tmp_path / "a.mat", A=A)
    data = b"MATLAB 5.0 MAT-file, written long ago".ljust(116) + path.read_bytes()[116:]
    path.write_bytes(data)
    write(read(path), np.ones((2, 2)), tmp_path / "b.mat")
    assert (tmp_path / "b.mat").read_bytes()[:128] == data[:128]


def test_matlab_numbers_stay_doubles_though_stored_as_bytes(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "a.mat", {"A": np.array([[1.0, 0.0], [3.0, 4.0]])})
    source = read(tmp_path / "a.mat", missing_value=0)
    write(source, np.full((2, 2), 0.25), tmp_path / "b.mat")
    np.testing.assert_array_equal(load(tmp_path / "b.mat")["A"], [[1, 0.25], [3, 4]])


def test_matlab_version_4_stays_version_4(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "a.mat", {"A": A}, format="4")
    source = read(tmp_path / "a.mat")
    write(source, np.ones((2, 2)), tmp_path / "b.mat")
    assert scipy.io.matlab.matfile_version(tmp_path / "b.mat")[0] == 0
    assert load(tmp_path / "b.mat")["A"][0, 1] == 1


def test_other_matlab_types_are_kept(tmp_path: Path) -> None:
    extras = {
        "s": {"a": 1.0, "b": "text"},
        "flag": np.array([[True, False]]),
        "thin": scipy.sparse.eye_array(3).tocsc(),
        "cell": np.array([1.0, "x"], object),
    }
    path = save(tmp_path / "a.mat", A=A, **extras)
    source = read(f"{path}:A")
    write(source, np.ones((2, 2)), tmp_path / "b.mat")
    before, after = scipy.io.whosmat(path), scipy.io.whosmat(tmp_path / "b.mat")
    assert before == after
    assert load(tmp_path / "b.mat")["s"]["b"][0, 0] == ["text"]


@pytest.mark.parametrize("where", ["A", "other", "inside"])
def test_complex_numbers_are_refused_not_cast(tmp_path: Path, where: str) -> None:
    extras = {
        "A": {"A": A + 1j},
        "other": {"A": A, "z": np.array([[1j]])},
        "inside": {"A": A, "s": {"z": np.array([[1j]])}},
    }[where]
    with pytest.raises(MediaError, match="complex"):
        read(save(tmp_path / "a.mat", **extras))


@pytest.mark.parametrize("header", [b"MATLAB 7.3 MAT-file".ljust(124) + b"\x00\x02IM", b"\x89HDF"])
def test_what_is_no_hdf5_behind_the_head_of_version_7_3_is_explained(
    tmp_path: Path, header: bytes
) -> None:
    (tmp_path / "a.mat").write_bytes(header + bytes(600))
    with pytest.raises(MediaError, match="not a readable MAT file"):
        read(tmp_path / "a.mat")


def test_a_variable_that_could_not_be_written_back_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "a.mat", A=A)
    listing = [("A", (2, 2), "double"), ("f", (1, 1), "function")]
    monkeypatch.setattr(scipy.io, "whosmat", lambda _: listing)
    with pytest.raises(MediaError, match=r"'f' \(function\)"):
        read(path)


@pytest.mark.parametrize("where", ["only", "beside"])
def test_pickled_objects_are_refused(tmp_path: Path, where: str) -> None:
    objects = np.array([{"a": 1}, None], object)
    variables = {"A": objects} if where == "only" else {"A": A, "meta": objects}
    np.savez(tmp_path / "a.npz", **variables)
    with pytest.raises(MediaError, match="pickled Python objects"):
        read(tmp_path / "a.npz")


def test_a_zip_of_other_files_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(MediaError, match=r"'readme.txt', which is not an array"):
        read(tmp_path / "a.npz")
