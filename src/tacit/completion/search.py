"""Trying one method after another on held-out entries, while there is time."""

import dataclasses
import math
import time
from itertools import chain, islice
from typing import NamedTuple

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit import _interrupt
from tacit._typing import Any, Callable, Iterator, Mapping, PRNGKey, Sequence
from tacit.completion.cases import Cases
from tacit.completion.cost import predict_seconds
from tacit.completion.families import AbstractMethod, Family
from tacit.completion.fit import Fit, rms, train
from tacit.completion.plan import After, Candidate, Member
from tacit.runs import Progress, Result

Values = NDArray[np.floating]
Report = Callable[[str, Progress], None]
"""Called after each compiled chunk with the stage and its progress."""

_CLOSE = 1.25
"""Families whose best is within this factor of the best of all are explored further."""
_SAFETY = 1.25
"""What is predicted is taken this many times: machines are busy."""
_OF_USE = 0.5
"""Share of the steps of a gradual method by which it is of use."""


class Trial(NamedTuple):
    """A candidate with its fits, one a held-out set.

    Attributes:
        candidate: what was tried, and how it did.
        fits: one for each held-out set.
        answers: in data units, on the held-out entries of all sets, one set after the other.
    """

    candidate: Candidate
    fits: tuple[Fit, ...]
    answers: Values

    @property
    def score(self) -> float:
        """Of the candidate."""
        return self.candidate.score

    @property
    def units(self) -> int:
        """Of the candidate."""
        return self.candidate.member.units


