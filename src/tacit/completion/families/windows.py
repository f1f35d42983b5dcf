"""Edges that colours, windows and frames share: correlated total variation in small windows."""

import dataclasses
import math

import equinox as eqx
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_cdt

from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.completion.families._base import (
    AbstractTrained,
    Family,
    Pace,
    as_type,
    best_of,
    bucket,
)
from tacit.completion.families._recent import Recent
from tacit.completion.families.motion import Motion, camera_motion, shift_frames
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.completion.tiles import Tiling, even_side
from tacit.dynamics import WindowedTCTV
from tacit.models import Direct
from tacit.problems import Problem

Mask = NDArray[np.bool_]

_WINDOW = 16
"""Side of the windows on pictures; half on what has three smooth modes, a quarter on films that
stand still: measured, as the best of the powers of two."""
_GROWTH, _STEPS = 1.1, 100
"""Of the penalty, and the steps by which it has come to rest."""
_LEAST = 0.35
"""Share of the steps that can be done with."""
_NOISES = (1.0, 4.0, 16.0, 64.0)
"""Tried in turn: 1 is best for noise of 0.1 deviations of the data, 4 for 0.2, 16 for 0.4."""
_LONGEST = 288
"""Longest side of data that are one tile."""
_SIDES = (64, 96, 160, 256)
"""Sides of a tile, at most: the cheapest, of those that are wide enough for the holes."""
_PARTS = (96, 128, 192)
"""Sides of a part that is searched on."""
_FRAMES = 16
"""Of a part of a film, at least, if they are whole."""
_STEP = 32
"""Sides are multiples of it."""
_ENTRIES = 1 << 19
"""Entries of a batch of tiles, at most."""
_MARGIN = 8
"""Entries around what a tile is for, and the width of the widest hole more: measured."""
_SEAMLESS = 0.8
"""Cost of one tile, over that of as many entries in several."""
_STEP_SECONDS = 4.5e-8
"""Of an entry of a picture, on two cores; three ordered axes take twice as long."""
_MANY_CHANNELS = 5.0
"""What a window of more than four channels takes over one of few."""
_known = Recent()


class Windows(AbstractTrained):
    """`WindowedTCTV`: the observed entries exactly, and few edges in every window.

    Args:
        modes: those along which neighbours are alike.
        depth: L of the quasi-norm.
        noise: how far the observed entries may be from what is learnt, as `WindowedTCTV` has it.
        growth: of the penalty, from step to step: how soon it comes to rest.
        window: side of the windows.
        frames: mode along which a camera moves.
        motion: of the camera, to follow.
    """

    modes: tuple[int, ...] = eqx.field(static=True)
    depth: float = math.inf
    noise: float = 0.0
    growth: float = _GROWTH
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

        def find() -> Tiling:
            return min(_tilings(self, wanted), key=lambda each: _entries(self, each))

        return _known.get(f"tiles along {self.modes}", (wanted,), find)

    def extent(self, wanted: Mask) -> Tiling:
        """Its tiles as if the camera stood still: a part says nothing of how it moves elsewhere."""
        return self.tiling(wanted)

    def is_one_tile(self, shape: Sequence[int]) -> bool:
        """Whether data of this shape are small enough to be worked on as they are."""
        longest = max(shape[mode] for mode in self.modes)
        return math.prod(shape) <= _ENTRIES and longest <= _LONGEST

    def part(self, missing: Mask, frames: int | None = None) -> tuple[int, ...]:
        """Sides of a part of the data that is one tile, and wide enough for such holes.

        Args:
            missing: where the data have holes.
            frames: mode of a film's frames, of which there are fewer rather than cut ones: what a
                camera leaves behind is in the whole of them alone.
        """
        if frames is not None:
            picture = math.prod(missing.shape) // missing.shape[frames]
            sides = list(missing.shape)
            sides[frames] = min(sides[frames], _ENTRIES // picture)
            if sides[frames] >= _FRAMES and self.is_one_tile(sides):
                return tuple(sides)
        reach = _MARGIN + _width(missing, self.modes)
        longest = next((side for side in _PARTS if side >= 6 * reach), _SIDES[-1])
        while True:
            sides = tuple(
                min(length, longest) if mode in self.modes else length
                for mode, length in enumerate(missing.shape)
            )
            if math.prod(sides) <= _ENTRIES or longest <= _SIDES[0]:
                return sides
            longest -= _STEP

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
        """From zero, which is the mean of what is observed; tiles of a batch each by itself."""
        del start, key
        zero = Direct.zeros(problem.operator.shape, problem.y.dtype)
        batch = None if zero.array.ndim == len(task.shape) else 0
        modes = self.modes if batch is None else tuple(mode + 1 for mode in self.modes)
        depth, noise, growth, scale = (
            as_type(value, task.dtype) for value in (self.depth, self.noise, self.growth, 1.0)
        )
        rule = WindowedTCTV(
            depth, self.window, modes, batch, growth=growth, scale=scale, noise=noise
        )
        return zero, rule

    def pace(self) -> Pace:
        """To rest; held-out entries may stop it before, where the data are noisy."""
        steps = math.ceil(_STEPS * math.log(_GROWTH) / math.log(self.growth))
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


def _tilings(method: Windows, wanted: Mask) -> Iterator[Tiling]:
    """All of the data, if they are small, and tiles of each size that is wide enough."""
    shape, modes = wanted.shape, method.modes
    if method.is_one_tile(shape):
        yield Tiling.whole(shape)
    margin = _MARGIN + 2 * _width(wanted, modes)
    possible = []
    for longest in _SIDES:
        room = min(margin, longest // 4)
        sides = tuple(
            even_side(length, longest, 2 * room, _STEP) if mode in modes else length
            for mode, length in enumerate(shape)
        )
        # Of many channels even the smallest tiles may be large.
        if not possible or math.prod(sides) <= _ENTRIES:
            possible.append((sides, room))
    wide = [(sides, room) for sides, room in possible if room == margin]
    for sides, room in wide or possible[-1:]:
        yield Tiling.cover(wanted, sides, room, _ENTRIES)


def _width(wanted: Mask, modes: tuple[int, ...]) -> int:
    """Half the width of the widest hole along the modes; 0 where all is wanted and so also seen."""
    others = tuple(axis for axis in range(wanted.ndim) if axis not in modes)
    holes = np.asarray(wanted.all(axis=others))
    if holes.all():
        return 0
    apart = distance_transform_cdt(np.pad(holes, 1, constant_values=False), "chessboard")
    return int(np.asarray(apart).max(initial=0))


def _entries(method: Windows, tiling: Tiling) -> float:
    """What is worked on, padding included; a little less counts what has no seams."""
    size = math.prod(method.padded_shape(tiling.sides))
    if tiling.is_whole:
        return _SEAMLESS * size
    return float(-(-len(tiling.tiles) // tiling.batch) * tiling.batch * size)


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
    # More noise as long as that helps; the first value costs data without noise nearly nothing.
    for noise in _NOISES:
        yield dataclasses.replace(best.member.method, noise=noise)
        better = best_of(tried, Windows) or best
        if better is best:
            break
        best = better
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
    is_local=True,
)
