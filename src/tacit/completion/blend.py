"""Which of the trials make the answer, and with what weights."""

import math

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Sequence
from tacit.completion.cases import Cases
from tacit.completion.plan import Blend, blend_weights
from tacit.completion.search import Trial

Values = NDArray[np.floating]

_NEAR = 1.1
"""Candidates within this factor of the least score may be members of the blend."""
_OTHER = 1.3
"""The same for the best of every other kind of method."""
_SAME = 1e-4
"""Share of the spread of answers below which their differences are rounding."""
_FEWEST_HELD = 5
"""Pieces of what is held out under which nothing is weighed: entries of one block err together."""


def choose_members(cases: Cases, trials: Sequence[Trial], most: int) -> tuple[list[Trial], Values]:
    """The trials near the best, of different methods, and their weights in the mean.

    Args:
        cases: on which they were tried.
        trials: all of them.
        most: members.
    """
    near = _near(trials, most)
    if len(near) == 1 or cases.pieces < _FEWEST_HELD:
        return near[:1], np.ones(1)

    # Entries that the best one misses by far, where outliers are expected, count less.
    wrong = np.abs(near[0].answers - cases.truth) / cases.scale
    limit = cases.limit(near[0].answers - cases.truth)
    trust = np.sqrt(np.where(wrong > limit, limit / np.maximum(wrong, 1e-300), 1.0))
    trust = trust * np.sqrt(cases.weights) / cases.scale
    if cases.task.units.own:
        # Each slice by its own error, as they are scored.
        _, squares = cases.by_slice(np.minimum(wrong, limit) ** 2)
        _, number = np.unique(cases.slices, return_inverse=True)
        trust = trust / np.sqrt(squares[number])

    weights = blend_weights([t.answers * trust for t in near], cases.truth * trust)
    order = np.argsort(-weights, kind="stable")[: max(most, 1)]
    kept = [at for at in order if weights[at] > 0]
    return [near[at] for at in kept], weights[kept] / weights[kept].sum()


def blend_of(chosen: Sequence[Trial], weights: Values) -> Blend:
    """The members of the trials, with these weights."""
    return Blend(
        tuple(
            trial.candidate.member._replace(weight=float(weight))
            for trial, weight in zip(chosen, weights, strict=True)
        )
    )


def _near(trials: Sequence[Trial], most: int) -> list[Trial]:
    """The best few that are close to the best, and the best of each other kind of method."""
    ranked = _distinct(sorted(trials, key=lambda trial: trial.score))
    least = ranked[0].score
    if most <= 1 or not math.isfinite(least):
        return ranked[:1]
    near = [trial for trial in ranked[:most] if trial.score <= _NEAR * least]
    # Another kind errs in other places, so that the mean gains though it errs more.
    kinds = {trial.candidate.member.method.kind for trial in near}
    for trial in ranked:
        kind = trial.candidate.member.method.kind
        if kind not in kinds and trial.score <= _OTHER * least:
            near.append(trial)
            kinds.add(kind)
    return near


def _distinct(ranked: Sequence[Trial]) -> list[Trial]:
    """Without those that say what a better one says, such as a fill that was not improved upon.

    Twins would share a weight between them, and lose a part of it where members are few.
    """
    kept: list[Trial] = []
    for trial in ranked:
        if not np.isfinite(trial.answers).all():
            continue
        apart = (float(np.std(trial.answers - other.answers)) for other in kept)
        if all(distance > _SAME * float(np.std(trial.answers)) for distance in apart):
            kept.append(trial)
    return kept or list(ranked[:1])
