"""The deviation of every filled entry, from the errors of a blend on what was held out."""

import math

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence
from tacit.completion.calibration import Calibration, Clues, clues_of
from tacit.completion.cases import Cases
from tacit.completion.fit import Fit, rms
from tacit.completion.search import Trial
from tacit.completion.task import Task

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


def calibrate(cases: Cases, members: Sequence[Trial], weights: Values) -> Calibration:
    """What the held-out errors of a blend say of the deviation of any entry.

    They are compared in the units in which the first member was trained, where they are alike.

    Args:
        cases: what was held out.
        members: the trials of the blend.
        weights: of the members.
    """
    units = members[0].units
    clues = [
        _clues(
            [(trial.fits[number], trial.units) for trial in members],
            weights,
            units,
            case.tasks,
            case.held_out,
            case.tasks[units].observed & ~case.held_out,
        )
        for number, case in enumerate(cases.each)
    ]
    together = Clues(np.concatenate([c.columns for c in clues]), clues[0].rising)
    robust = math.isfinite(cases.task.robust)
    errors = _errors(cases, members, weights)
    return Calibration.fit(errors, together, cases.precisions, robust=robust)


def deviation_of(
    calibration: Calibration,
    cases: Cases,
    members: Sequence[Trial],
    weights: Values,
    tasks: Sequence[Task],
    fits: Sequence[tuple[Fit, int]],
    denoised: Values,
) -> Values:
    """The deviation of every entry of an answer, in data units.

    Args:
        calibration: by the same members.
        cases: what was held out.
        members: the trials of the blend.
        weights: of the members.
        tasks: the data that are answered, in each of the units that are tried.
        fits: of the members on all that is seen of them, with their units.
        denoised: the answer, also where the members have none.
    """
    units = members[0].units
    whole = tasks[units]
    # What a member would have said is a clue: without all of them nothing is comparable.
    if len(fits) < len(members):
        return np.full(whole.shape, np.nan)
    everywhere = np.ones(whole.shape, bool)
    # Where a member came to no answer, what is read off it is read off what took its place.
    otherwise = whole.units.to_inner(denoised)
    final = _clues(fits, weights, units, tasks, everywhere, whole.observed, otherwise)
    deviation = calibration.deviation(final).reshape(whole.shape) * whole.units.scale
    if not cases.are_whole and any(fit.is_cut_short for fit, _ in fits):
        # The errors of the search say nothing of what was cut short: how far it is from the search
        # where both fill the same entries does.
        errors = _errors(cases, members, weights)
        apart = _moved(cases, members, weights, tasks, fits)
        expected = max(rms(errors, cases.precisions), np.finfo(float).tiny)
        if apart.size:
            deviation *= math.hypot(1.0, rms(apart, np.ones(apart.size)) / expected)
    return deviation


def _errors(cases: Cases, members: Sequence[Trial], weights: Values) -> Values:
    """Of the blend on what was held out, in the units of the first member."""
    units = members[0].units
    mean = np.sum([w * t.answers for w, t in zip(weights, members, strict=True)], axis=0)
    scales = [
        np.broadcast_to(case.tasks[units].units.scale, case.held_out.shape)[case.held_out]
        for case in cases.each
    ]
    return (mean - cases.truth) / np.concatenate(scales)


def _moved(
    cases: Cases,
    members: Sequence[Trial],
    weights: Values,
    tasks: Sequence[Task],
    fits: Sequence[tuple[Fit, int]],
) -> Values:
    """How far the answer is from that of the search, in the holes of the parts."""
    units = members[0].units
    final = np.tensordot(weights, _inner_answers(fits, units, tasks), 1)
    moved: list[Values] = [np.zeros(0)]
    for number, case in enumerate(cases.each):
        if not case.places:
            continue
        trained = [(trial.fits[number], trial.units) for trial in members]
        before = np.tensordot(weights, _inner_answers(trained, units, case.tasks), 1)
        there = np.all([np.isfinite(fit.answer.values) for fit, _ in trained], axis=0)
        both = there & ~case.tasks[units].observed
        moved.append((final[np.ix_(*case.places)] - before)[both])
    return np.concatenate(moved)


def _inner_answers(fits: Sequence[tuple[Fit, int]], units: int, tasks: Sequence[Task]) -> Values:
    """The answer of every member in the inner units of one task; 0 where it has none."""

    def inner(values: Values, of: int) -> Values:
        return tasks[units].units.to_inner(tasks[of].units.to_data(values))

    return np.stack([inner(np.nan_to_num(fit.answer.values), of) for fit, of in fits])


def _clues(
    fits: Sequence[tuple[Fit, int]],
    weights: Values,
    units: int,
    tasks: Sequence[Task],
    where: Mask,
    seen: Mask,
    otherwise: Values | None = None,
) -> Clues:
    """For the entries `where`, in these units: from what the members say and where they differ."""
    task = tasks[units]
    answers = _inner_answers(fits, units, tasks)
    if otherwise is not None:
        has_answer = np.stack([np.isfinite(fit.answer.values) for fit, _ in fits])
        answers = np.where(has_answer, answers, otherwise)
    mean = np.tensordot(weights, answers, 1)
    own = [
        (weight, fit.answer.deviation * tasks[of].units.scale / task.units.scale)
        for weight, (fit, of) in zip(weights, fits, strict=True)
        if fit.answer.deviation is not None
    ]
    deviation = None
    if own:
        total = sum(weight for weight, _ in own)
        deviation = np.sqrt(sum(weight / total * values**2 for weight, values in own))
    spread = None
    if len(fits) > 1:
        spread = np.sqrt(np.tensordot(weights, (answers - mean) ** 2, 1)) + 1e-3
    return clues_of(mean, seen, where, task.ordered, deviation=deviation, spread=spread)
