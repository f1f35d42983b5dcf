"""Training what was chosen on all that is observed, in the time that is left."""

import math
import time

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit import _interrupt
from tacit._typing import PRNGKey, Sequence
from tacit.completion.cost import predict_seconds
from tacit.completion.families import AbstractClosedForm, AbstractTrained
from tacit.completion.fit import Fit, train
from tacit.completion.plan import Blend, Member
from tacit.completion.search import Report, Trial, was_interrupted, with_title
from tacit.completion.task import Task

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_RESUMED = 0.25
"""Share of the steps of the search that a gradual method goes on for, on all that is seen."""
_LEAST_SECONDS = 0.5
"""For the quick fill of what there was no time for."""


class Refit(eqx.Module):
    """What is trained on, and until when.

    Attributes:
        tasks: all of the data, in each of the units that are tried.
        follows: whether the search was on all of these data, so that it has left an answer.
        deadline: on the clock of `time.monotonic`.
        report: called with the stage and its progress.
        key: JAX random key of the starts.
    """

    tasks: tuple[Task, ...]
    follows: bool
    deadline: float
    report: Report | None
    key: PRNGKey

    def seconds_for(self, trial: Trial, wanted: Mask | None = None) -> float:
        """That training a trial's method on all that is seen will take.

        Args:
            trial: of the search.
            wanted: where its answers are wanted; as the tasks have it if not given.
        """
        holes = self.tasks[0].wanted if wanted is None else wanted
        member, total = trial.candidate.member, 0.0
        while member is not None:
            seconds = predict_seconds(member.method, [holes], trial.fits)
            if self._resumes(member):
                # From the end of its last phase: those before are not trained again.
                return total + _RESUMED * seconds
            total += seconds
            member = member.before
        return total

    def members(
        self,
        chosen: Sequence[Trial],
        blend: Blend,
        trials: Sequence[Trial],
    ) -> tuple[list[tuple[Fit, int]], bool]:
        """The members trained on all that is seen, and whether Ctrl-C came.

        None that would end past the deadline, but for the first where nothing else is an answer.
        """
        fits: list[tuple[Fit, int]] = []
        interrupted = False
        try:
            for number, (member, trial) in enumerate(zip(blend.members, chosen, strict=True)):
                seconds = self.seconds_for(trial)
                is_late = time.monotonic() + seconds > self.deadline
                # On all of the data the search has left an answer; on a part it has not.
                if interrupted or (is_late and (number or self._has_answer(trial.fits[0]))):
                    break
                if is_late:
                    member = member.hurry((self.deadline - time.monotonic()) / seconds)
                deadline = self._refit_deadline(trial, trials, seconds)
                start = trial.fits[0] if self._resumes(member) else None
                fit = self.train(member, f"refit {number + 1}", deadline, start)
                interrupted = was_interrupted(fit.result)
                if fit.is_cut_short and self._has_answer(trial.fits[0]):
                    break
                fits.append((fit, trial.units))
        except KeyboardInterrupt:
            interrupted = True
        return fits, interrupted

    def _resumes(self, member: Member) -> bool:
        """Whether a member goes on from the end of the search, which was on all of the data."""
        return self.follows and member.method.is_gradual

    def _has_answer(self, search: Fit) -> bool:
        """Whether a search has left an answer: on all of the data, and in every hole."""
        return self.follows and bool(np.isfinite(search.answer.values).all())

    def _refit_deadline(self, trial: Trial, trials: Sequence[Trial], seconds: float) -> float:
        """When a refit must end: early enough to fill quickly what there was no time for."""
        quick = quickest(trials)
        if quick is None or quick is trial or time.monotonic() + seconds <= self.deadline:
            return self.deadline
        return self.deadline - self.seconds_for(quick)

    def completed(self, denoised: Values, trials: Sequence[Trial]) -> Values:
        """The answer, with what there was no time for filled by the best of the quick methods."""
        quick = quickest(trials)
        if np.isfinite(denoised).all():
            return denoised
        if quick is None:
            # What was learnt of the columns on a part of the rows completes the others as well.
            best = min(trials, key=lambda trial: trial.score)
            fit, task = best.fits[0], self.tasks[best.units]
            if fit.answer.columns is None or not isinstance(fit.method, AbstractTrained):
                return denoised
            answer = fit.method.answer(fit.trajectory.model, task, task.weights).values
            return np.where(np.isfinite(denoised), denoised, task.units.to_data(answer))
        # It is given the time that it takes, though the others have used theirs up: cut short it
        # would leave a rough fill of everything that is left.
        wanted = time.monotonic() + 2 * self.seconds_for(quick) + _LEAST_SECONDS
        member = quick.candidate.member
        with _interrupt.deferred():
            fit = self.train(member, str(member.method), max(self.deadline, wanted))
        units = self.tasks[quick.units].units
        return np.where(np.isfinite(denoised), denoised, units.to_data(fit.answer.values))

    def train(
        self, member: Member, title: str, deadline: float | None = None, start: Fit | None = None
    ) -> Fit:
        """A member on all that is seen, one phase after another.

        Args:
            member: what is trained.
            title: of the stage.
            deadline: on the clock of `time.monotonic`; that of the engine if not given.
            start: a fit of the member from whose end it goes on, for a share of the steps.
        """
        deadline = self.deadline if deadline is None else deadline
        steps = member.steps
        if start is not None:
            steps = math.ceil(_RESUMED * steps)
        elif member.before is not None:
            start = self.train(member.before, title, deadline)
        task = self.tasks[min(member.units, len(self.tasks) - 1)]
        return train(
            task,
            member.method,
            steps=steps,
            start=start,
            on_chunk=with_title(self.report, title),
            deadline=deadline,
            key=self.key,
        )

    def mean(self, fits: Sequence[tuple[Fit, int]], weights: Sequence[float] | Values) -> Values:
        """The weighted mean of the answers in data units, of those that there are."""
        total = np.zeros(self.tasks[0].shape)
        weight = np.zeros(self.tasks[0].shape)
        for (fit, units), share in zip(fits, weights, strict=False):
            answer = self.tasks[units].units.to_data(fit.answer.values)
            there = np.isfinite(answer)
            total += np.where(there, share * answer, 0.0)
            weight += share * there
        return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)


def quickest(trials: Sequence[Trial]) -> Trial | None:
    """The best of the trials of methods that answer at once; None if there is none."""
    quick = [t for t in trials if isinstance(t.candidate.member.method, AbstractClosedForm)]
    return min(quick, key=lambda trial: trial.score) if quick else None
