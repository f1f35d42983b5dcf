"""The one way from a task to an answer: hold out, try, blend, refit, calibrate."""

import math
import time
from typing import NamedTuple

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Mapping, PRNGKey, Sequence
from tacit.completion.calibrate import Calibration, Clues, clues_of
from tacit.completion.families import AbstractClosedForm, AbstractMethod, AbstractTrained, Family
from tacit.completion.fit import Fit, train
from tacit.completion.plan import Blend, Candidate, Choice, Member, blend_weights
from tacit.completion.search import Report, Search, Trial, predicted, titled
from tacit.completion.task import Task
from tacit.runs import Result, Trajectory

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_NEAR = 1.1
"""Candidates within this factor of the least score may be members of the blend."""
_OTHER = 1.3
"""The same for the best of every other kind of method."""
_FEWEST_HELD = 5
"""Held-out entries under which nothing is weighed."""


class Answered(NamedTuple):
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
    ) -> Answered:
        """Search on held-out entries, then train the best on all that is seen.

        Args:
            held_out: sets of entries, of the shape of the part that is searched on.
            manner: how they imitate the holes, in words.
            methods: what to try, in place of what the families propose.
        """
        tasks = self.tasks if self.part is None else tuple(t.take(self.part) for t in self.tasks)
        search = Search(
            tasks=tasks,
            held_out=tuple(held_out),
            families=self.families,
            given=self.given,
            deadline=self.deadline,
            reserve=self._seconds_for,
            report=self.report,
            key=self.key,
        )
        trials, interrupted = search.run(methods)
        chosen, weights = self._blended(search, trials)
        blend = _blend(chosen, weights)
        fits, interrupted = self._refits(chosen, blend, trials, interrupted)
        notes = _notes(self, fits, chosen, trials, interrupted)
        return self._put_together(search, trials, chosen, weights, fits, manner, notes, interrupted)

    def follow(self, blend: Blend) -> Answered:
        """Train the members of a blend that another search chose; nothing is held out."""
        fits = [
            (self._train(member, f"refit {number}"), member.units)
            for number, member in enumerate(blend.members, 1)
        ]
        weights = [member.weight for member in blend.members]
        denoised = self._mean(fits, weights)
        nothing = Calibration.fit(np.zeros(0), Clues(np.zeros((0, 1)), (False,)))
        choice = Choice(blend, math.nan, math.nan, (), "It was given.")
        return Answered(
            denoised,
            np.full(denoised.shape, np.nan),
            nothing,
            choice,
            tuple(fits),
            None,
            (),
            fits[-1][0].result,
        )

    def _seconds_for(self, trial: Trial) -> float:
        """That training a trial's method on all that is seen will take."""
        whole = self.tasks[0].shape
        member, total = trial.candidate.member, 0.0
        while member is not None:
            total += predicted(member.method, whole, trial.fits, self._searched_shape)
            member = member.before
        return total

    @property
    def _searched_shape(self) -> tuple[int, ...]:
        if self.part is None:
            return self.tasks[0].shape
        return tuple(len(places) for places in self.part)

    def _blended(self, search: Search, trials: Sequence[Trial]) -> tuple[list[Trial], Values]:
        """The trials near the best, of different methods, and their weights in the mean."""
        ranked = sorted(trials, key=lambda trial: trial.score)
        near = ranked[: max(self.members, 1)] if math.isfinite(ranked[0].score) else ranked[:1]
        near = [trial for trial in near if trial.score <= _NEAR * ranked[0].score] or ranked[:1]
        if self.members > 1:
            # The best of each other kind of method errs in other places, though it errs more.
            kinds = {type(trial.candidate.member.method) for trial in near}
            for trial in ranked:
                kind = type(trial.candidate.member.method)
                if kind not in kinds and trial.score <= _OTHER * ranked[0].score:
                    near.append(trial)
                    kinds.add(kind)
        if len(near) == 1 or len(search.truth) < _FEWEST_HELD:
            return near[:1], np.ones(1)
        # Entries that the best one misses by far, where outliers are expected, count less.
        wrong = np.abs(near[0].answers - search.truth) / search.scale
        limit = search.limit(near[0].answers - search.truth)
        trust = np.sqrt(np.where(wrong > limit, limit / np.maximum(wrong, 1e-300), 1.0))
        trust = trust * np.sqrt(search.weights) / search.scale
        if search.tasks[0].units.own:
            # Each slice by its own error, as they are scored.
            _, squares = search.by_slice(np.minimum(wrong, limit) ** 2)
            _, number = np.unique(search.slices, return_inverse=True)
            trust = trust / np.sqrt(squares[number])
        weights = blend_weights([t.answers * trust for t in near], search.truth * trust)
        order = np.argsort(-weights, kind="stable")[: max(self.members, 1)]
        kept = [at for at in order if weights[at] > 0]
        return [near[at] for at in kept], weights[kept] / weights[kept].sum()

    def _refits(
        self,
        chosen: Sequence[Trial],
        blend: Blend,
        trials: Sequence[Trial],
        interrupted: bool,
    ) -> tuple[list[tuple[Fit, int]], bool]:
        """The members trained on all that is seen, and whether Ctrl-C came.

        The first is trained in any case; no further one that would end past the deadline.
        """
        fits: list[tuple[Fit, int]] = []
        try:
            for number, (member, trial) in enumerate(zip(blend.members, chosen, strict=True)):
                if interrupted:
                    break
                seconds = self._seconds_for(trial)
                if number and time.monotonic() + seconds > self.deadline:
                    break
                fit = self._train(
                    member, f"refit {number + 1}", self._refit_deadline(trials, seconds)
                )
                interrupted = fit.result is Result.INTERRUPTED
                fits.append((fit, trial.units))
        except KeyboardInterrupt:
            interrupted = True
        return fits, interrupted

    def _refit_deadline(self, trials: Sequence[Trial], seconds: float) -> float:
        """When a refit must end: early enough to fill quickly what there was no time for."""
        quick = _quickest(trials)
        if quick is None or time.monotonic() + seconds <= self.deadline:
            return self.deadline
        return self.deadline - self._seconds_for(quick)

    def _completed(self, denoised: Values, trials: Sequence[Trial]) -> Values:
        """The answer, with what there was no time for filled by the best of the quick methods."""
        quick = _quickest(trials)
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
        fit = self._train(quick.candidate.member, str(quick.candidate.member.method), self.deadline)
        units = self.tasks[quick.units].units
        return np.where(np.isfinite(denoised), denoised, units.to_data(fit.answer.values))

    def _train(self, member: Member, title: str, deadline: float | None = None) -> Fit:
        """A member on all that is seen, one phase after another."""
        deadline = self.deadline if deadline is None else deadline
        start = None if member.before is None else self._train(member.before, title, deadline)
        task = self.tasks[min(member.units, len(self.tasks) - 1)]
        return train(
            task,
            member.method.adapted(task),
            steps=member.steps,
            start=start,
            on_chunk=titled(self.report, title),
            deadline=deadline,
            key=self.key,
        )

    def _put_together(
        self,
        search: Search,
        trials: Sequence[Trial],
        chosen: Sequence[Trial],
        weights: Values,
        fits: list[tuple[Fit, int]],
        manner: str,
        notes: tuple[str, ...],
        interrupted: bool,
    ) -> Answered:
        """The mean of the members, its held-out error, and what that says of every entry."""
        if not fits and self.part is None:
            fits = [(chosen[0].fits[0], chosen[0].units)]
        kept = weights[: max(len(fits), 1)] / weights[: max(len(fits), 1)].sum()
        members = list(chosen)[: len(kept)]
        mean = np.sum([w * t.answers for w, t in zip(kept, members, strict=True)], axis=0)
        denoised = self._completed(self._mean(fits, kept), trials)

        calibration, deviation = self._calibrated(search, members, kept, fits, mean, denoised)
        best = min(trials, key=lambda trial: trial.score)
        errors = mean - search.truth
        choice = Choice(
            _blend(members, kept),
            float(np.sqrt(np.mean(errors**2))) if errors.size else math.nan,
            search.score(errors),
            tuple(trial.candidate for trial in trials),
            _reason(
                trials,
                len(members),
                float(np.sqrt(np.mean(errors**2))) if errors.size else math.nan,
                manner,
            ),
        )
        result = Result.INTERRUPTED if interrupted else best.fits[0].result
        return Answered(
            denoised, deviation, calibration, choice, tuple(fits), best.fits[0], notes, result
        )

    def _mean(self, fits: Sequence[tuple[Fit, int]], weights: Sequence[float] | Values) -> Values:
        """The weighted mean of the answers in data units, of those that there are."""
        total = np.zeros(self.tasks[0].shape)
        weight = np.zeros(self.tasks[0].shape)
        for (fit, units), share in zip(fits, weights, strict=False):
            answer = self.tasks[units].units.to_data(fit.answer.values)
            there = np.isfinite(answer)
            total += np.where(there, share * answer, 0.0)
            weight += share * there
        return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), np.nan)

    def _calibrated(
        self,
        search: Search,
        members: Sequence[Trial],
        weights: Values,
        fits: Sequence[tuple[Fit, int]],
        mean: Values,
        denoised: Values,
    ) -> tuple[Calibration, Values]:
        """What the held-out errors say of the deviation of every entry, in data units.

        They are compared in the units in which the first member was trained, where they are alike.
        """
        units = members[0].units
        part, whole = search.tasks[units], self.tasks[units]
        clues = [
            self._clues(
                [(t.fits[number], t.units) for t in members],
                weights,
                part,
                search.tasks,
                held,
                part.observed & ~held,
            )
            for number, held in enumerate(search.held_out)
        ]
        together = Clues(np.concatenate([c.columns for c in clues]), clues[0].rising)
        scale = np.broadcast_to(part.units.scale, part.shape)
        scales = np.concatenate([scale[held] for held in search.held_out])
        errors = (mean - search.truth) / scales
        robust = math.isfinite(part.robust)
        calibration = Calibration.fit(errors, together, robust=robust)
        deviation = np.full(whole.shape, np.nan)
        if len(fits) == len(members):
            everywhere = np.ones(whole.shape, bool)
            final = self._clues(list(fits), weights, whole, self.tasks, everywhere, whole.observed)
            deviation = calibration.deviation(final).reshape(whole.shape) * whole.units.scale
        return calibration, deviation

    def _clues(
        self,
        fits: Sequence[tuple[Fit, int]],
        weights: Values,
        task: Task,
        tasks: Sequence[Task],
        where: Mask,
        seen: Mask,
    ) -> Clues:
        """In the units of the task."""
        scale = task.units.scale

        def inner(values: Values, units: int) -> Values:
            return task.units.to_inner(tasks[units].units.to_data(values))

        answers = np.stack([inner(np.nan_to_num(fit.answer.values), units) for fit, units in fits])
        mean = np.tensordot(weights, answers, 1)
        own = [
            (w, fit.answer.deviation * tasks[units].units.scale / scale)
            for w, (fit, units) in zip(weights, fits, strict=True)
            if fit.answer.deviation is not None
        ]
        deviation = None
        if own:
            total = sum(w for w, _ in own)
            deviation = np.sqrt(sum(w / total * d**2 for w, d in own))
        spread = None
        if len(fits) > 1:
            spread = np.sqrt(np.tensordot(weights, (answers - mean) ** 2, 1)) + 1e-3
        return clues_of(mean, seen, where, task.ordered, deviation=deviation, spread=spread)


def _blend(chosen: Sequence[Trial], weights: Values) -> Blend:
    return Blend(
        tuple(
            trial.candidate.member._replace(weight=float(weight))
            for trial, weight in zip(chosen, weights, strict=True)
        )
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
    if fits and len(fits) < len(chosen) and not interrupted:
        notes.append(
            f"there was time for {len(fits)} of the {len(chosen)} methods whose mean is best"
        )
    unsolved = [~np.isfinite(fit.answer.values) for fit, _ in fits]
    quick = _quickest(trials)
    if unsolved and quick is not None and np.all(unsolved, axis=0).any():
        share = float(np.all(unsolved, axis=0)[~engine.tasks[0].observed].mean())
        notes.append(
            f"there was no time for {share:.0%} of the holes: {quick.candidate.member.method} "
            "filled them"
        )
    return tuple(notes)


def _quickest(trials: Sequence[Trial]) -> Trial | None:
    """The best of the trials of methods that answer at once; None if there is none."""
    quick = [t for t in trials if isinstance(t.candidate.member.method, AbstractClosedForm)]
    return min(quick, key=lambda trial: trial.score) if quick else None


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
