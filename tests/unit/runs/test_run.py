"""The one loop: advance, observe, stop."""

import importlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.dynamics import EigenvalueRecursion, GradientDescent, GradientFlow, SoftImpute
from tacit.models import Deep, Direct
from tacit.observers import Observer, held_out, loss, singular_values
from tacit.problems import Problem, full_observation
from tacit.runs import Below, Result, Schedule, Stalled, joined, run
from tests.laws.cases.base import draw, single
from tests.laws.cases.problems import small_completion

# The module: `tacit.runs.run` is the function.
loop = importlib.import_module("tacit.runs.run")
PROBLEM = small_completion()
START = Deep((0.4 * draw((4, 4)), 0.4 * draw((5, 4), seed=8)))
DESCENT = GradientDescent(0.05)


def clock_observer():
    return Observer(lambda t, model, problem: jnp.asarray(t), "t", "time")


def bytes_of(tree):
    return [np.asarray(leaf).tobytes() for leaf in jax.tree.leaves(tree)]


def without_time(trajectory):
    return (trajectory.step, trajectory.time, trajectory.records, trajectory.model)


def test_records_are_taken_at_exactly_the_points():
    schedule = Schedule.logarithmic(100, 7)
    found = run(PROBLEM, START, DESCENT, schedule, (loss, singular_values, clock_observer()))
    np.testing.assert_array_equal(found.step, schedule.points)
    np.testing.assert_allclose(found.time, 0.05 * schedule.points, rtol=1e-12)
    np.testing.assert_array_equal(found["t"], found.time)
    assert found.length == len(schedule.points) == len(found["loss"])
    assert found.result is Result.FINISHED
    assert not found.result.failed
    assert found.seconds > 0
    for step, value, spectrum in zip(
        found.step, found["loss"], found["singular_values"], strict=True
    ):
        model, _ = DESCENT.advance(PROBLEM, START, DESCENT.init(PROBLEM, START), int(step))
        np.testing.assert_allclose(value, PROBLEM.objective(model), rtol=1e-10)
        np.testing.assert_allclose(spectrum, np.linalg.svd(model(), compute_uv=False), rtol=1e-8)
    np.testing.assert_allclose(found.model(), model(), rtol=1e-10)
    assert found.best == len(schedule.points) - 1


def test_a_flow_is_recorded_in_time():
    found = run(PROBLEM, START, GradientFlow(), Schedule.linear(1.0, 4))
    np.testing.assert_allclose(found.time, [0, 1 / 3, 2 / 3, 1], rtol=1e-12)
    assert np.all(np.diff(found.step) > 0)
    assert np.all(np.diff(found["loss"]) < 0)


def test_chunks_change_nothing():
    """1, 5 or all records in one compiled call: the same bytes; and so on a second run."""
    schedule = Schedule.every(3, 33)
    runs = [
        run(PROBLEM, START, DESCENT, schedule, (loss, singular_values), chunk=chunk, keep="best")
        for chunk in (1, 5, 100, 5)
    ]
    first = bytes_of(without_time(runs[0]))
    assert all(bytes_of(without_time(other)) == first for other in runs[1:])


def test_progress_is_reported_after_each_chunk():
    seen = []
    run(PROBLEM, START, DESCENT, Schedule.every(2, 20), chunk=4, on_chunk=seen.append)
    assert [progress.step for progress in seen] == [6, 14, 20]
    np.testing.assert_allclose([progress.fraction for progress in seen], [4 / 11, 8 / 11, 1])
    assert [progress.time for progress in seen] == pytest.approx([0.3, 0.7, 1.0])
    whole = run(PROBLEM, START, DESCENT, Schedule.every(2, 20))
    assert [float(p.latest["loss"]) for p in seen] == whole["loss"][[3, 7, 10]].tolist()


# How a run ends.


@pytest.mark.parametrize("chunk", [1, 4, 100])
def test_below_stops_at_the_first_record_below(chunk):
    whole = run(PROBLEM, START, DESCENT, Schedule.every(5, 200))
    bound = float(np.median(whole["loss"]))
    first = int(np.argmax(whole["loss"] <= bound))
    found = run(
        PROBLEM, START, DESCENT, Schedule.every(5, 200), stop=Below("loss", bound), chunk=chunk
    )
    assert found.result is Result.CONVERGED
    assert found.length == len(found["loss"]) == len(found.step) == first + 1
    np.testing.assert_allclose(found["loss"], whole["loss"][: first + 1], rtol=1e-12)
    np.testing.assert_allclose(PROBLEM.objective(found.model), found["loss"][-1], rtol=1e-12)


def recorded(values):
    """An observer that replays a list, one value a step."""
    return Observer(lambda t, m, p: jnp.asarray(values)[jnp.int32(t + 0.5)], "value", "value")


