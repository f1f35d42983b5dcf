"""The search and the blend, with methods whose errors are known beforehand."""

import dataclasses
import math
import time

import equinox as eqx
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from tacit import _interrupt
from tacit.completion import Family, complete
from tacit.completion.cases import Case, Cases
from tacit.completion.engine import Engine
from tacit.completion.families import AbstractClosedForm, Answer
from tacit.completion.plan import After
from tacit.completion.refit import Refit
from tacit.completion.tasks import make_tasks
from tacit.runs import Result

from .small import KEY, rms, table, task_of


class Off(AbstractClosedForm):
    """Right but for an error of this size, which it makes with a noise of its own."""

    error: float = eqx.field(static=True)
    seed: int = eqx.field(static=True, default=0)
    seconds: float = eqx.field(static=True, default=1e-6)

    def solve(self, task, seen, deadline):
        """What is observed, held out or not, with the error."""
        noise = np.random.default_rng(self.seed).standard_normal(task.shape)
        return Answer(task.values + self.error * noise)

    def facts(self):
        return {"method": "off", "error": self.error}

    def work(self, shape):
        return self.seconds

    def __str__(self):
        return f"off by {self.error:g} of {self.seed}"


class CutShort(Off):
    """On all of the data it is late, and so many times as far off."""

    worse: float = eqx.field(static=True, default=100.0)

    def solve(self, task, seen, deadline):
        """As before on a part; once the deadline has passed, on all."""
        if task.shape != TASK.shape:
            return super().solve(task, seen, deadline)
        time.sleep(max(deadline - time.monotonic(), 0))
        return Off(self.worse * self.error, 1).solve(task, seen, deadline)


class AskedToEnd(CutShort):
    """On all of the data somebody asks for an end meanwhile."""

    def solve(self, task, seen, deadline):
        """As before, but that the end is asked for instead of late."""
        if task.shape == TASK.shape:
            _interrupt.ask()
        return super().solve(task, seen, time.monotonic())


def family(name, *methods, opening=1):
    """One that proposes these; what is a function is asked with what was tried."""

    def proposals(task, tried):
        for method in methods:
            yield method(tried) if callable(method) else method

    return Family(name, lambda task: True, proposals, opening=lambda task: opening)


TRUTH, MISSING = table()
TASK = task_of(TRUTH, MISSING, ("sample", "item"))
HELD = TASK.observed & (np.random.default_rng(5).random(TASK.shape) < 0.2)


def answered(
    *families, methods=None, tasks=(TASK,), held=(HELD,), seconds=60.0, part=None, **settings
):
    engine = Engine(
        tasks=tuple(tasks),
        families=families,
        given=settings.pop("given", {}),
        members=settings.pop("members", 3),
        deadline=time.monotonic() + seconds,
        report=None,
        key=KEY,
    )
    here = engine.tasks if part is None else tuple(task.take(part) for task in tasks)
    cases = Cases(tuple(Case(here, each, part) for each in held))
    return engine.finish(engine.choose(cases, "single entries at random", methods))


def errors_tried(found):
    return [candidate.member.method.error for candidate in found.choice.candidates]


def test_families_open_in_turn_and_those_near_the_best_go_on():
    found = answered(
        family("poor", Off(1.0), Off(0.9, 1)),
        family("good", Off(0.5, 2), Off(0.3, 3), Off(0.2, 4), opening=2),
        family("near", Off(0.35, 5), Off(0.6, 6)),
    )
    assert errors_tried(found) == [1.0, 0.5, 0.3, 0.35, 0.2]


def test_the_rest_of_a_near_family_is_tried_if_none_is_better_by_then():
    found = answered(
        family("good", Off(0.3, 3), Off(0.31, 4)), family("near", Off(0.35, 5), Off(0.6, 6))
    )
    assert errors_tried(found) == [0.3, 0.35, 0.31, 0.6]


