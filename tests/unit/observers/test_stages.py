"""Stages of runs known in closed form, and of a run that is trained."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from tacit.algebra import singular_value_at, time_to_reach
from tacit.dynamics import GradientDescent
from tacit.models import Deep
from tacit.observers import find_stages, gradient_norm, loss, separations, singular_values
from tacit.problems import completion, full_observation
from tacit.results import stage_table, to_dataset
from tacit.runs import Schedule, run, sweep

TARGET = np.array([8.0, 4.0, 1.0])


def records(depth, start, target=TARGET, count=4000):
    """Records of the balanced flow with the target's own vectors: each value its closed form."""
    last = time_to_reach(0.9 * target[-1], start=start, target=target[-1], depth=depth)
    time = np.linspace(0, 3 * float(last), count)
    spectrum = singular_value_at(time[:, None], start=start, target=target, depth=depth)
    left = target - spectrum
    squares = depth * spectrum ** (2 - 2 / depth) * left**2
    ordered = -np.sort(-spectrum, axis=1)
    return time, np.sqrt(squares.sum(axis=1)), (left**2).sum(axis=1) / 2, ordered


@pytest.mark.parametrize(("depth", "start"), [(2, 1e-8), (3, 1e-4), (4, 1e-3)])
def test_closed_forms_give_one_stage_a_value(depth, start):
    time, norms, losses, spectrum = records(depth, start)
    found = find_stages(time, norms, losses, spectrum, target=TARGET, depth=depth)
    assert found.escapes == 3
    assert found.merged == 0
    np.testing.assert_array_equal(found.rank, [0, 1, 2, 3])
    np.testing.assert_array_equal(found.gained, [1, 1, 1, 0])
    np.testing.assert_allclose(found.predicted_loss, [40.5, 8.5, 0.5, 0])
    np.testing.assert_allclose(found.loss[:3], found.predicted_loss[:3], rtol=0.02)
    # Each mode alone peaks where s^(1-1/N) (σ - s) does, and the record next to it is found.
    peak = TARGET * (depth - 1) / (2 * depth - 1)
    expected = time_to_reach(peak, start=start, target=TARGET, depth=depth)
    np.testing.assert_allclose(found.escape_time[:3], expected, atol=3 * time[1])
    np.testing.assert_allclose(found.predicted_escape[:3], expected, rtol=1e-6)
    order = np.ravel(np.column_stack([found.start, found.bottom, found.end]))
    assert np.all(np.diff(order) >= 0)
    assert np.all(found.end[:-1] < found.escape[:-1])
    assert np.all(found.escape[:-1] < found.start[1:])
    assert found.escape[-1] == -1


def test_equal_values_are_one_merged_stage():
    found = find_stages(*records(2, 1e-8, np.array([4.0, 4.0, 1.0])), target=[4, 4, 1], depth=2)
    assert found.escapes == 2
    assert found.merged == 1
    np.testing.assert_array_equal(found.gained, [2, 1, 0])


def test_a_converged_run_has_no_stages_of_rounding():
    time, norms, losses, spectrum = records(2, 1e-8)
    noise = 1 + 0.9 * np.sin(np.arange(len(time)) * 2.1)
    hidden = np.where(norms < 1e-12 * norms.max(), 1e-14 * norms.max() * noise, norms)
    assert find_stages(time, hidden, losses, spectrum).escapes == 3


@pytest.mark.parametrize(("depth", "scale"), [(2, 1e-250), (3, 1e-15), (5, 1e-12)])
def test_separations_are_the_waits_of_tiny_starts(depth, scale):
    """From a tiny start a mode waits ln(1/s₀) / 2σ at depth 2, s₀^(2/N−1) / ((N−2) σ) beyond."""
    slow = -np.log(scale) / 2 if depth == 2 else scale ** (2 / depth - 1) / (depth - 2)
    waits = slow * np.diff(1 / TARGET) * depth / 2 * TARGET[1:] ** (2 - 2 / depth)
    np.testing.assert_allclose(separations(TARGET, scale, depth), waits, rtol=0.02)