@pytest.mark.parametrize(
    ("values", "patience", "tolerance", "length"),
    [
        ([5.0, 4, 3, 3, 3, 3, 2], 2, 0.0, 5),
        ([5.0, 4, 3, 3, 3, 3, 2], 3, 0.0, 6),
        ([5.0, 4.9, 4.8, 4.7, 4.6, 1, 1], 2, 0.1, 3),
        ([5.0, 6, 4, 5, 3, 4, 2], 2, 0.0, 7),
        ([np.nan, np.nan, np.nan, 1, 1, 1, 1], 3, 0.0, 3),
    ],
)
def test_stalled_counts_records_without_improvement(values, patience, tolerance, length):
    found = run(
        full_observation(jnp.zeros((2, 2))),
        Direct.zeros((2, 2), jnp.float64),
        GradientDescent(1.0),
        Schedule.every(1, 6),
        (recorded(values),),
        stop=Stalled("value", patience, tolerance),
    )
    assert found.length == length
    early = length < 7
    assert found.result is (Result.STOPPED_EARLY if early else Result.FINISHED)


def test_the_rule_that_fires_first_names_the_result():
    values, arguments = (
        [3.0, 2, 2, 2, 2, 1, 1],
        (
            full_observation(jnp.zeros((2, 2))),
            Direct.zeros((2, 2), jnp.float64),
            GradientDescent(1.0),
            Schedule.every(1, 6),
        ),
    )
    stalled, below = Stalled("value", 2), Below("value", 1)
    either = run(*arguments, (recorded(values),), stop=stalled | below)
    assert (either.result, int(either.length)) == (Result.STOPPED_EARLY, 4)
    later = run(*arguments, (recorded(values),), stop=Stalled("value", 4) | below)
    assert (later.result, int(later.length)) == (Result.CONVERGED, 6)


def test_best_keeps_the_model_with_the_least_held_out_error():
    """On noisy measurements the held-out error falls and rises again."""
    noisy = Problem(PROBLEM.operator, PROBLEM.y + 0.3 * draw(12, seed=3), truth=PROBLEM.truth)
    train, held = noisy.take(np.arange(8)), noisy.take(np.arange(8, 12))
    found = run(
        train, START, DESCENT, Schedule.every(20, 2000), (loss, held_out(held)), keep="best"
    )
    least = int(np.argmin(found["held_out"]))
    assert 0 < least < found.length - 1
    assert found.best == least
    error = np.sqrt(np.mean(np.square(held.residual(found.model))))
    np.testing.assert_allclose(error, found["held_out"][least], rtol=1e-12)
    by_loss = run(train, START, DESCENT, Schedule.every(20, 2000), keep="best")
    assert int(by_loss.best) == np.argmin(by_loss["loss"])


@pytest.mark.parametrize("keep", ["last", "best"])
def test_divergence_is_a_value_and_the_model_kept_is_finite(keep):
    found = run(PROBLEM, START, GradientDescent(3.0), Schedule.every(1, 60), keep=keep)
    assert found.result in (Result.DIVERGED, Result.NON_FINITE)
    assert found.result.failed
    assert found.result.cure
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(found.model))
    assert found.length < 61
    assert found.best < found.length
    np.testing.assert_allclose(PROBLEM.objective(found.model), found["loss"][int(found.best)])


def test_a_flow_out_of_steps_is_not_finite():
    found = run(PROBLEM, START, GradientFlow(max_steps=2), Schedule.linear(100.0, 3))
    assert found.result is Result.NON_FINITE
    assert found.best == 0
    np.testing.assert_array_equal(found.model(), START())


def test_a_start_that_fits_may_leave_its_fit():
    """From loss zero, shrinkage raises the loss: no divergence."""
    found = run(PROBLEM, Direct(PROBLEM.truth), SoftImpute(), Schedule.every(1, 5))
    assert found.result is Result.FINISHED


def test_measurements_that_are_not_numbers_end_the_run():
    problem = Problem(PROBLEM.operator, PROBLEM.y.at[3].set(jnp.nan))
    found = run(problem, START, DESCENT, Schedule.every(1, 5))
    assert found.result.failed
    assert found.length == 1


def test_the_budget_ends_a_run_between_chunks():
    found = run(PROBLEM, START, DESCENT, Schedule.every(1, 50), budget=0.0, chunk=5)
    assert found.result is Result.OUT_OF_TIME
    assert found.length == len(found.step) == 5
    assert run(PROBLEM, START, DESCENT, Schedule.every(1, 4), budget=0.0).result is Result.FINISHED


