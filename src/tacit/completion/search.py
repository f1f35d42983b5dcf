"""The search on held-out entries: depth, scale, when to stop, weight of the smoothness penalty."""

import math
import time
from typing import NamedTuple

import equinox as eqx
import jax
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Iterator, PRNGKey, Sequence
from tacit.completion.plan import Candidate, Phase, Recipe
from tacit.completion.task import Task
from tacit.completion.trial import Report, titled
from tacit.models import Deep
from tacit.runs import Result, Schedule, Stalled, Trajectory

Mask = NDArray[np.bool_]

STARTS = ((2, 1e-3), (2, 1e-6), (3, 1e-3))
"""Depth and relative scale of the starts that are tried."""
WEIGHTS = (0.02, 0.07, 0.2, 0.7, 2.0, 7.0, 20.0)
"""Path of smoothness weights, each continued from the one before."""
PLAIN = (25, 3, 0.0)
SMOOTH = (50, 2, 5e-3)
"""Steps between records, records without gain before stopping, and what counts as a gain."""
_LONGEST, _LONGEST_WARM = 2000, 300
_HANDICAP = 2
"""A later start may take this many times the steps of the best one so far."""
_GAIN = 5e-3
"""A weight that lowers the held-out error by less than this share is the last one tried."""
_HALVINGS = 4


class Search(eqx.Module):
    """What a search needs to know: the task, the held-out sets, and when to be done."""

    task: Task
    held_out: tuple[Mask, ...]
    spread: float
    deadline: float
    report: Report | None
    key: PRNGKey

    def run(self, starts: Sequence[tuple[int, float]], weights: Sequence[float]) -> "SearchResult":
        """Try every start without a penalty, then the weights in turn from the best of them.

        The path of weights is left at the first one that hardly lowers the held-out error. The
        first entry of `starts` is always tried; the deadline, or Ctrl-C, may cut the rest.
        """
        began = time.monotonic()
        tried: list[Attempt] = []
        interrupted = False
        try:
            for attempt in self._attempts(starts, weights):
                tried.append(attempt)
                interrupted = attempt.interrupted
                if interrupted or time.monotonic() > self.deadline:
                    break
        except KeyboardInterrupt:
            if not tried:
                raise
            interrupted = True
        return SearchResult(
            candidates=tuple(attempt.candidate for attempt in tried),
            best=_best(tried),
            interrupted=interrupted,
            seconds=time.monotonic() - began,
        )

    def _attempts(
        self, starts: Sequence[tuple[int, float]], weights: Sequence[float]
    ) -> Iterator["Attempt"]:
        longest = _LONGEST_WARM if weights else _LONGEST
        tried: list[Attempt] = []
        for number, (depth, scale) in enumerate(starts):
            recipe = Recipe(depth, self.task.width(bool(weights)), scale)
            model = self.task.start(recipe, jax.random.fold_in(self.key, number))
            start = Attempt.at_start(recipe, model, self.held_out)
            tried.append(self._attempt(start, 0.0, PLAIN, longest))
            yield tried[-1]
            longest = min(longest, _HANDICAP * _best(tried).candidate.recipe.steps + PLAIN[0])
        best = _best(tried)
        for weight in weights:
            attempt = self._attempt(best, weight, SMOOTH, _LONGEST)
            yield attempt
            if attempt.candidate.held_out > (1 - _GAIN) * best.candidate.held_out:
                break
            best = attempt

    def _attempt(
        self,
        before: "Attempt",
        weight: float,
        pace: tuple[int, int, float],
        longest: int,
    ) -> "Attempt":
        """One more phase of training on every held-out set, stopped at their least mean error.

        A step that proves too long is halved, and the phase begins again.
        """
        gap, patience, tolerance = pace
        recipe, models = before.candidate.recipe, before.models
        began = time.monotonic()
        title = f"depth {recipe.depth}, scale {recipe.scale:g}" + (
            f", smoothness {weight:g}" if weight else ""
        )
        on_chunk = titled(self.report, title)
        trajectories: list[Trajectory[Deep]] = []
        slowdown = 1.0
        for _ in range(_HALVINGS):
            trajectories = [
                self.task.train(
                    model,
                    held,
                    weight,
                    Schedule.every(gap, longest),
                    slowdown=slowdown,
                    # Folds are compared record by record, so that none may end before the others.
                    stop=Stalled("held_out", patience, tolerance) if len(models) == 1 else None,
                    on_chunk=on_chunk,
                    budget=max(self.deadline - time.monotonic(), 1.0),
                )
                for model, held in zip(models, self.held_out, strict=True)
            ]
            if not any(trajectory.result.failed for trajectory in trajectories):
                break
            slowdown *= 2
        steps, error = _least(trajectories)
        phase = Phase(weight, steps, slowdown)
        candidate = Candidate(
            recipe._replace(phases=(*recipe.phases, phase)),
            error * self.spread,
            time.monotonic() - began,
        )
        return Attempt(
            candidate,
            tuple(trajectory.model for trajectory in trajectories),
            (*before.path, trajectories[0]),
            any(trajectory.result is Result.INTERRUPTED for trajectory in trajectories),
        )


class Attempt(NamedTuple):
    """A candidate with its models, one a held-out set, and how the first of them came about."""

    candidate: Candidate
    models: tuple[Deep, ...]
    path: tuple[Trajectory[Deep], ...]
    interrupted: bool

    @classmethod
    def at_start(cls, recipe: Recipe, model: Deep, held_out: Sequence[Mask]) -> "Attempt":
        """No phase yet, the same start for every held-out set."""
        untrained = Candidate(recipe, math.inf, 0.0)
        return cls(untrained, (model,) * len(held_out), (), False)


class SearchResult(NamedTuple):
    """All candidates in order, the best attempt, whether Ctrl-C ended it, and its seconds."""

    candidates: tuple[Candidate, ...]
    best: Attempt
    interrupted: bool
    seconds: float


def _best(tried: "Sequence[Attempt]") -> "Attempt":
    return min(tried, key=lambda attempt: attempt.candidate.held_out)


def _least(trajectories: Sequence[Trajectory]) -> tuple[int, float]:
    """Steps and value at the least root mean of the squared held-out errors over the sets."""
    length = min(len(trajectory.step) for trajectory in trajectories)
    squares = np.mean([t["held_out"][:length] ** 2 for t in trajectories], axis=0)
    squares = np.where(np.isfinite(squares), squares, np.inf)
    index = int(np.argmin(squares))
    return int(trajectories[0].step[index]), math.sqrt(float(squares[index]))