def test_one_family_alone_is_tried_to_its_end():
    found = answered(family("one", Off(0.3), Off(2.0, 1), Off(0.1, 2)))
    assert errors_tried(found) == [0.3, 2.0, 0.1]


def test_a_family_sees_what_was_tried_before():
    seen = []

    def ask(tried):
        seen.append([candidate.member.method.error for candidate in tried])
        return Off(0.2, 9)

    answered(family("one", Off(0.3), Off(0.4, 1), ask))
    assert seen == [[0.3, 0.4]]


def test_what_was_tried_is_not_tried_again():
    found = answered(family("one", Off(0.3), Off(0.3), Off(0.2, 1), Off(0.3)))
    assert errors_tried(found) == [0.3, 0.2]


def test_given_settings_take_the_place_of_those_proposed():
    found = answered(family("one", Off(0.3), Off(0.2, 1)), given={"error": 0.5, "other": 1})
    assert errors_tried(found) == [0.5, 0.5]
    assert [candidate.member.method.seed for candidate in found.choice.candidates] == [0, 1]


def test_the_best_is_chosen_and_its_score_is_its_error_in_inner_units():
    found = answered(family("one", Off(1.0), Off(0.1, 1), Off(0.5, 2)))
    (member,) = found.choice.blend.members
    assert member.method.error == 0.1
    assert found.choice.score == pytest.approx(0.1, rel=0.2)
    scale = float(TASK.units.scale.item())
    assert found.choice.held_out == pytest.approx(found.choice.score * scale)
    assert found.choice.reason.startswith("Off by 0.1 of 1: the best of 3 candidates")


def test_those_near_the_best_are_blended_and_few_members_are():
    methods = [Off(0.3, seed) for seed in range(5)] + [Off(0.5, 9)]
    found = answered(methods=methods)
    assert len(found.choice.blend.members) == 3
    weights = [member.weight for member in found.choice.blend.members]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) == pytest.approx(1)
    assert {member.method.error for member in found.choice.blend.members} == {0.3}
    # Three that err independently are better by the root of three.
    assert found.choice.score == pytest.approx(0.3 / math.sqrt(3), rel=0.2)
    assert "the weighted mean of 3 has" in found.choice.reason
    assert len(answered(methods=methods, members=1).choice.blend.members) == 1


def test_nothing_is_weighed_on_a_few_blocks():
    """The entries of a block err together: four blocks of 80 entries are four cases."""
    task = task_of(*table(shape=(60, 60), missing=0.0), ("row", "column"))
    held = np.zeros(task.shape, bool)
    for count, members in ((4, 1), (6, 2)):
        for at in range(count):
            held[10 * at : 10 * at + 8, 10 * at : 10 * at + 8] = True
        found = answered(methods=[Off(0.3, 1), Off(0.31, 2)], tasks=(task,), held=(held,))
        assert len(found.choice.blend.members) == members


def test_what_says_the_same_as_a_better_one_is_no_member():
    """Of three twins two would be members, and the third one's share of the weight lost."""
    twins = [Off(0.3, 1), Off(0.3 + 1e-7, 1), Off(0.3 + 2e-7, 1)]
    found = answered(methods=[*twins, Off(0.32, 2)], members=2)
    assert {member.method.seed for member in found.choice.blend.members} == {1, 2}
    assert [member.weight for member in found.choice.blend.members] == pytest.approx(
        [0.5, 0.5], abs=0.15
    )


def test_an_answer_without_numbers_is_never_chosen():
    found = answered(methods=[Off(math.nan), Off(0.5, 1), Off(math.inf, 2)])
    assert [member.method.error for member in found.choice.blend.members] == [0.5]
    assert np.isfinite(found.denoised).all()
    only = answered(methods=[Off(math.nan)])
    assert len(only.choice.candidates) == 1


