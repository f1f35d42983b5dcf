"""Edges that colours, windows and frames share: correlated total variation in small windows."""

import dataclasses
import math

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.completion.families._base import (
    AbstractTrained,
    Family,
    Pace,
    as_type,
    best_of,
)
from tacit.completion.families.continuation import Continuation
from tacit.completion.families.motion import Motion, camera_motion, shift_frames
from tacit.completion.families.window_tiles import (
    cheapest_tiling,
    hole_width,
    padded_sides,
)
from tacit.completion.plan import After, Candidate
from tacit.completion.task import Task
from tacit.completion.tiles import Tiling
from tacit.dynamics import WindowedTCTV
from tacit.models import Direct
from tacit.problems import Problem

Mask = NDArray[np.bool_]

_WINDOW = 16
"""Side of the windows on pictures; half on what has three smooth modes, a quarter on films that
stand still: measured, as the best of the powers of two."""
_GROWTH = 1.1
"""Of the penalty, from step to step."""
_PENALTY, _LATER, _REST = 2e-3, 2e-2, 13.78
"""Of the penalty: where it starts, where it starts from a fill whose large holes are to stay nearly
as they are, and where all has come to rest."""
_WIDE = 4
"""Half the width of holes from which on smooth fills are gone on from: the flat middle of a wide
hole keeps what it began with."""
_LEAST = 0.35
"""Share of the steps that can be done with."""
_NOISES = (1.0, 4.0, 16.0, 64.0)
"""Tried in turn: 1 is best for noise of 0.1 deviations of the data, 4 for 0.2, 16 for 0.4."""
_STEP_SECONDS = 4.5e-8
"""Of an entry of a picture, on two cores; three ordered axes take twice as long."""
_MANY_CHANNELS = 5.0
"""What a window of more than four channels takes over one of few."""