def test_the_separation_rule_tells_stages_apart():
    """Above 3 there are as many stages as values; far below they merge."""
    for ratio, apart in ((2.0, True), (1.05, False)):
        target = 4.0 * ratio ** -np.arange(3.0)
        found = find_stages(*records(2, 1e-8, target), target=target, depth=2)
        assert bool(np.all(separations(target, 1e-8, 2) >= 3)) == apart
        assert (found.escapes == 3) == apart


def trained(depth, key):
    truth = jnp.diag(jnp.array([1.0, 0.4, 0.0, 0.0, 0.0]))
    problem = full_observation(truth)
    start = Deep.initialise((5, 5), depth=depth, init_scale=1e-5, dtype=jnp.float64, key=key)
    observers = (loss, gradient_norm, singular_values)
    return run(problem, start, GradientDescent(0.1), Schedule.every(4, 1600), observers)


@pytest.mark.slow
def test_a_sweep_becomes_a_table_of_stages():
    keys = jax.random.split(jax.random.key(0), 2)
    many = sweep(lambda key: trained(2, key), key=keys)
    dataset = to_dataset(many, coords={"seed": range(2)})
    target = np.array([1.0, 0.4])
    table = stage_table(dataset, target=target, depth=2)
    assert table["rank"].dims == ("seed", "stage")
    np.testing.assert_array_equal(table["escapes"], [2, 2])
    np.testing.assert_allclose(table["loss"][:, :2], [[0.58, 0.08]] * 2, rtol=0.02)
    lane = dataset.isel(seed=1)
    alone = find_stages(
        *(lane[name].values for name in ("time", "gradient_norm", "loss", "singular_values")),
        target=target,
        depth=2,
    )
    np.testing.assert_array_equal(table["bottom"][1], alone.bottom)
    per_lane = xr.DataArray(np.array([[1.0, 0.4], [2.0, 0.4]]), dims=("seed", "value"))
    depths = xr.DataArray([2, 2], dims="seed")
    again = stage_table(dataset, target=per_lane, depth=depths)
    np.testing.assert_allclose(again["predicted_loss"][1, 0], 2.08)


@pytest.mark.slow
def test_completion_has_stages_too():
    """A rank-two truth, 80 % of its entries: two escapes, with no predictions."""
    rng = np.random.default_rng(0)
    U, V = (np.linalg.qr(rng.standard_normal((8, 8)))[0] for _ in range(2))
    truth = jnp.asarray(3 * np.outer(U[:, 0], V[:, 0]) + np.outer(U[:, 1], V[:, 1]))
    problem = completion(truth, 52, key=jax.random.key(1))
    start = Deep.initialise(
        (8, 8), depth=3, init_scale=1e-6, dtype=jnp.float64, key=jax.random.key(2)
    )
    observers = (loss, gradient_norm, singular_values)
    done = run(problem, start, GradientDescent("auto"), Schedule.every(10, 12_000), observers)
    found = find_stages(*_of(done))
    np.testing.assert_array_equal(found.rank[: found.escapes], np.arange(found.escapes))
    assert found.escapes >= 2
    assert np.isnan(found.predicted_loss).all()


def _of(done):
    return done.time, *(done[name] for name in ("gradient_norm", "loss", "singular_values"))


def test_what_is_not_a_run_is_refused():
    time, norms, losses, spectrum = records(2, 1e-4, count=50)
    with pytest.raises(ValueError, match="one row a record"):
        find_stages(time, norms[1:], losses, spectrum)
    with pytest.raises(ValueError, match="at least 3"):
        find_stages(time[:2], norms[:2], losses[:2], spectrum[:2])
    with pytest.raises(ValueError, match="must be positive"):
        find_stages(time, norms, losses, spectrum, prominence=0.0)
    with pytest.raises(ValueError, match="no record gradient_norm"):
        stage_table(xr.Dataset({"loss": ("record", losses), "singular_values": ("record", losses)}))