def test_what_would_end_too_late_is_not_begun():
    found = answered(methods=[Off(0.5), Off(0.1, 1, seconds=1e4), Off(0.3, 2)])
    # Of one kind, the seconds of the first say how long the others take.
    assert errors_tried(found) == [0.5, 0.3]
    late = answered(methods=[Off(0.5), Off(0.3, 2)], seconds=-1.0)
    assert errors_tried(late) == [0.5]
    assert np.isfinite(late.denoised).all()


def test_time_is_reserved_for_the_answer(monkeypatch):
    """With the seconds of a trial over, its refit must still fit in."""
    from tacit.completion import search

    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    original = search.train

    def slow(task, method, *given, **settings):
        fit = original(task, method, *given, **settings)
        now[0] += method.seconds
        return fit._replace(seconds=method.seconds)

    monkeypatch.setattr(search, "train", slow)
    methods = [Off(0.5, seed, seconds=10.0) for seed in range(9)]
    for seconds, count in ((25.0, 1), (35.0, 2), (75.0, 6)):
        now[0] = 1000.0
        assert len(errors_tried(answered(methods=methods, seconds=seconds))) == count


def test_the_quick_method_keeps_no_time_for_itself(monkeypatch):
    """It fills what others leave, so that they end early; it may take all that is left."""
    ends = []

    class Told(Off):
        def solve(self, task, seen, deadline):
            ends.append(deadline)
            return super().solve(task, seen, deadline)

    monkeypatch.setattr(Refit, "seconds_for", lambda self, trial, wanted=None: 1e3)
    part = (np.arange(0, TASK.shape[0], 2), np.arange(TASK.shape[1]))
    before = time.monotonic()
    answered(methods=[Told(0.1)], held=[HELD[part[0]]], part=part, seconds=60.0)
    assert ends[-1] >= before + 60


def test_folds_are_trained_one_by_one_and_scored_together():
    folds = [
        TASK.observed & (np.arange(TASK.values.size).reshape(TASK.shape) % 5 == k) for k in range(5)
    ]
    found = answered(methods=[Off(0.4)], held=folds)
    assert found.calibration.ratios.size == TASK.observed.sum()
    observed = np.random.default_rng(0).standard_normal(TASK.shape)[TASK.observed]
    assert found.choice.score == pytest.approx(0.4 * rms(observed))


def test_a_later_phase_goes_on_from_the_earlier_one():
    found = answered(
        family("one", Off(0.5), lambda tried: After(Off(0.2, 1), tried[0]), Off(0.3, 2))
    )
    best = found.choice.blend.members[0]
    assert best.method == Off(0.2, 1)
    assert best.before is not None
    assert best.before.method == Off(0.5)


class Picky(Off):
    """Off by little in the second of two units alone."""

    def solve(self, task, seen, deadline):
        worse = dataclasses.replace(self, error=self.error * (1 if task.units.own else 3))
        return Off.solve(worse, task, seen, deadline)


def test_other_units_are_tried_with_the_best_methods():
    values, weights = np.where(MISSING, 0.0, TRUTH), (~MISSING).astype(float)
    tasks = make_tasks(values, weights, (None, None), robust=math.inf, dtype="float32")
    assert len(tasks) == 2
    found = answered(methods=[Picky(0.2), Off(2.0, 1)], tasks=tasks)
    assert [candidate.member.units for candidate in found.choice.candidates][:3] == [0, 0, 1]
    (member,) = found.choice.blend.members
    assert (member.method.error, member.units) == (0.2, 1)
    kept = found.denoised[~MISSING] - TRUTH[~MISSING]
    assert rms(kept) < 0.3 * TRUTH.std()


def test_what_goes_on_from_another_leaves_other_units_to_the_next_best():
    values, weights = np.where(MISSING, 0.0, TRUTH), (~MISSING).astype(float)
    tasks = make_tasks(values, weights, (None, None), robust=math.inf, dtype="float32")
    further = family("one", Off(2.0, 1), Picky(0.4), lambda tried: After(Off(0.3), tried[0]))
    found = answered(further, tasks=tasks)
    tried = [(c.member.method.error, c.member.units) for c in found.choice.candidates]
    assert tried == [(2.0, 0), (0.4, 0), (0.3, 0), (0.4, 1)]


