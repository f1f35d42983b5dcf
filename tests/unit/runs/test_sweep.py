"""Many runs in one program."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.dynamics import GradientDescent
from tacit.models import Deep
from tacit.observers import loss, singular_values
from tacit.runs import Below, Result, Schedule, run, sweep
from tests.laws.cases.problems import small_completion

PROBLEM = small_completion()
SEEDS, SCALES, DEPTHS = np.arange(2), np.array([0.1, 0.5]), [2, 3]


def fit(seed, scale, depth=2, step=0.05, stop=None, schedule=None):
    model = Deep.initialise(
        (5, 4), depth=depth, init_scale=scale, dtype=jnp.float64, key=jax.random.key(seed)
    )
    schedule = Schedule.every(10, 50) if schedule is None else schedule
    return run(PROBLEM, model, GradientDescent(step), schedule, (loss, singular_values), stop=stop)


def records(**settings):
    trajectory = fit(**settings)
    return trajectory.records, trajectory.step, trajectory.result_code


AXES = {"seed": SEEDS, "scale": SCALES, "depth": DEPTHS}


@pytest.fixture(scope="module")
def loop():
    """The loop of single runs, by its settings."""
    return {
        (seed, scale, depth): fit(seed=int(seed), scale=float(scale), depth=depth)
        for seed, scale, depth in itertools.product(SEEDS, SCALES, DEPTHS)
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    ("order", "lanes"),
    [
        (("seed", "scale", "depth"), 64),
        (("seed", "scale", "depth"), 1),
        (("scale", "depth", "seed"), 64),
    ],
)
def test_a_sweep_is_the_loop_of_single_runs(order, lanes, loop):
    found, step, code = sweep(records, lanes=lanes, **{name: AXES[name] for name in order})
    shape = tuple(len(AXES[name]) for name in order)
    assert found["loss"].shape == (*shape, 6)
    assert found["singular_values"].shape == (*shape, 6, 4)
    for place in np.ndindex(shape):
        settings = {name: AXES[name][i] for name, i in zip(order, place, strict=True)}
        single = loop[settings["seed"], settings["scale"], settings["depth"]]
        for name, record in found.items():
            np.testing.assert_allclose(record[place], single[name], rtol=1e-9, atol=1e-13)
        np.testing.assert_array_equal(step[place], single.step)
        assert code[place] == Result.FINISHED


@pytest.mark.slow
def test_a_sweep_over_arrays_returns_whole_trajectories(loop):
    found = sweep(lambda seed, scale: fit(seed, scale), seed=SEEDS, scale=SCALES)
    assert found.model.factors[0].shape == (2, 2, 4, 4)
    assert found.length.shape == found.best.shape == found.seconds.shape == (2, 2)
    assert np.isnan(found.seconds).all()
    expected = loop[SEEDS[1], SCALES[1], 2].model.factors[0]
    np.testing.assert_allclose(found.model.factors[0][2, 1], expected, rtol=1e-9)
    with pytest.raises(ValueError, match="result_code"):
        _ = found.result


def test_a_sweep_over_a_list_returns_whole_trajectories():
    steps = [0.01, 0.05]
    found = sweep(lambda step: fit(0, 0.5, step=step), step=steps)
    for lane, step in enumerate(steps):
        single = fit(0, 0.5, step=step)
        np.testing.assert_allclose(found["loss"][lane], single["loss"], rtol=1e-9)


def test_random_keys_are_an_axis():
    keys = jax.random.split(jax.random.key(3), 2)

    def start(key):
        return Deep.initialise((3, 3), depth=2, init_scale=1, dtype=jnp.float64, key=key)()

    found = sweep(lambda key: start(key), key=keys)
    np.testing.assert_allclose(found, np.stack([start(k) for k in keys]), rtol=1e-12)


@pytest.mark.slow
def test_stopped_and_diverged_lanes_are_frozen_and_repeat_their_last_record():
    """Steps of many sizes: some lanes converge, some diverge, one comes to the end."""
    steps = np.array([1e-3, 0.05, 0.1, 5.0])
    bound, schedule = 0.05, Schedule.every(10, 300)
    lane = lambda step: fit(0, 0.5, step=step, stop=Below("loss", bound), schedule=schedule)  # noqa: E731
    found = sweep(lane, step=steps)
    results = [Result(int(code)) for code in found.result_code]
    assert results[0] is Result.FINISHED
    assert results[1] is results[2] is Result.CONVERGED
    assert results[3].failed
    for i, step in enumerate(steps):
        single = lane(float(step))
        length = int(found.length[i])
        assert (length, results[i]) == (single.length, single.result)
        np.testing.assert_allclose(found["loss"][i][:length], single["loss"], rtol=1e-9)
        for record in (found.step, found.time, *found.records.values()):
            tail = np.asarray(record)[i, length - 1 :]
            np.testing.assert_array_equal(tail, np.broadcast_to(tail[:1], tail.shape))
        kept = jax.tree.map(lambda leaf, i=i: leaf[i], found.model)
        assert np.isfinite(kept()).all()
        np.testing.assert_allclose(kept(), single.model(), rtol=1e-9)


def test_diverged_lanes_are_frozen_without_a_stop():
    found = sweep(lambda step: fit(0, 0.5, step=step), step=np.array([0.05, 5.0]))
    length = int(found.length[1])
    assert length < 6
    for record in (found.step, found.records["loss"]):
        tail = np.asarray(record)[1, length - 1 :]
        np.testing.assert_array_equal(tail, np.broadcast_to(tail[:1], tail.shape))


@pytest.mark.slow
def test_a_stop_may_be_an_axis():
    """Whatever of a run is traced, it is one compiled program."""
    start = Deep.initialise(
        (5, 4), depth=2, init_scale=0.5, dtype=jnp.float64, key=jax.random.key(0)
    )

    def lane(bound):
        return run(
            PROBLEM,
            start,
            GradientDescent("auto"),
            Schedule.every(5, 100),
            stop=Below("loss", bound),
        ).length

    bounds = np.array([1.0, 0.1])
    found = sweep(lambda bound: lane(bound), bound=bounds)
    np.testing.assert_array_equal(found, [lane(float(bound)) for bound in bounds])


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({}, "at least one axis"),
        ({"seed": []}, "at least one value"),
        ({"seed": np.arange(2), "lanes": 0}, "lanes"),
    ],
)
def test_bad_axes_are_named(axes, message):
    with pytest.raises(ValueError, match=message):
        sweep(lambda seed: jnp.asarray(seed), **axes)


def test_results_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match="different shapes"):
        sweep(lambda width: jnp.zeros(width), width=[1, 2])