class Windows(AbstractTrained):
    """`WindowedTCTV`: the observed entries exactly, and few edges in every window.

    Args:
        modes: those along which neighbours are alike.
        depth: L of the quasi-norm.
        noise: how far the observed entries may be from what is learnt, as `WindowedTCTV` has it.
        growth: of the penalty, from step to step: how soon it comes to rest.
        penalty: at the start; the larger, the more is kept of the fill that it goes on from.
        window: side of the windows.
        frames: mode along which a camera moves.
        motion: of the camera, to follow.
    """

    modes: tuple[int, ...] = eqx.field(static=True)
    depth: float = math.inf
    noise: float = 0.0
    growth: float = _GROWTH
    penalty: float = _PENALTY
    window: int = eqx.field(static=True, default=16)
    frames: int = eqx.field(static=True, default=2)
    motion: Motion | None = eqx.field(static=True, default=None)

    @property
    def meets_data(self) -> bool:
        """Where no noise is expected."""
        return self.noise == 0

    def adapt(self, task: Task, seen: Mask) -> "Windows":
        """With the motion of this film's camera, where one is followed."""
        if self.motion is None:
            return self
        motion = camera_motion(task.values, seen, self.frames)
        return self if motion is None else dataclasses.replace(self, motion=motion)

    def arrange(self, values: NDArray) -> NDArray:
        """As stored, for the dynamics know what to do with each mode; frames where they belong."""
        return values if self.motion is None else shift_frames(values, self.motion, self.frames)

    def restore(self, values: NDArray, shape: Sequence[int]) -> NDArray:
        """Frames put back."""
        del shape
        return values if self.motion is None else shift_frames(values, self.motion, self.frames, -1)

    def tiling(self, wanted: Mask) -> Tiling:
        """The cheapest tiles over what is wanted, with margins by how wide the holes are."""
        return cheapest_tiling(wanted, self.modes)

    def extent(self, wanted: Mask) -> Tiling:
        """Its tiles as if the camera stood still: a part says nothing of how it moves elsewhere."""
        return self.tiling(wanted)

    def padded_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Ordered sides rounded up: what lies beyond the edge is free."""
        return padded_sides(shape, self.modes)

    def program(self) -> str:
        """By its settings that are part of the program."""
        return f"Windows {self.window} {self.modes}"

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[Direct, WindowedTCTV]:
        """From a fill, or from zero, which is the mean; tiles of a batch each by itself."""
        del key
        begin = Direct.zeros(problem.operator.shape, problem.y.dtype) if start is None else start
        batch = None if begin.array.ndim == len(task.shape) else 0
        modes = self.modes if batch is None else tuple(mode + 1 for mode in self.modes)
        depth, noise, growth, penalty, scale = (
            as_type(value, task.dtype)
            for value in (self.depth, self.noise, self.growth, self.penalty, 1.0)
        )
        rule = WindowedTCTV(
            depth,
            self.window,
            modes,
            batch,
            growth=growth,
            penalty=penalty,
            scale=scale,
            noise=noise,
        )
        return begin, rule

    def pace(self) -> Pace:
        """To rest; held-out entries may stop it before, where the data are noisy."""
        steps = math.ceil(math.log(_REST / self.penalty) / math.log(self.growth))
        return Pace(10, 5, steps, chunk=1)

    def hurry(self, share: float) -> "Windows":
        """A penalty that grows faster: half of the steps for about 0.15 dB."""
        return dataclasses.replace(self, growth=self.growth ** (1 / max(share, _LEAST)))

    def facts(self) -> dict[str, Any]:
        """Method, modes, depth and window."""
        return {
            "method": "windowed TCTV",
            "smooth": list(self.modes),
            "depth": self.depth,
            "noise": self.noise,
            "growth": self.growth,
            "penalty": self.penalty,
            "window": self.window,
            "follows the camera": self.motion is not None,
        }

    def work(self, shape: Sequence[int]) -> float:
        """By the number of entries and of pairs of directions."""
        pairs = max(1, len(self.modes) - 1)
        channels = math.prod(side for mode, side in enumerate(shape) if mode not in self.modes)
        dearer = _MANY_CHANNELS if channels > 4 else 1.0
        return _STEP_SECONDS * self.pace().longest * math.prod(shape) * pairs * dearer

    def __str__(self) -> str:
        """Method, depth and window in words."""
        depth = "∞" if math.isinf(self.depth) else f"{self.depth:g}"
        loose = f", noise {self.noise:g}" if self.noise else ""
        following = ", following the camera" if self.motion is not None else ""
        name = f"correlated total variation in windows of {self.window}, depth {depth}"
        return f"{name}{loose}{following}"


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[Windows | After]:
    """Small windows, of films those that follow the camera first; then neighbours of the best."""
    window = _WINDOW if len(task.ordered) < 3 else _WINDOW // 2
    if task.frames is not None and task.frames in task.ordered:
        motion = camera_motion(task.values, task.observed, task.frames)
        if motion is not None:
            yield Windows(task.ordered, window=_WINDOW // 4, frames=task.frames, motion=motion)
    # What a wide hole has in its middle is what the method began with: the mean of all, or a fill.
    smooth = best_of(tried, Continuation)
    if smooth is not None and _is_far(task):
        yield After(Windows(task.ordered, window=window, penalty=_LATER), smooth)
    yield Windows(task.ordered, window=window)

    best = best_of(tried, Windows)
    if best is None:
        return
    # More noise as long as that helps; the first value costs data without noise nearly nothing.
    for noise in _NOISES:
        yield _changed(best, smooth, noise=noise)
        better = best_of(tried, Windows) or best
        if better is best:
            break
        best = better
    yield _changed(best, smooth, depth=4.0)
    best = best_of(tried, Windows) or best
    yield _changed(best, smooth, window=2 * best.member.method.window)


def _changed(best: Candidate, smooth: Candidate | None, **changes: Any) -> Windows | After:
    """The best so far with another setting, from where it began."""
    method = dataclasses.replace(best.member.method, **changes)
    return method if best.member.before is None or smooth is None else After(method, smooth)


def _is_far(task: Task) -> bool:
    """Whether some of what is missing is far from all that is seen."""
    return hole_width(~task.observed, task.ordered) >= _WIDE


def _serves(task: Task) -> bool:
    """Two axes along which neighbours are alike, and edges are shared by what crosses them."""
    return len(task.ordered) >= 2 and not task.is_weighted and _is_wide(task)


def _is_wide(task: Task) -> bool:
    return bool(np.min([task.shape[mode] for mode in task.ordered]) >= 2)


WINDOWS = Family(
    "windows",
    _serves,
    _proposals,
    opening=lambda task: 1 + (task.frames is not None) + _is_far(task),
    cost=lambda task, sides: Windows(task.ordered).work(sides),
    is_local=True,
)
