"""The one way from a task to an answer: hold out, try, blend, refit, calibrate."""

import math
from functools import partial
from typing import NamedTuple

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Mapping, PRNGKey, Sequence
from tacit.completion.blend import blend_of, choose_members
from tacit.completion.calibration import Calibration, Clues
from tacit.completion.cases import Cases
from tacit.completion.deviations import calibrate, deviation_of
from tacit.completion.families import AbstractMethod, AbstractTrained, Family
from tacit.completion.fit import Fit, rms
from tacit.completion.plan import Blend, Candidate, Choice
from tacit.completion.refit import Refit, quickest
from tacit.completion.search import Report, Search, Trial
from tacit.completion.task import Task
from tacit.runs import Result, Trajectory

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


class Outcome(NamedTuple):
    """What the engine makes of tasks.

    Attributes:
        denoised: the weighted mean of the members' answers, in data units; NaN where there was no
            time for any.
        deviation: standard deviation of the error of an entry that is missing, in data units.
        calibration: of the deviation.
        choice: what was chosen, from what, and why.
        fits: of the members on all that is seen, and which units each was trained in.
        search: the fit of the best candidate on the first held-out set.
        ending: what there was no time for; None where nothing was searched.
        result: how it ended.
    """

    denoised: Values
    deviation: Values
    calibration: Calibration
    choice: Choice
    fits: tuple[tuple[Fit, int], ...]
    search: Fit | None
    ending: "Ending | None"
    result: Result

    def trajectories(self) -> tuple[Trajectory[Any], Trajectory[Any]]:
        """Of the search, and of the first member on all that is seen; one for the other if not."""
        first = self.fits[0][0] if self.fits else self.search
        search = self.search or first
        assert first is not None
        assert search is not None
        return search.trajectory, first.trajectory


class Ending(NamedTuple):
    """How the training on all that is seen ended.

    Attributes:
        trained: members that were trained.
        is_cut_short: whether one of them was.
        interrupted: whether Ctrl-C came.
        hurried: whether one took fewer steps than its own.
        left: entries of those wanted that a quick method answered.
        wanted: entries of which an answer was wanted.
    """

    trained: int
    is_cut_short: bool
    interrupted: bool
    hurried: bool
    left: int
    wanted: int


class Chosen(NamedTuple):
    """What a search has come to.

    Attributes:
        cases: on which was searched.
        manner: how what is held out imitates the holes, in words.
        trials: all of them, in order.
        members: those of which the answer is the mean.
        weights: of the members.
        calibration: of the deviation.
        interrupted: whether Ctrl-C came.
    """

    cases: Cases
    manner: str
    trials: Sequence[Trial]
    members: Sequence[Trial]
    weights: Values
    calibration: Calibration
    interrupted: bool

    def only(self, count: int) -> "Chosen":
        """With the first few of the members."""
        count = max(count, 1)
        weights = self.weights[:count] / self.weights[:count].sum()
        if count >= len(self.members):
            return self
        calibration = calibrate(self.cases, self.members[:count], weights)
        return self._replace(members=self.members[:count], weights=weights, calibration=calibration)


