"""The search for an approach: families first, then one setting of the best family at a time."""

import dataclasses
import math
import time
from typing import NamedTuple

import equinox as eqx
import jax
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Iterator, PRNGKey, Sequence
from tacit.algebra import Cosine, learned_transform
from tacit.completion.blend import Blend, Member
from tacit.completion.plan import Candidate
from tacit.completion.tensors.approaches import (
    AbstractApproach,
    TubalFactors,
    TubalNorm,
    Windows,
)
from tacit.completion.tensors.motion import camera_motion
from tacit.completion.tensors.task import Fit, TensorTask
from tacit.completion.trial import Report, titled, try_in_turn

Mask = NDArray[np.bool_]

_WINDOW = 16
"""Side of the windows on pictures; half on what has three smooth modes, a quarter on films that
stand still: measured, as the best of the powers of two."""
_LONG = 4
"""Modes of at most this many entries are channels: neighbours along them are not alike."""


def smooth_modes(shape: Sequence[int]) -> tuple[int, ...]:
    """The modes along which neighbours may be alike, for data of which nothing else is known."""
    return tuple(mode for mode, length in enumerate(shape) if length > _LONG)


def orientations(shape: Sequence[int]) -> list[tuple[int, ...]]:
    """Orders of the modes, two sides and then the tubes, the one of narrowest slices first.

    A tensor of order d has d (d − 1) / 2: which of the sides is first makes no difference.
    """
    modes = range(len(shape))
    pairs = [(a, b) for a in modes for b in modes if a < b]
    pairs.sort(key=lambda pair: (min(shape[pair[0]], shape[pair[1]]), -pair[1], -pair[0]))
    return [(*pair, *(mode for mode in modes if mode not in pair)) for pair in pairs]


class Attempt(NamedTuple):
    """A candidate, and its run."""

    candidate: Candidate
    approach: AbstractApproach
    fit: Fit


class TensorSearch(eqx.Module):
    """What a search needs to know: the task, what is held out, and when to be done."""

    task: TensorTask
    held_out: Mask
    smooth: tuple[int, ...] = eqx.field(static=True)
    frames: int | None = eqx.field(static=True)
    deadline: float
    report: Report | None
    key: PRNGKey

    def run(self, approaches: Sequence[AbstractApproach] | None) -> tuple[list[Attempt], bool]:
        """Try the approaches given, or those it thinks of, and say whether Ctrl-C came.

        The first is always tried; the deadline, or Ctrl-C, may cut the rest.
        """
        tried: list[Attempt] = []
        thought = iter(approaches) if approaches is not None else self._thought(tried)
        return tried, try_in_turn(thought, self._attempt, tried, self.deadline)

    def _thought(self, tried: list[Attempt]) -> Iterator[AbstractApproach]:
        """One of each family; then neighbours of the best, setting by setting."""
        shape = self.task.values.shape
        orders = orientations(shape) if len(shape) > 2 else []
        if self.smooth:
            yield from self._windows()
        if orders:
            yield TubalNorm(orders[0])
        best = _best(tried).approach
        if isinstance(best, Windows):
            yield dataclasses.replace(best, depth=4.0)
            yield dataclasses.replace(best, window=2 * best.window)
            return
        yield from (TubalNorm(order) for order in orders[1:])
        norms = [attempt.approach for attempt in sorted(tried, key=held_out_error)]
        order = next(norm.modes for norm in norms if isinstance(norm, TubalNorm))
        yield TubalFactors(order)
        yield TubalFactors(order, depth=3)
        best = _best(tried).approach
        zeros = best.arranged(np.where(self.held_out, 0, self.task.values))
        for transform in (Cosine(), learned_transform(zeros)):
            yield dataclasses.replace(best, transform=transform)

    def _windows(self) -> Iterator[Windows]:
        """Small windows, smaller where there are more modes; of films those that follow first."""
        plain = Windows(self.smooth, window=_WINDOW if len(self.smooth) < 3 else _WINDOW // 2)
        if self.frames is not None and self.frames in self.smooth:
            observed = self.task.observed & ~self.held_out
            motion = camera_motion(self.task.values, observed, self.frames)
            if motion is not None:
                yield Windows(self.smooth, window=_WINDOW // 4, frames=self.frames, motion=motion)
        yield plain

    def _attempt(self, approach: AbstractApproach, number: int) -> Attempt:
        fit = self.task.fit(
            approach,
            self.held_out,
            on_chunk=titled(self.report, str(approach)),
            # The first is run to its end: what it has learnt by a deadline may be next to nothing.
            budget=max(self.deadline - time.monotonic(), 1.0) if number else None,
            key=jax.random.fold_in(self.key, number),
        )
        error = self.task.error(fit.answer, self.held_out)
        if not math.isfinite(error):
            error = math.inf
        plan = Blend((Member(approach, fit.steps, 1.0),))
        return Attempt(Candidate(plan, error, fit.seconds), approach, fit)


def held_out_error(attempt: Attempt) -> float:
    """Of its candidate."""
    return attempt.candidate.held_out


def _best(tried: Sequence[Attempt]) -> Attempt:
    return min(tried, key=held_out_error)
