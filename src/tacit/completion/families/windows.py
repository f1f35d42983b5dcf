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
    bucket,
)
from tacit.completion.families.motion import Motion, camera_motion, shift_frames
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.completion.tiles import even_side
from tacit.dynamics import WindowedTCTV
from tacit.models import Direct
from tacit.problems import Problem

Mask = NDArray[np.bool_]

_WINDOW = 16
"""Side of the windows on pictures; half on what has three smooth modes, a quarter on films that
stand still: measured, as the best of the powers of two."""
_LONGEST = 288
"""Side of a tile, at most."""
_ENTRIES = 1 << 19
"""Entries of a tile, at most."""
_OVERLAP = 32
"""Of tiles: twice the windows of a picture."""
_STEP_SECONDS = 4.5e-8
"""Of an entry of a picture, on two cores; three ordered axes take twice as long."""
_MANY_CHANNELS = 5.0
"""What a window of more than four channels takes over one of few."""


class Windows(AbstractTrained):
    """`WindowedTCTV`: the observed entries exactly, and few edges in every window.

    Args:
        modes: those along which neighbours are alike.
        depth: L of the quasi-norm.
        window: side of the windows.
        frames: mode along which a camera moves.
        motion: of the camera, to follow.
    """

    modes: tuple[int, ...] = eqx.field(static=True)
    depth: float = math.inf
    window: int = eqx.field(static=True, default=16)
    frames: int = eqx.field(static=True, default=2)
    motion: Motion | None = eqx.field(static=True, default=None)

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

    def tile(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Sides of at most 288 along the modes, and less where there are many modes."""
        longest = _LONGEST
        while True:
            sides = [
                even_side(length, longest, min(_OVERLAP, longest // 4), _OVERLAP)
                if mode in self.modes
                else length
                for mode, length in enumerate(shape)
            ]
            if math.prod(sides) <= _ENTRIES or longest <= 2 * _OVERLAP:
                return tuple(sides)
            longest -= _OVERLAP

    def padded_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Ordered sides rounded up: what lies beyond the edge is free."""
        return tuple(
            bucket(length) if mode in self.modes else length for mode, length in enumerate(shape)
        )

    def program(self) -> str:
        """By its settings that are part of the program."""
        return f"Windows {self.window} {self.modes}"

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[Direct, WindowedTCTV]:
        """From zero, which is the mean of what is observed."""
        del start, key
        zero = Direct.zeros(problem.operator.shape, problem.y.dtype)
        return zero, WindowedTCTV(as_type(self.depth, task.dtype), self.window, self.modes)

    def pace(self) -> Pace:
        """To rest; held-out entries may stop it before, where the data are noisy."""
        return Pace(10, 5, 100, chunk=1)

    def facts(self) -> dict[str, Any]:
        """Method, modes, depth and window."""
        return {
            "method": "windowed TCTV",
            "smooth": list(self.modes),
            "depth": self.depth,
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
        following = ", following the camera" if self.motion is not None else ""
        return f"correlated total variation in windows of {self.window}, depth {depth}{following}"


def _proposals(task: Task, tried: list[Candidate]) -> Iterator[Windows]:
    """Small windows, of films those that follow the camera first; then neighbours of the best."""
    window = _WINDOW if len(task.ordered) < 3 else _WINDOW // 2
    if task.frames is not None and task.frames in task.ordered:
        motion = camera_motion(task.values, task.observed, task.frames)
        if motion is not None:
            yield Windows(task.ordered, window=_WINDOW // 4, frames=task.frames, motion=motion)
    yield Windows(task.ordered, window=window)

    best = best_of(tried, Windows)
    if best is None:
        return
    yield dataclasses.replace(best.member.method, depth=4.0)
    best = best_of(tried, Windows) or best
    method = best.member.method
    yield dataclasses.replace(method, window=2 * method.window)


def _serves(task: Task) -> bool:
    """Two axes along which neighbours are alike, and edges are shared by what crosses them."""
    return len(task.ordered) >= 2 and not task.is_weighted and _is_wide(task)


def _is_wide(task: Task) -> bool:
    return bool(np.min([task.shape[mode] for mode in task.ordered]) >= 2)


WINDOWS = Family(
    "windows",
    _serves,
    _proposals,
    opening=lambda task: 1 if task.frames is None else 2,
    cost=lambda task, sides: Windows(task.ordered).work(sides),
)
