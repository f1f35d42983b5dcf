"""Wide holes: windows go on from smooth fills; what has no answer is as uncertain as its fill."""

import math
import time
from itertools import islice

import numpy as np
import pytest

from tacit.completion import Continuation, Windows
from tacit.completion.cases import Case, Cases
from tacit.completion.deviations import deviation_of
from tacit.completion.engine import Engine
from tacit.completion.families import Answer
from tacit.completion.families.windows import WINDOWS
from tacit.completion.fit import train
from tacit.completion.plan import After, Candidate, Member

from .small import KEY, rms, task_of

AXES = ("row", "column")


def slope(shape=(96, 96)):
    """Grey that grows along both axes, with an edge across."""
    r, c = np.mgrid[: shape[0], : shape[1]] / 96
    return r + 0.5 * c + 0.5 * (r > 2 * c)


def block(shape=(96, 96), side=40, at=(44, 50)):
    missing = np.zeros(shape, bool)
    missing[at[0] : at[0] + side, at[1] : at[1] + side] = True
    return missing


def tried(task):
    """The two fills, as a search has tried them."""
    return [
        Candidate(Member(Continuation(task.ordered, order), 0), 1.0, score, 0.1)
        for order, score in ((2, 1.0), (1, 2.0))
    ]


@pytest.mark.parametrize("shape", [(96, 96), (96, 320)])
def test_windows_begin_at_a_fill_in_one_tile_and_in_many(shape):
    missing = block(shape)
    missing[:, 200:] |= np.random.default_rng(0).random((shape[0], max(shape[1] - 200, 0))) < 0.1
    task = task_of(slope(shape), missing, AXES)
    fill = train(task, Continuation(task.ordered), key=KEY)
    fit = train(task, Windows(task.ordered), start=fill, steps=0, key=KEY)
    there = np.isfinite(fit.answer.values)
    assert there[missing].all()
    wanted = missing & there
    np.testing.assert_allclose(fit.answer.values[wanted], fill.answer.values[wanted], atol=1e-6)


def test_fills_are_gone_on_from_where_holes_are_wide():
    def proposed(missing, held):
        task = task_of(slope(), missing, AXES)
        further = WINDOWS.proposals(task, held(task))
        return task, list(islice(further, WINDOWS.opening(task)))

    task, (after, alone) = proposed(block(), tried)
    assert isinstance(after, After)
    assert after.before.member.method == Continuation(task.ordered, 2)  # the better of the two
    assert after.method.penalty > alone.penalty
    assert after.method.pace().longest < alone.pace().longest

    # Neither where holes are narrow, nor where no fill was tried.
    scattered = np.random.default_rng(0).random((96, 96)) < 0.5
    assert [type(each) for each in proposed(scattered, tried)[1]] == [Windows]
    assert {type(each) for each in proposed(block(), lambda task: [])[1]} == {Windows}


def test_settings_tried_later_begin_where_the_best_began():
    task = task_of(slope(), block(), AXES)
    known = tried(task)
    further = WINDOWS.proposals(task, known)
    after = next(further)
    begun = Member(after.method, 60, before=after.before.member)
    known.append(Candidate(begun, 0.5, 0.5, 1.0))
    alone = next(further)
    known.append(Candidate(Member(alone, 60), 0.9, 0.9, 1.0))
    assert next(further).before is known[0]
    # Once those from zero are better, their settings are changed.
    known.append(Candidate(Member(alone, 60), 0.1, 0.1, 1.0))
    assert not any(isinstance(each, After) for each in further)


def test_the_middle_of_a_wide_hole_is_not_the_mean_of_all():
    """On a slope a fill is exact; windows keep to it, or to the mean that they begin at."""
    truth, missing = slope(), block()
    task = task_of(truth, missing, AXES)
    inner = task.units.to_inner(truth)
    fill = train(task, Continuation(task.ordered), key=KEY)
    begun = train(task, Windows(task.ordered, penalty=2e-2), start=fill, key=KEY)
    alone = train(task, Windows(task.ordered), key=KEY)
    errors = [rms((each.answer.values - inner)[missing]) for each in (fill, begun, alone)]
    assert errors[0] < 1e-6
    assert errors[1] < 0.02
    assert errors[2] > 10 * errors[1]


def test_what_has_no_answer_is_as_uncertain_as_what_took_its_place():
    truth, missing = slope(), block(side=16)
    truth = truth + np.where(np.arange(96) > 48, 0.3 * np.sin(9 * truth), 0)
    task = task_of(truth, missing, AXES)
    held = block(side=12, at=(10, 20)) | block(side=12, at=(70, 70)) | block(side=12, at=(5, 75))
    engine = Engine(
        tasks=(task,),
        families=(),
        given={},
        members=1,
        deadline=time.monotonic() + 3600,
        report=None,
        key=KEY,
    )
    cases = Cases((Case(engine.tasks, held & ~missing),))
    chosen = engine.choose(cases, "blocks", [Continuation(task.ordered)])
    fit = train(task, Continuation(task.ordered), key=KEY)
    denoised = task.units.to_data(fit.answer.values)
    nothing = fit._replace(answer=Answer(np.full(task.shape, math.nan)))
    known = chosen.calibration, cases, chosen.members, chosen.weights, (task,)
    there, lost = (deviation_of(*known, [(each, 0)], denoised) for each in (fit, nothing))
    assert np.ptp(there[missing]) > 0
    np.testing.assert_allclose(lost, there)
