"""Training the chosen recipe again, on every observed entry and from several starts."""

import time
from typing import NamedTuple

import equinox as eqx
import jax

from tacit._typing import PRNGKey
from tacit.completion.plan import Recipe
from tacit.completion.search import PLAIN, SMOOTH
from tacit.completion.task import Task
from tacit.completion.trial import Report, titled
from tacit.models import Deep
from tacit.runs import Result, Schedule, Trajectory, joined


class Refitted(NamedTuple):
    """Whole runs of the recipe, and whether Ctrl-C cut them short."""

    fits: tuple[Trajectory[Deep], ...]
    interrupted: bool


class Refit(eqx.Module):
    """What refitting needs to know."""

    task: Task
    recipe: Recipe = eqx.field(static=True)
    deadline: float
    report: Report | None
    key: PRNGKey

    def run(self, count: int) -> Refitted:
        """Up to `count` refits, at least one; after it none that would end past the deadline."""
        fits: list[Trajectory[Deep]] = []
        began = time.monotonic()
        try:
            while len(fits) < count:
                each = (time.monotonic() - began) / max(len(fits), 1)
                if fits and time.monotonic() + each > self.deadline:
                    break
                fit = self._fit(len(fits))
                if fit.result is Result.INTERRUPTED:
                    return Refitted(tuple(fits), interrupted=True)
                fits.append(fit)
        except KeyboardInterrupt:
            return Refitted(tuple(fits), interrupted=True)
        return Refitted(tuple(fits), interrupted=False)

    def _fit(self, number: int) -> Trajectory[Deep]:
        """The recipe's phases, one after another, from a new start."""
        model = self.task.start(self.recipe, jax.random.fold_in(self.key, number))
        on_chunk = titled(self.report, f"refit {number + 1}")
        phases: list[Trajectory[Deep]] = []
        for phase in self.recipe.phases:
            gap = SMOOTH[0] if phase.weight else PLAIN[0]
            schedule = Schedule.every(gap, phase.steps) if phase.steps else Schedule([0])
            phases.append(
                self.task.train(
                    model, None, phase.weight, schedule, slowdown=phase.slowdown, on_chunk=on_chunk
                )
            )
            model = phases[-1].model
            if phases[-1].result is Result.INTERRUPTED:
                break
        return joined(phases)
