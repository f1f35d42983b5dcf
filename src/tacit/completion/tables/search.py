"""The search for the settings of a table: width first, then one setting at a time."""

import math
import time
from typing import NamedTuple

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.completion.tables.approach import LowRank
from tacit.completion.tables.task import Fit, TableTask
from tacit.completion.trial import Report, titled, try_in_turn
from tacit.observers.errors import ROBUST_DEVIATION

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_WIDTHS = (8, 32)
"""Widths tried: one of them generous."""
_DEPTHS = (4.0, 2.0)
"""Depths tried beside infinity."""
_LARGE = 1.0
"""A start that is not small, tried where the small one may not have left its saddle."""


class Attempt(NamedTuple):
    """What was tried, its run, and its error on what was held out."""

    approach: LowRank
    fit: Fit
    error: float


class TableSearch(eqx.Module):
    """What a search needs to know: the task, what is held out, and when to be done."""

    task: TableTask
    held_out: Mask
    robust: float = eqx.field(static=True)
    sweeps: int = eqx.field(static=True)
    given: dict[str, Any]
    deadline: float
    report: Report | None
    key: PRNGKey

    def run(self, approaches: Sequence[LowRank] | None) -> tuple[list[Attempt], bool]:
        """Try the approaches given, or those it thinks of, and say whether Ctrl-C came.

        The first is always tried; the deadline, or Ctrl-C, may cut the rest.
        """
        tried: list[Attempt] = []
        thought = iter(approaches) if approaches is not None else self._thought(tried)
        interrupted = try_in_turn(self._new(thought, tried), self._attempt, tried, self.deadline)
        return tried, interrupted

    def error(self, answer: Values) -> float:
        """Root mean square error on what is held out, outliers cut where the loss is robust."""
        wrong = self._wrong(answer)
        limit = self.limit(answer)
        error = float(np.sqrt(np.mean(np.minimum(np.abs(wrong), limit) ** 2)))
        return error if math.isfinite(error) else math.inf

    def limit(self, answer: Values) -> float:
        """Beyond it an error counts as an outlier: three robust deviations, or none."""
        if not math.isfinite(self.robust):
            return math.inf
        return 3 * ROBUST_DEVIATION * float(np.median(np.abs(self._wrong(answer))))

    def _wrong(self, answer: Values) -> Values:
        if not self.held_out.any():
            return np.zeros(1)
        return (answer - self.task.restored(self.task.values))[self.held_out]

    def _thought(self, tried: list[Attempt]) -> Iterator[LowRank]:
        """Widths; then of the best one the depth, the noise and the start."""
        widths = dict.fromkeys(self.task.width(width) for width in _WIDTHS)
        yield from (LowRank(width) for width in widths)
        yield _best(tried)._replace(depth=_DEPTHS[0])
        yield _best(tried)._replace(own_noise=True)
        yield _best(tried)._replace(biases=False)
        yield _best(tried)._replace(scale=_LARGE)
        yield _best(tried)._replace(depth=_DEPTHS[1])

    def _new(self, thought: Iterator[LowRank], tried: list[Attempt]) -> Iterator[LowRank]:
        """The approaches with what is given, each once."""
        for approach in thought:
            approach = approach._replace(**self.given)
            if all(attempt.approach != approach for attempt in tried):
                yield approach

    def _attempt(self, approach: LowRank, number: int) -> Attempt:
        fit = self.task.fit(
            approach,
            self.held_out,
            sweeps=self.sweeps,
            robust=self.robust,
            on_chunk=titled(self.report, str(approach)),
            # The first is run to its end: what it has learnt by a deadline may be next to nothing.
            budget=max(self.deadline - time.monotonic(), 1.0) if number else None,
            key=self.key,
        )
        return Attempt(approach, fit, self.error(fit.answer))


def error_of(attempt: Attempt) -> float:
    """Of what was held out."""
    return attempt.error


def _best(tried: Sequence[Attempt]) -> LowRank:
    return min(tried, key=error_of).approach