class Search(eqx.Module):
    """What a search needs to know.

    Attributes:
        cases: what is held out of which data.
        families: in the order in which they are tried.
        given: settings that are not searched.
        deadline: on the clock of `time.monotonic`.
        reserve: seconds that the answer will take once a trial is chosen.
        report: called with the stage and its progress.
        key: JAX random key of the starts.
    """

    cases: Cases
    families: tuple[Family, ...]
    given: Mapping[str, Any]
    deadline: float
    reserve: Callable[[Trial], float]
    report: Report | None
    key: PRNGKey

    def run(self, methods: Sequence[AbstractMethod] | None) -> tuple[list[Trial], bool]:
        """Try the methods given, then what the families propose, and say whether Ctrl-C came.

        The first is always tried. Nothing is begun that would leave too little time to train the
        best so far on all that is seen.
        """
        trials: list[Trial] = []
        tried: list[Candidate] = []
        proposals = chain(methods or (), self._proposals(tried))
        try:
            for proposal in self._new(proposals, trials):
                trials.append(self._attempt(proposal, trials, 0))
                tried.append(trials[-1].candidate)
                if was_interrupted(*(fit.result for fit in trials[-1].fits)):
                    return trials, True
                if time.monotonic() > self.deadline:
                    return trials, False
            self._other_units(trials)
        except KeyboardInterrupt:
            if not trials:
                raise
            return trials, True
        return trials, was_interrupted(*(fit.result for fit in trials[-1].fits))

    def _proposals(self, tried: list[Candidate]) -> Iterator[AbstractMethod | After]:
        """The opening of each family; then the rest of those that are close to the best.

        Of families between which something is chosen, such as how long windows are, only the best.
        """
        opened: list[tuple[Iterator[Any], list[Candidate]]] = []
        for family in self.families:
            further = family.proposals(self.cases.task, tried)
            before = len(tried)
            yield from islice(further, family.opening(self.cases.task))
            opened.append((further, tried[before:]))
        scores = [min((c.score for c in own), default=math.inf) for _, own in opened]
        chosen: set[str | None] = set()
        for number in np.argsort(scores, kind="stable"):
            best = min(candidate.score for candidate in tried)
            choice = self.families[number].choice
            is_open = choice is None or choice not in chosen
            chosen.add(choice)
            if is_open and (len(opened) == 1 or scores[number] <= _CLOSE * best):
                yield from opened[number][0]

    def _new(
        self, proposals: Iterator[AbstractMethod | After], trials: list[Trial]
    ) -> Iterator[AbstractMethod | After]:
        """The proposals with what is given, each once, as long as there is time."""
        known: list[Any] = []
        for proposal in proposals:
            proposal = self._with_given(proposal)
            if proposal is None or any(_same(proposal, other) for other in known):
                continue
            known.append(proposal)
            if trials and not self._has_time(proposal, trials):
                continue
            yield proposal

    def _with_given(self, proposal: Any) -> Any:
        method = proposal.method if isinstance(proposal, After) else proposal
        names = {field.name for field in dataclasses.fields(method)}
        changes = {name: value for name, value in self.given.items() if name in names}
        for name, value in changes.items():
            # A number of factors in a chain is whole: a depth of 2.5 or ∞ is for other methods.
            if isinstance(getattr(method, name), int) and not isinstance(value, int):
                return None
        method = dataclasses.replace(method, **changes) if changes else method
        return proposal._replace(method=method) if isinstance(proposal, After) else method

    def _has_time(self, proposal: Any, trials: Sequence[Trial]) -> bool:
        """Whether this trial, and then the answer by the best so far, will end in time."""
        method = proposal.method if isinstance(proposal, After) else proposal
        fits = [fit for trial in trials for fit in trial.fits]
        seconds = predict_seconds(method, [case.held_out for case in self.cases.each], fits)
        seconds *= _OF_USE if method.is_gradual else 1.0
        reserve = sum(self.reserve(trial) for trial in self._likely_members(trials))
        return time.monotonic() + _SAFETY * (seconds + reserve) <= self.deadline

    def _likely_members(self, trials: Sequence[Trial]) -> list[Trial]:
        """The best so far, and the best of the other kinds of method if that is close."""
        best = min(trials, key=lambda trial: trial.score)
        kind = best.candidate.member.method.kind
        others = [t for t in trials if t.candidate.member.method.kind != kind]
        second = min(others, key=lambda trial: trial.score, default=best)
        return [best, second] if best.score < second.score <= _CLOSE * best.score else [best]

    def _other_units(self, trials: list[Trial]) -> None:
        """Try the best methods in the other units, as long as that is a gain."""
        for units in range(1, self.cases.units):
            for trial in sorted(trials, key=lambda trial: trial.score)[:2]:
                if trial.candidate.member.before is not None:
                    # What it goes on from is in the first units.
                    continue
                if not self._has_time(trial.candidate.member.method, trials):
                    return
                best = min(trials, key=lambda trial: trial.score)
                trials.append(self._attempt(trial.candidate.member.method, trials, units))
                if trials[-1].score >= best.score:
                    break

    def _attempt(self, proposal: Any, trials: Sequence[Trial], units: int) -> Trial:
        """Train a method on every held-out set, and compare."""
        method, before = (
            (proposal.method, proposal.before) if isinstance(proposal, After) else (proposal, None)
        )
        start = next((trial for trial in trials if trial.candidate is before), None)
        title = str(method)
        # The first, and gradual ones, may take half of what is left; for others there is time.
        now = time.monotonic()
        half = now + 0.5 * max(self.deadline - now, 0.0)
        deadline = self.deadline if trials and not method.is_gradual else half
        fits = tuple(
            train(
                case.tasks[units],
                method,
                case.held_out,
                start=None if start is None else start.fits[number],
                on_chunk=with_title(self.report, title),
                deadline=deadline,
                key=self.key,
            )
            for number, case in enumerate(self.cases.each)
        )
        answers = np.concatenate(
            [
                case.tasks[units].units.to_data(fit.answer.values)[case.held_out]
                for fit, case in zip(fits, self.cases.each, strict=True)
            ]
        )
        errors = answers - self.cases.truth
        steps = int(np.median([fit.steps for fit in fits]))
        member = Member(method, steps, 1.0, None if before is None else before.member, units)
        seconds = sum(fit.seconds for fit in fits)
        held_out, score = rms(errors, self.cases.precisions), self.cases.score(errors)
        suggested = method.suggest(self.cases.each[0].tasks[units], fits[0].answer, score)
        candidate = Candidate(member, held_out, score, seconds, suggested)
        return Trial(candidate, fits, answers)


def was_interrupted(*results: Result) -> bool:
    """Whether Ctrl-C ended one of the runs with these results, or an end was asked for since."""
    return _interrupt.is_asked() or Result.INTERRUPTED in results


def with_title(report: Report | None, title: str) -> Callable[[Progress], None] | None:
    """The report of one stage, if there is one."""
    return None if report is None else (lambda progress: report(title, progress))


def _same(one: Any, other: Any) -> bool:
    """Whether two proposals are one: of the same settings, after the same candidate."""
    if isinstance(one, After) or isinstance(other, After):
        return False
    return bool(eqx.tree_equal(one, other))
