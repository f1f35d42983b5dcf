"""What is drawn of a sweep, and how far it is."""

import subprocess
import sys

import numpy as np
import pytest

from tacit.plots import phase_diagram
from tacit.sweeps import average_over_plane, find_sweeps, grid, is_sweep, open_sweep

AXES = {"rank": [1, 2], "count": [10, 20, 30], "draw": [0, 1]}


def fit(rank, count, draw):
    if rank == 2 and count == 10:
        raise ValueError("too few")
    return {"error": rank * count + draw, "row": np.zeros(2), "good": draw == 0}


@pytest.fixture
def swept(tmp_path):
    return grid(fit, tmp_path / "s.zarr", **AXES)


def test_further_axes_are_averaged_over_the_cells_that_are_done(swept):
    plane, x, y, value = average_over_plane(swept, "error")
    assert (x, y, value) == ("count", "rank", "error")
    expected = [[10.5, 20.5, 30.5], [np.nan, 40.5, 60.5]]
    np.testing.assert_array_equal(plane["error"], expected)
    assert plane["error"].attrs["long_name"] == "error, mean over draw"
    plane, *_ = average_over_plane(swept, "good", x="rank", y="draw")
    np.testing.assert_array_equal(plane["good"], [[1, 0], [1, 0]])


def test_a_cell_that_is_missing_is_no_zero(swept):
    """Whole numbers of cells that are missing are zero in the store."""
    plane, *_ = average_over_plane(swept.isel(draw=0, drop=True), "error")
    assert np.isnan(plane["error"][1, 0])
    assert np.isnan(plane["error"]).sum() == 1


def test_one_axis_gives_one_row(tmp_path):
    swept = grid(lambda rank: {"error": rank}, tmp_path / "one.zarr", rank=[1, 2, 3])
    plane, x, y, value = average_over_plane(swept)
    assert (x, y, plane["error"].shape) == ("rank", "", (1, 3))
    figure = phase_diagram(plane, x, y, value)
    assert figure.axes[0].get_xlabel() == "rank"


def test_axes_of_several_values_are_shown_and_seeds_last(tmp_path):
    axes = {"seed": [0, 1], "one": [5], "rank": [1, 2, 3], "step": [0.1, 0.2]}
    swept = grid(lambda rank, seed, one, step: {"error": rank}, tmp_path / "s.zarr", **axes)
    assert average_over_plane(swept)[1:3] == ("step", "rank")
    assert average_over_plane(swept, x="seed")[1:3] == ("seed", "rank")
    assert average_over_plane(swept.isel(step=[0]))[1:3] == ("seed", "rank")


def test_the_figure_has_labels_a_bar_and_missing_cells(swept):
    figure = phase_diagram(*average_over_plane(swept, "error"))
    axes, bar = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("count", "rank")
    assert bar.get_ylabel() == "error, mean over draw"
    (mesh,) = axes.collections
    shown = mesh.get_array()
    assert np.ma.getmaskarray(shown).reshape(2, 3).tolist() == [[False] * 3, [True, False, False]]
    assert axes.patch.get_hatch()


def test_what_cannot_be_shown_is_refused(swept):
    with pytest.raises(ValueError, match="by --value: there are error, good"):
        average_over_plane(swept)
    with pytest.raises(ValueError, match="there is no result 'row' of one number a cell"):
        average_over_plane(swept, "row")
    # What is kept of every cell can be drawn too.
    assert average_over_plane(swept, "cell_seconds")[3] == "cell_seconds"


def test_sweeps_are_found_with_how_far_they_are(tmp_path, swept):
    (tmp_path / "folder").mkdir()
    (tmp_path / "s.zarr" / "done" / "c.1.0.0.01234567.partial").write_bytes(b"\1")
    for where in (tmp_path, tmp_path / "s.zarr"):
        (found,) = find_sweeps(where)
        assert found.path == tmp_path / "s.zarr"
        assert (found.done, found.failed, found.cells) == (12, 2, 12)
        assert str(found) == "12 of 12 cells, 2 failed"
        assert found.axes == {"rank": 2, "count": 3, "draw": 2}
    (tmp_path / "s.zarr" / "done" / "c.0.0.0").unlink()
    assert find_sweeps(tmp_path)[0].done == 11
    assert int((open_sweep(tmp_path / "s.zarr")["done"] == 0).sum()) == 1
    assert not is_sweep(tmp_path / "folder")
    assert find_sweeps(tmp_path / "nothing") == ()


def test_listing_them_imports_nothing_heavy():
    code = (
        "import sys, pathlib\n"
        "from tacit.sweeps import find_sweeps\n"
        "find_sweeps(pathlib.Path('.'))\n"
        "print({'jax', 'zarr', 'xarray', 'numpy', 'distributed'} & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
