"""One method, trained: search and refit are one program, and the deadline is kept."""

import logging
import re
import time

import jax
import numpy as np
import pytest

from tacit.completion import Continuation, DeepFactors, Factors, UnfoldingNorms, Windows
from tacit.completion.fit import train
from tacit.runs import Result

from .small import KEY, METHODS, cube, rms, table, task_of

AXES = {2: ("sample", "item"), 3: ("row", "column", "item")}


def data(name):
    """The task for a method, and the truth."""
    truth, missing = table() if name in ("factors", "deep") else cube()
    return task_of(truth, missing, AXES[truth.ndim]), truth


def apart(task, share=0.1):
    return task.observed & (np.random.default_rng(9).random(task.shape) < share)


@pytest.fixture(scope="module")
def fits():
    """Of every method the search's fit and the refit, and what that one compiled."""
    found = {}

    def of(name):
        if name not in found:
            method, (task, truth) = METHODS[name], data(name)
            search = train(task, method, apart(task), key=KEY)
            again, programs = compiled(lambda: train(task, method, steps=search.steps, key=KEY))
            found[name] = task, truth, search, again, programs
        return found[name]

    return of


class _Programs(logging.Handler):
    """The names of the programs that JAX says it compiles."""

    def __init__(self):
        super().__init__()
        self.names = []

    def emit(self, record):
        said = re.match(r"Compiling (\S+)", record.getMessage())
        if said:
            self.names.append(said[1])


def compiled(work):
    """What the work gives, and the programs that it compiled."""
    programs = _Programs()
    logger = logging.getLogger("jax")
    logger.addHandler(programs)
    try:
        with jax.log_compiles():
            return work(), programs.names
    finally:
        logger.removeHandler(programs)


SLOW = ("windows", "deep")
"""They compile for ten seconds and more."""
every_method = pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] if n in SLOW else []) for n in METHODS],
)


@every_method
def test_search_and_refit_are_one_program(fits, name):
    *_, programs = fits(name)
    assert programs == []


def test_programs_are_counted():
    _, names = compiled(lambda: jax.jit(lambda x: 3 * x + 1)(np.arange(7.0)))
    assert len(names) == 1


@every_method
def test_another_setting_and_other_holes_compile_nothing(fits, name):
    task, *_ = fits(name)
    method = METHODS[name]
    other = {
        "factors": Factors(6, depth=2.0, own_noise=True, biases=False, init_scale=1.0),
        "windows": Windows((0, 1), depth=4.0),
        "unfoldings": UnfoldingNorms(0.2),
        "deep": DeepFactors(2, 6, 1e-6, longest=200),
    }.get(name, method)
    _, names = compiled(lambda: train(task, other, apart(task, 0.2), key=jax.random.key(1)))
    assert names == []


@every_method
def test_the_search_keeps_the_best_record_and_the_refit_its_last(fits, name):
    task, _, search, again, *_ = fits(name)
    held_out = search.trajectory["held_out"]
    best = int(np.nanargmin(held_out))
    assert int(search.trajectory.best) == best
    assert search.steps == search.trajectory.step[best]
    error = (search.answer.values - task.values)[apart(task)]
    assert rms(error) == pytest.approx(held_out[best], rel=1e-2, abs=1e-6)
    assert again.steps == search.steps
    assert again.steps == again.trajectory.step[int(again.trajectory.best)]
    assert "held_out" not in again.trajectory.records
    assert again.result is Result.FINISHED


@every_method
def test_the_refit_learns_what_was_held_out(fits, name):
    task, truth, search, again, *_ = fits(name)
    wrong = np.abs(again.answer.values - task.values)[apart(task)].mean()
    # A Gaussian tensor knows of noise, and factors of the true widths have no room for it: they fit
    # none of the entries any better than that.
    share = 0.95 if name in ("gaussian", "tucker", "train", "tree", "cp") else 0.8
    assert wrong < share * np.abs(search.answer.values - task.values)[apart(task)].mean()
    inner = task.units.to_inner(truth)
    holes = ~task.observed
    assert rms((again.answer.values - inner)[holes]) < 0.6


@every_method
def test_the_same_key_gives_the_same_bytes(fits, name):
    task, _, search, *_ = fits(name)
    again = train(task, METHODS[name], apart(task), key=KEY)
    np.testing.assert_array_equal(again.answer.values, search.answer.values)


@every_method
def test_after_the_deadline_nothing_more_is_begun(fits, name):
    task, *_ = fits(name)
    seen = []
    fit = train(
        task,
        METHODS[name],
        on_chunk=seen.append,
        deadline=time.monotonic() - 1,
        key=KEY,
    )
    assert fit.result is Result.OUT_OF_TIME
    assert len(seen) == 1
    assert fit.steps == fit.trajectory.step[-1]
    # A chunk of one record is the start.
    assert (fit.steps > 0) == (METHODS[name].pace().chunk > 1)
    assert np.isfinite(fit.answer.values).all()


@every_method
def test_no_step_at_all_is_the_start(fits, name):
    task, *_ = fits(name)
    fit = train(task, METHODS[name], steps=0, key=KEY)
    assert fit.steps == 0
    assert np.abs(fit.answer.values).max() < 2


def test_a_method_of_one_formula_is_a_fit_of_no_steps():
    task, _ = data("windows")
    fit = train(task, Continuation((0, 1)), apart(task), key=KEY)
    assert fit.steps == 0
    assert fit.result is Result.FINISHED
    error = (fit.answer.values - task.values)[apart(task)]
    assert fit.trajectory["held_out"][0] == pytest.approx(rms(error))
    seen = task.observed & ~apart(task)
    np.testing.assert_allclose(fit.answer.values[seen], task.values[seen])


def test_ctrl_c_leaves_the_best_so_far(fits):
    task, *_ = fits("factors")

    def interrupt(progress):
        if progress.step > 3:
            raise KeyboardInterrupt

    fit = train(task, METHODS["factors"], apart(task), on_chunk=interrupt, key=KEY)
    assert fit.result is Result.INTERRUPTED
    assert fit.steps < 12
    assert np.isfinite(fit.answer.values).all()


@pytest.mark.slow
def test_it_goes_on_from_where_another_fit_ended(fits):
    task, _, search, *_ = fits("deep")
    method = METHODS["deep"]
    further = train(task, method, apart(task), steps=25, start=search, key=KEY)
    first = further.trajectory["held_out"][0]
    assert first == pytest.approx(np.nanmin(search.trajectory["held_out"]), rel=1e-4)


@pytest.mark.slow
def test_large_data_are_worked_on_in_tiles_of_one_program(monkeypatch):
    from tacit.completion.families import windows

    monkeypatch.setattr(windows, "_LONGEST", 32)
    truth, missing = cube(shape=(70, 20, 3), missing=0.4)
    task = task_of(truth, missing, AXES[3])
    method = METHODS["windows"]
    seen = []
    fit, names = compiled(lambda: train(task, method, on_chunk=seen.append, key=KEY))
    assert sum("run_chunk" in name for name in names) <= 1
    assert sum(progress.step <= 10 for progress in seen) >= 2
    inner = task.units.to_inner(truth)
    assert rms((fit.answer.values - inner)[missing]) < 0.1
    cut = train(task, method, deadline=time.monotonic() - 1, key=KEY)
    assert np.isnan(cut.answer.values[missing]).all()