def interrupt_after(count):
    seen = []

    def interrupt(progress):
        seen.append(progress)
        if len(seen) == count:
            raise KeyboardInterrupt

    return interrupt


def test_ctrl_c_gives_the_model_so_far():
    found = run(
        PROBLEM, START, DESCENT, Schedule.every(1, 50), chunk=5, on_chunk=interrupt_after(2)
    )
    assert found.result is Result.INTERRUPTED
    assert found.length == len(found.step) == 10
    np.testing.assert_allclose(PROBLEM.objective(found.model), found["loss"][-1], rtol=1e-12)


def test_ctrl_c_while_a_chunk_is_computed_drops_that_chunk(monkeypatch):
    """The wait is for the records: when it is broken off they are not there."""
    fetch, calls = loop._fetch, []

    def interrupted(part):
        calls.append(part)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return fetch(part)

    monkeypatch.setattr(loop, "_fetch", interrupted)
    found = run(PROBLEM, START, DESCENT, Schedule.every(1, 50), chunk=5)
    assert found.result is Result.INTERRUPTED
    assert found.length == len(found.step) == 10
    np.testing.assert_allclose(PROBLEM.objective(found.model), found["loss"][-1], rtol=1e-12)


def test_ctrl_c_before_any_record_goes_through(monkeypatch):
    def interrupted(part):
        raise KeyboardInterrupt

    monkeypatch.setattr(loop, "_fetch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(PROBLEM, START, DESCENT, Schedule.every(1, 50), chunk=5)


def test_float32_runs_in_float32():
    found = run(single(PROBLEM), single(START), DESCENT, Schedule.every(1, 5))
    assert found["loss"].dtype == found.time.dtype == np.float32


# What it refuses.


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"observers": (loss, loss)}, "share a name"),
        ({"model": Direct.zeros((2, 2), jnp.float64)}, r"shape \(2, 2\)"),
        ({"model": single(START)}, "float32"),
        ({"schedule": Schedule.linear(1.0, 3)}, "whole steps"),
        ({"stop": Below("nothing", 1.0)}, "nothing"),
        ({"stop": Below("singular_values", 1.0), "observers": (singular_values,)}, "array"),
        ({"keep": "best", "observers": (singular_values,)}, "held_out"),
        ({"chunk": 0}, "chunk"),
        ({"dynamics": EigenvalueRecursion(0.1)}, "EigenvalueRecursion"),
        ({"dynamics": SoftImpute()}, "SoftImpute"),
    ],
)
def test_bad_arguments_are_named(change, message):
    arguments = {
        "problem": PROBLEM,
        "model": START,
        "dynamics": DESCENT,
        "schedule": Schedule.every(1, 3),
    }
    with pytest.raises(ValueError, match=message):
        run(**{**arguments, **change})


def test_a_keep_that_is_none_is_named(unchecked):
    with pytest.raises(ValueError, match="keep"):
        run(PROBLEM, START, DESCENT, Schedule.every(1, 3), keep="first")  # pyright: ignore


def test_every_result_has_a_cause_and_every_failure_a_cure():
    for result in Result:
        assert result.cause
        assert bool(result.cure) or not result.failed


def test_joined_runs_go_on_from_the_model_kept():
    """Their records are those of one run, where each phase kept its last model."""
    whole = run(PROBLEM, START, DESCENT, Schedule.every(5, 40))
    first = run(PROBLEM, START, DESCENT, Schedule.every(5, 15))
    second = run(PROBLEM, first.model, DESCENT, Schedule.every(5, 10))
    third = run(PROBLEM, second.model, DESCENT, Schedule.every(5, 15))
    found = joined([first, second, third])
    np.testing.assert_array_equal(found.step, whole.step)
    np.testing.assert_allclose(found.time, whole.time, rtol=1e-12)
    np.testing.assert_allclose(found["loss"], whole["loss"], rtol=1e-9)
    assert int(found.length) == int(whole.length)
    assert int(found.best) == int(whole.best)
    assert found.seconds > 0
    np.testing.assert_allclose(found.model(), whole.model(), rtol=1e-9)


def test_joined_runs_leave_out_what_came_after_the_model_kept():
    """With `keep="best"` a phase may have gone on beyond the model that the next began with."""
    values = recorded([3.0, 1, 2, 2])
    value = Observer(values.function, "held_out", "value")
    arguments = (full_observation(jnp.zeros((2, 2))), Direct.zeros((2, 2), jnp.float64))
    phase = run(*arguments, GradientDescent(1.0), Schedule.every(1, 3), (value,), keep="best")
    assert phase.best == 1
    found = joined([phase, phase])
    assert found["held_out"].tolist() == [3, 1, 1, 2, 2]
    assert found.step.tolist() == [0, 1, 2, 3, 4]
    assert found.best == 2
