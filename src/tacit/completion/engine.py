"""The one way from a task to an answer: hold out, try, blend, refit, calibrate."""

import math
from typing import NamedTuple

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Mapping, PRNGKey, Sequence
from tacit.completion.blend import blend_of, choose_members
from tacit.completion.calibration import Calibration, Clues
from tacit.completion.deviations import calibrate
from tacit.completion.families import AbstractMethod, Family
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
        notes: what there was no time for.
        result: how it ended.
    """

    denoised: Values
    deviation: Values
    calibration: Calibration
    choice: Choice
    fits: tuple[tuple[Fit, int], ...]
    search: Fit | None
    notes: tuple[str, ...]
    result: Result

    def trajectories(self) -> tuple[Trajectory[Any], Trajectory[Any]]:
        """Of the search, and of the first member on all that is seen; one for the other if not."""
        first = self.fits[0][0] if self.fits else self.search
        search = self.search or first
        assert first is not None
        assert search is not None
        return search.trajectory, first.trajectory


class Engine(eqx.Module):
    """What is asked of the engine.

    Attributes:
        tasks: the data in each of the units that are tried.
        part: places along each axis on which is searched; None for all.
        families: that may be tried.
        given: settings that are not searched.
        members: most members of the blend.
        deadline: on the clock of `time.monotonic`.
        report: called with the stage and its progress.
        key: JAX random key of the starts.
    """

    tasks: tuple[Task, ...]
    part: tuple[NDArray[np.intp], ...] | None
    families: tuple[Family, ...]
    given: Mapping[str, Any]
    members: int
    deadline: float
    report: Report | None
    key: PRNGKey

    def answer(
        self,
        held_out: Sequence[Mask],
        manner: str,
        methods: Sequence[AbstractMethod] | None = None,
    ) -> Outcome:
        """Search on held-out entries, then train the best on all that is seen.

        Args:
            held_out: sets of entries, of the shape of the part that is searched on.
            manner: how they imitate the holes, in words.
            methods: what to try, in place of what the families propose.
        """
        refit = self._refit()
        tasks = self.tasks if self.part is None else tuple(t.take(self.part) for t in self.tasks)
        search = Search(
            tasks=tasks,
            held_out=tuple(held_out),
            families=self.families,
            given=self.given,
            deadline=self.deadline,
            reserve=refit.seconds_for,
            report=self.report,
            key=self.key,
        )
        trials, interrupted = search.run(methods)
        chosen, weights = choose_members(search, trials, self.members)

        fits: list[tuple[Fit, int]] = []
        if not interrupted:
            fits, interrupted = refit.members(chosen, blend_of(chosen, weights), trials)
        notes = _notes(self, fits, chosen, trials, interrupted)
        if not fits and self.part is None:
            # Ctrl-C, or no time: what was learnt without the held-out entries is the answer.
            fits = [(chosen[0].fits[0], chosen[0].units)]
        chosen, weights = chosen[: max(len(fits), 1)], weights[: max(len(fits), 1)]
        weights = weights / weights.sum()

        mean = refit.mean(fits, weights)
        denoised = refit.completed(mean, trials)
        calibration, deviation = calibrate(search, chosen, weights, self.tasks, fits, self.part)
        choice = _choice(search, trials, chosen, weights, manner)
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
            calibration=calibration,
            choice=choice,
            fits=tuple(fits),
            search=best.fits[0],
            notes=notes,
            result=Result.INTERRUPTED if interrupted else result,
        )

    def follow(self, blend: Blend) -> Outcome:
        """Train the members of a blend that another search chose; nothing is held out."""
        refit = self._refit()
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
            notes=(),
            result=fits[-1][0].result,
        )

    def _refit(self) -> Refit:
        return Refit(self.tasks, self.part, self.deadline, self.report, self.key)


def _choice(
    search: Search,
    trials: Sequence[Trial],
    chosen: Sequence[Trial],
    weights: Values,
    manner: str,
) -> Choice:
    mean = np.sum([w * t.answers for w, t in zip(weights, chosen, strict=True)], axis=0)
    errors = mean - search.truth
    error = rms(errors, search.precisions)
    return Choice(
        blend=blend_of(chosen, weights),
        held_out=error,
        score=search.score(errors),
        candidates=tuple(trial.candidate for trial in trials),
        reason=_reason(trials, len(chosen), error, manner),
    )


def _notes(
    engine: Engine,
    fits: Sequence[tuple[Fit, int]],
    chosen: Sequence[Trial],
    trials: Sequence[Trial],
    interrupted: bool,
) -> tuple[str, ...]:
    notes = []
    if engine.part is not None:
        share = math.prod(map(len, engine.part)) / math.prod(engine.tasks[0].shape)
        notes.append(
            f"the method was chosen on {share:.1%} of the data, and then used on all of them, to "
            "keep within the budget"
        )

    # A setting that is given for one kind of method says nothing where another was tried.
    tried = [trial.candidate.member.method for trial in trials]
    unused = [name for name in engine.given if not any(hasattr(m, name) for m in tried)]
    if unused:
        notes.append(
            f"no method that was tried has a setting {' or '.join(unused)}: it is not used"
        )

    if not fits and not interrupted:
        notes.append("there was no time to train on the held-out entries as well")
    elif len(fits) < len(chosen) and not interrupted:
        notes.append(
            f"there was time for {len(fits)} of the {len(chosen)} methods whose mean is best"
        )

    if any(fit.is_cut_short for fit, _ in fits):
        notes.append(
            "training on all of the data was cut short: the fills are less certain than the "
            "held-out errors say, by as much as they differ from the search"
        )

    unsolved = [~np.isfinite(fit.answer.values) for fit, _ in fits]
    quick = quickest(trials)
    if unsolved and quick is not None and np.all(unsolved, axis=0).any():
        share = float(np.all(unsolved, axis=0)[~engine.tasks[0].observed].mean())
        notes.append(
            f"there was no time for {share:.0%} of the holes: {quick.candidate.member.method} "
            "filled them"
        )
    return tuple(notes)


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
