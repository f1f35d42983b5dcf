"""What a sweep in one process gives, and what it refuses."""

import functools
import itertools
import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

import tacit
from tacit.sweeps import grid, open_sweep
from tacit.sweeps.axes import seed_of
from tests.unit.sweeps._functions import AXES, fails_at_two, fit, unlike


@pytest.fixture
def store(tmp_path):
    return tmp_path / "sweep.zarr"


def test_every_cell_is_what_the_function_gives_for_it(store):
    swept = grid(fit, store, **AXES)
    assert (swept["done"] == 1).all()
    for rank, scale in itertools.product(*AXES.values()):
        cell = swept.sel(rank=rank, scale=scale)
        # By hand: the seed that is stored, and a call.
        alone = fit(rank, scale, key=jax.random.key(int(cell["seed"])))
        for name in ("norm", "gram", "count", "small"):
            assert np.array_equal(cell[name], alone[name])
        assert cell["name"] == f"{rank}"
        assert cell["cell_seconds"] > 0
        assert json.loads(str(cell["cell_origin"].values))["jax_version"] == jax.__version__
    assert swept["gram"].dims == ("rank", "scale", "gram_0", "gram_1")
    assert swept["count"].dtype == np.int64
    assert np.unique(swept["seed"]).size == 6


def test_what_a_cell_gives_depends_on_its_own_values_alone(store, tmp_path):
    """Neither other cells nor the order of the axes count: one by one they are the same."""
    whole = grid(fit, store, **AXES)
    for rank, scale in itertools.product(*AXES.values()):
        alone = grid(fit, tmp_path / f"{rank}-{scale}.zarr", scale=[scale], rank=[rank])
        assert np.array_equal(alone["gram"][0, 0], whole["gram"].sel(rank=rank, scale=scale))


def test_a_sweep_that_is_called_again_computes_nothing(store):
    calls = []

    def counted(rank):
        calls.append(rank)
        return {"rank_again": rank}

    # What is counted is no part of what the function is.
    first = grid(functools.partial(_call, _Opaque(counted)), store, rank=[1, 2])
    again = grid(functools.partial(_call, _Opaque(counted)), store, rank=[1, 2])
    assert calls == [1, 2]
    xr.testing.assert_identical(first, again)


class _Opaque:
    """Something that cannot be pickled."""

    def __init__(self, function):
        self.function = function

    def __reduce__(self):
        raise TypeError("no")


def _call(opaque, rank):
    return opaque.function(rank)


def test_a_cell_that_raises_is_named_and_the_others_go_on(store):
    said = []
    swept = grid(fails_at_two, store, report=said.append, **AXES)
    assert swept["done"].values.tolist() == [[1, 1], [2, 2], [1, 1]]
    assert (
        swept["cell_error"].sel(rank=2).values.tolist() == ["ValueError: rank 2 is not for us"] * 2
    )
    assert swept["gram"].sel(rank=2).isnull().all()
    assert swept["gram"].sel(rank=[1, 3]).notnull().all()
    assert str(said[-1]) == "6 of 6 cells, 2 failed"
    assert [progress.done for progress in said] == list(range(7))
    assert said[-1].seconds_left == 0
    assert said[3].seconds_left == pytest.approx(said[3].seconds)


def test_cells_that_raised_are_tried_again_when_asked(store, monkeypatch):
    grid(fails_at_two, store, **AXES)
    said = []
    grid(fails_at_two, store, report=said.append, **AXES)
    assert [progress.done for progress in said] == [6]
    # As if the reason had gone: not by another function, which would be another sweep.
    monkeypatch.setattr("tacit.sweeps.cell.Cell.compute", _compute_anyway)
    swept = grid(fails_at_two, store, retry=True, **AXES)
    assert (swept["done"] == 1).all()
    assert (swept["cell_error"] == "").all()
    assert swept["gram"].notnull().all()


def _compute_anyway(self, values):
    from tacit.sweeps import cell

    results = cell._arrays(fit(**values, key=jax.random.key(0)), values)
    return cell.Outcome(results, "", 1.0, "{}")


def test_the_first_cells_may_raise(store):
    """The form of the results is then that of the first that does not."""
    swept = grid(fails_at_two, store, rank=[2, 1], scale=[1.0])
    assert swept["done"].values.tolist() == [[2], [1]]
    assert swept["gram"].shape == (2, 1, 5, 5)


def test_a_sweep_all_of_whose_cells_raise_has_no_results(store):
    swept = grid(fails_at_two, store, rank=[2], scale=[0.1, 1.0])
    assert (swept["done"] == 2).all()
    assert "gram" not in swept


def test_results_of_another_shape_are_an_error_of_their_cell(store):
    swept = grid(unlike, store, rank=[1, 2], scale=[1.0])
    assert swept["cell_error"].values[1, 0] == (
        "results unlike those of other cells: values has shape (2,), not (1,)"
    )


@pytest.mark.parametrize(
    ("results", "said"),
    [
        ({}, "a cell must return a dict of one array or more, got a dict"),
        (3.0, "a cell must return a dict of one array or more, got a float"),
        ({"a": object()}, "result 'a' must hold numbers, truth values or texts, got object"),
        ({"a": jnp.zeros(2, jnp.bfloat16)}, "must hold numbers, truth values or texts"),
        ({"rank": 1}, "a result cannot be called 'rank'"),
        ({"done": 1}, "a result cannot be called 'done'"),
        ({"a/b": 1}, "a result cannot be called 'a/b'"),
        ({3: 1}, "a result cannot be called 3"),
    ],
)
def test_what_cannot_be_stored_is_an_error_of_its_cell(store, results, said):
    swept = grid(lambda rank: results, store, rank=[1])
    assert said in str(swept["cell_error"].values[0])


