"""The deviation of every filled entry, from the errors of a blend on what was held out."""

import math

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence
from tacit.completion.calibration import Calibration, Clues, clues_of
from tacit.completion.fit import Fit, rms
from tacit.completion.search import Search, Trial
from tacit.completion.task import Task

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


def calibrate(
    search: Search,
    members: Sequence[Trial],
    weights: Values,
    tasks: Sequence[Task],
    fits: Sequence[tuple[Fit, int]],
    part: Sequence[NDArray[np.intp]] | None = None,
) -> tuple[Calibration, Values]:
    """What the held-out errors say of the deviation of every entry, in data units.

    They are compared in the units in which the first member was trained, where they are alike.

    Args:
        search: that made the trials.
        members: the trials of the blend.
        weights: of the members.
        tasks: all of the data, in each of the units that are tried.
        fits: of the members on all that is seen, with their units.
        part: places along each axis on which was searched; None for all.
    """
    units = members[0].units
    searched, whole = search.tasks[units], tasks[units]
    clues = [
        _clues(
            [(t.fits[number], t.units) for t in members],
            weights,
            units,
            search.tasks,
            held,
            searched.observed & ~held,
        )
        for number, held in enumerate(search.held_out)
    ]
    together = Clues(np.concatenate([c.columns for c in clues]), clues[0].rising)
    scale = np.broadcast_to(searched.units.scale, searched.shape)
    scales = np.concatenate([scale[held] for held in search.held_out])
    mean = np.sum([w * t.answers for w, t in zip(weights, members, strict=True)], axis=0)
    errors = (mean - search.truth) / scales
    calibration = Calibration.fit(
        errors, together, search.precisions, robust=math.isfinite(searched.robust)
    )

    # What a member would have said is a clue: without all of them nothing is comparable.
    if len(fits) < len(members):
        return calibration, np.full(whole.shape, np.nan)
    everywhere = np.ones(whole.shape, bool)
    final = _clues(fits, weights, units, tasks, everywhere, whole.observed)
    deviation = calibration.deviation(final).reshape(whole.shape) * whole.units.scale
    if part is not None and any(fit.is_cut_short for fit, _ in fits):
        # The errors of the search say nothing of what was cut short: how far it is from the search
        # where both fill the same entries does.
        trained = [(trial.fits[0], trial.units) for trial in members]
        final = np.tensordot(weights, _inner_answers(fits, units, tasks), 1)[np.ix_(*part)]
        before = np.tensordot(weights, _inner_answers(trained, units, search.tasks), 1)
        both = [np.isfinite(trial.fits[0].answer.values) for trial in members]
        apart = (final - before)[np.all(both, axis=0) & ~searched.observed]
        expected = max(rms(errors, search.precisions), np.finfo(float).tiny)
        deviation *= math.hypot(1.0, rms(apart, np.ones(apart.size)) / expected)
    return calibration, deviation


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
) -> Clues:
    """For the entries `where`, in these units: from what the members say and where they differ."""
    task = tasks[units]
    answers = _inner_answers(fits, units, tasks)
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