class Engine(eqx.Module):
    """What is asked of the engine.

    Attributes:
        tasks: the data in each of the units that are tried.
        families: that may be tried.
        given: settings that are not searched.
        members: most members of the blend.
        deadline: on the clock of `time.monotonic`.
        report: called with the stage and its progress.
        key: JAX random key of the starts.
    """

    tasks: tuple[Task, ...]
    families: tuple[Family, ...]
    given: Mapping[str, Any]
    members: int
    deadline: float
    report: Report | None
    key: PRNGKey

    def choose(
        self,
        cases: Cases,
        manner: str,
        methods: Sequence[AbstractMethod] | None = None,
        wanted: Mask | None = None,
    ) -> Chosen:
        """Search on held-out entries.

        Args:
            cases: what is held out, of all of the data or of parts.
            manner: how it imitates the holes, in words.
            methods: what to try, in place of what the families propose.
            wanted: where answers will be wanted; as the tasks have it if not given.
        """
        search = Search(
            cases=cases,
            families=self.families,
            given=self.given,
            deadline=self.deadline,
            reserve=partial(self._refit(cases).seconds_for, wanted=wanted),
            report=self.report,
            key=self.key,
        )
        trials, interrupted = search.run(methods)
        members, weights = choose_members(cases, _useful(cases, trials), self.members)
        calibration = calibrate(cases, members, weights)
        return Chosen(cases, manner, trials, members, weights, calibration, interrupted)

    def finish(self, chosen: Chosen) -> Outcome:
        """Train what was chosen on all that is seen."""
        refit, trials = self._refit(chosen.cases), chosen.trials
        fits: list[tuple[Fit, int]] = []
        interrupted = chosen.interrupted
        if not interrupted:
            blend = blend_of(chosen.members, chosen.weights)
            fits, interrupted = refit.members(chosen.members, blend, trials)
        unsolved = [~np.isfinite(fit.answer.values) for fit, _ in fits]
        left = np.all(unsolved, axis=0) if unsolved else np.zeros(self.tasks[0].shape, bool)
        wanted = self.tasks[0].wanted
        ending = Ending(
            trained=len(fits),
            is_cut_short=any(fit.is_cut_short for fit, _ in fits),
            interrupted=interrupted,
            hurried=any(
                _is_hurried(fit, trial.fits[0])
                for (fit, _), trial in zip(fits, chosen.members, strict=False)
            ),
            left=int((left & wanted).sum()),
            wanted=int(wanted.sum()),
        )
        if not fits and chosen.cases.are_whole:
            # Ctrl-C, or no time: what was learnt without the held-out entries is the answer.
            fits = [(chosen.members[0].fits[0], chosen.members[0].units)]
        chosen = chosen.only(len(fits))

        mean = refit.mean(fits, chosen.weights)
        denoised = refit.completed(mean, trials)
        deviation = deviation_of(
            chosen.calibration,
            chosen.cases,
            chosen.members,
            chosen.weights,
            self.tasks,
            fits,
            denoised,
        )
        choice = _choice(chosen)
        quick = quickest(trials)
        if quick is not None and choice.score > 0:
            # The rest was filled by a method that errs so many times as much.
            worse = max(quick.score / choice.score, 1.0)
            deviation = np.where(np.isfinite(mean), deviation, worse * deviation)
        best = min(trials, key=lambda trial: trial.score)
        result = best.fits[0].result
        if any(fit.is_cut_short for fit, _ in fits):
            result = Result.OUT_OF_TIME
        return Outcome(
            denoised=denoised,
            deviation=deviation,
            calibration=chosen.calibration,
            choice=choice,
            fits=tuple(fits),
            search=best.fits[0],
            ending=ending,
            result=Result.INTERRUPTED if interrupted else result,
        )

    def follow(self, blend: Blend) -> Outcome:
        """Train the members of a blend that another search chose; nothing is held out."""
        refit = self._refit(None)
        fits = [
            (refit.train(member, f"refit {number}"), member.units)
            for number, member in enumerate(blend.members, 1)
        ]
        denoised = refit.mean(fits, [member.weight for member in blend.members])
        nothing = Calibration.fit(np.zeros(0), Clues(np.zeros((0, 1)), (False,)))
        return Outcome(
            denoised=denoised,
            deviation=np.full(denoised.shape, np.nan),
            calibration=nothing,
            choice=Choice(blend, math.nan, math.nan, (), "It was given."),
            fits=tuple(fits),
            search=None,
            ending=None,
            result=fits[-1][0].result,
        )

    def seconds_for(self, trial: Trial, wanted: Mask) -> float:
        """That training a trial's method on all that is seen will take.

        Args:
            trial: of the search.
            wanted: where its answers are wanted.
        """
        return self._refit(None).seconds_for(trial, wanted)

    def _refit(self, cases: Cases | None) -> Refit:
        follows = cases is not None and cases.are_whole
        return Refit(self.tasks, follows, self.deadline, self.report, self.key)


def _is_hurried(fit: Fit, search: Fit) -> bool:
    """Whether the setting is one of fewer steps than what was tried."""
    both = fit.method, search.method
    longest = [each.pace().longest for each in both if isinstance(each, AbstractTrained)]
    return len(longest) == 2 and longest[0] < longest[1]


def _choice(chosen: Chosen) -> Choice:
    cases = chosen.cases
    pairs = zip(chosen.weights, chosen.members, strict=True)
    errors = np.sum([weight * trial.answers for weight, trial in pairs], axis=0) - cases.truth
    error = rms(errors, cases.precisions)
    return Choice(
        blend=blend_of(chosen.members, chosen.weights),
        held_out=error,
        score=cases.score(errors),
        candidates=tuple(trial.candidate for trial in chosen.trials),
        reason=_reason(_useful(cases, chosen.trials), len(chosen.members), error, chosen.manner),
    )


def _useful(cases: Cases, trials: Sequence[Trial]) -> Sequence[Trial]:
    """The trials that may be members: to take noise off, those that do not meet the data."""
    free = [trial for trial in trials if not trial.candidate.member.method.meets_data]
    return free if cases.task.everywhere and free else trials


def _reason(trials: Sequence[Trial], members: int, error: float, manner: str) -> str:
    ranked: list[Candidate] = sorted((t.candidate for t in trials), key=lambda c: c.score)
    best = ranked[0]
    against = f", against {ranked[1].held_out:.4g} for the next" if len(ranked) > 1 else ""
    mean = f"; the weighted mean of {members} has {error:.4g}" if members > 1 else ""
    count = "the only candidate" if len(ranked) == 1 else f"the best of {len(ranked)} candidates"
    name = str(best.member.method)
    return (
        f"{name[:1].upper()}{name[1:]}: {count} on held-out entries ({manner}): root mean square "
        f"{best.held_out:.4g}{against}{mean}."
    )