def test_types_that_hold_every_value_are_cast_and_others_are_not(store):
    values = {1: 0.5, 2: 3, 3: True, 4: 1j}
    swept = grid(lambda rank: {"value": values[rank]}, store, rank=list(values))
    assert swept["value"].values[:3].tolist() == [0.5, 3.0, 1.0]
    assert "value is complex128, not float64" in str(swept["cell_error"].values[3])


def test_a_dataset_keeps_its_dimensions_and_coordinates(store):
    def train(rank, step):
        return xr.Dataset(
            {"loss": ("record", np.arange(3.0) * rank, {"long_name": "the loss"})},
            {"record": [0, 10, 20], "step": ("record", [0.0, step, 2 * step])},
        )

    swept = grid(train, store, rank=[1, 2], step=[0.1, 0.2])
    assert swept["loss"].dims == ("rank", "step", "record")
    assert swept["loss"].attrs["long_name"] == "the loss"
    assert swept["record"].values.tolist() == [0, 10, 20]
    # An axis has this name already.
    assert swept["step_in_cell"].sel(step=0.2, rank=1).values.tolist() == [0.0, 0.2, 0.4]


def test_coordinates_that_differ_stay_with_their_cells(store):
    def train(rank):
        return xr.Dataset({"loss": ("record", np.zeros(2))}, {"record": [0, rank]})

    swept = grid(train, store, rank=[1, 2])
    assert swept["record_values"].values.tolist() == [[0, 1], [0, 2]]


def test_a_result_without_any_value_is_kept(store):
    swept = grid(lambda rank: {"none": np.zeros((0, 2)), "one": 1.0}, store, rank=[1, 2])
    assert swept["none"].shape == (2, 0, 2)
    assert (swept["done"] == 1).all()


def test_values_of_axes_come_as_they_were_given(store):
    seen = []

    def look(shape, method, on, seed):
        seen.append((shape, method, on, seed))
        return {"value": 1.0}

    axes = {"shape": [(2, 3), ()], "method": [None, "als"], "on": [True, False]}
    swept = grid(look, store, **axes, seed=np.arange(2, dtype=np.int32))
    assert seen[:2] == [((2, 3), None, True, 0), ((2, 3), None, True, 1)]
    assert seen[-1] == ((), "als", False, 1)
    assert type(seen[0][3]) is int
    assert swept["shape"].values.tolist() == ["2,3", ""]
    assert swept["method"].values.tolist() == ["none", "als"]
    assert swept["on"].dtype == bool
    assert swept["seed"].dims == ("seed",)


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ({}, "give at least one axis"),
        ({"rank": []}, "axis 'rank' has no values"),
        ({"rank": [1, 2, 1]}, "axis 'rank' has the value 1 twice"),
        ({"rank": [1, 1.0]}, "axis 'rank' has the value 1.0 twice"),
        ({"rank": 3}, "axis 'rank' must be a list of values, got 3"),
        ({"rank": "123"}, "axis 'rank' must be a list of values, got '123'"),
        ({"rank": np.ones((2, 2))}, "axis 'rank' must have one dimension, got 2"),
        ({"rank": [float("nan")]}, "a value that is not a number"),
        ({"rank": [{}]}, "must hold numbers, texts, truth values, None or tuples of these"),
        ({"done": [1]}, "an axis cannot be called 'done'"),
        ({"depth": [1]}, "the axes depth do not fit the function, which takes rank, scale, key"),
        ({"rank": [1]}, "missing a required argument: 'scale'"),
    ],
)
@pytest.mark.usefixtures("unchecked")
def test_axes_that_do_not_fit_are_refused_before_anything_is_made(store, axes, said):
    with pytest.raises(ValueError, match=said.replace("(", r"\(")) as refused:
        grid(fit, store, **axes)
    assert "\n" not in str(refused.value)
    assert not store.exists()


def test_the_seed_of_a_cell_has_31_bits_made_of_its_values():
    seeds = {seed_of({"a": a, "b": b}) for a in range(40) for b in ("x", "y", None, 0.5)}
    assert len(seeds) == 160
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert seed_of({"a": 1, "b": 2}) == seed_of({"b": 2, "a": 1})
    assert seed_of({"a": 1, "seed": 7}) == 7


def test_a_function_may_ask_for_a_seed(store):
    swept = grid(lambda rank, seed: {"given": seed}, store, rank=[1, 2])
    assert swept["given"].values.tolist() == swept["seed"].values.tolist()


def test_precision_is_that_of_the_caller(tmp_path):
    one = grid(fit, tmp_path / "one.zarr", rank=[1], scale=[1.0])
    with jax.enable_x64(False):
        two = grid(fit, tmp_path / "two.zarr", rank=[1], scale=[1.0])
        with pytest.raises(ValueError, match="jax_enable_x64 is False, not True"):
            grid(fit, tmp_path / "one.zarr", rank=[1], scale=[1.0])
    assert (one["gram"].dtype, two["gram"].dtype) == (np.float64, np.float32)


def test_the_front_door_has_it(store):
    xr.testing.assert_identical(tacit.grid(fit, store, **AXES), open_sweep(store))