def test_the_deviation_is_that_of_the_errors():
    found = answered(methods=[Off(0.4)])
    scale = float(TASK.units.scale.item())
    assert np.median(found.deviation) == pytest.approx(0.4 * scale, rel=0.2)


def test_what_was_cut_short_is_as_uncertain_as_it_is_far_from_the_search():
    part = (np.arange(0, TASK.shape[0], 2), np.arange(TASK.shape[1]))
    held = [HELD[part[0]]]
    kinds = Off(0.01), CutShort(0.01)
    whole, cut = (
        answered(family("one", kind), held=held, seconds=0.2, part=part) for kind in kinds
    )
    for found in (whole, cut):
        errors = (found.denoised - TASK.units.to_data(TASK.values))[TASK.observed]
        assert 0.5 < rms(errors / found.deviation[TASK.observed]) < 2
    assert cut.result is Result.OUT_OF_TIME
    assert whole.result is Result.FINISHED
    assert cut.ending.is_cut_short
    assert not whole.ending.is_cut_short


def test_what_ctrl_c_cut_short_on_all_of_the_data_is_as_uncertain():
    part = (np.arange(0, TASK.shape[0], 2), np.arange(TASK.shape[1]))
    try:
        cut = answered(family("one", AskedToEnd(0.01)), held=[HELD[part[0]]], part=part)
    finally:
        _interrupt.forget()
    errors = (cut.denoised - TASK.units.to_data(TASK.values))[TASK.observed]
    assert 0.5 < rms(errors / cut.deviation[TASK.observed]) < 2
    assert cut.result is Result.INTERRUPTED


def test_a_search_without_errors_that_is_cut_short_has_a_deviation():
    part = (np.arange(0, TASK.shape[0], 2), np.arange(TASK.shape[1]))
    held = [HELD[part[0]]]
    cut = answered(family("one", CutShort(0.0)), held=held, seconds=0.2, part=part)
    assert np.isfinite(cut.deviation).all()


def test_scores_are_by_slice_where_slices_have_units():
    """One that is nothing but noise does not drown what is said of the others."""
    named = task_of(TRUTH, MISSING, ("sample", "feature"))

    class Bad(Off):
        def solve(self, task, seen, deadline):
            answer = Off.solve(self, task, seen, deadline).values
            return Answer(answer + np.where(np.arange(24) == 3, 20.0 * np.sign(answer), 0.0))

    bad, good = Bad(0.1), Off(1.0, 1)
    found = answered(methods=[good, bad], tasks=[named])
    assert found.choice.blend.members[0].method == bad
    common = answered(methods=[good, bad])
    assert common.choice.blend.members[0].method == good


class Threads(Off):
    """Notes how many threads the linear algebra has while it is called."""

    def solve(self, task, seen, deadline):
        """As before."""
        THREADS.append(blas_threads())
        return super().solve(task, seen, deadline)


THREADS: list[dict[str, int]] = []


def blas_threads():
    """Threads of every library of linear algebra that is loaded, by its file."""
    found = threadpool_info()
    return {each["filepath"]: each["num_threads"] for each in found if each["user_api"] == "blas"}


def test_linear_algebra_has_one_thread_while_something_is_completed():
    with threadpool_limits(limits=2, user_api="blas"):
        before = blas_threads()
        complete(TRUTH, MISSING, methods=[Threads(0.1)], key=KEY)
        assert THREADS
        assert all(set(threads.values()) == {1} for threads in THREADS)
        # One that was loaded meanwhile has what it had.
        after = blas_threads()
        assert {file: after[file] for file in before} == before
        assert 2 in before.values()
