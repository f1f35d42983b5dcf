"""Data too large to be worked on at once: chosen on parts, answered strip by strip."""

import dataclasses
import math
import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Sequence
from tacit.completion.axes import Axis
from tacit.completion.cases import Places
from tacit.completion.engine import Chosen, Ending, Engine, Outcome
from tacit.completion.task import Task
from tacit.completion.tasks import make_tasks
from tacit.completion.tiles import Tiling
from tacit.runs import Result

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_LARGE = 1 << 23
"""Entries beyond which data are answered in strips."""
_STRIP = 1 << 22
"""Entries of a strip, about, beside its margins."""
_MARGINS = {"row": 48, "frame": 6}
"""Rows or frames around a strip that its answer is also made from."""
_PICTURES = {"row", "column", "colour", "frame"}
"""What is far away says little of pictures and films; of series and fields it may say much."""
_SPARE = 0.8
"""Share of the time that is left that training may take: the rest goes to all else."""
_SAMPLE = 1 << 20
"""Entries from which units are found, about."""


class LargeData(NamedTuple):
    """Data that are looked at a region at a time.

    Attributes:
        data: finite; what stands in holes is ignored.
        weights: of the entries, 0 where missing.
        axis: along which strips lie side by side.
        margin: around a strip, along the axis.
        sample: the units that are tried, and what else is known, from entries here and there.
    """

    data: Values
    weights: Values
    axis: int
    margin: int
    sample: tuple[Task, ...]

    @classmethod
    def of(
        cls, data: Values, weights: Values, names: Sequence[Axis], **facts: Any
    ) -> "LargeData | None":
        """The data, if they are large, and if each strip can be answered from itself.

        Args:
            data: finite; what stands in holes is ignored.
            weights: of the entries, 0 where missing.
            names: of the axes.
            **facts: what `make_tasks` is told beside.
        """
        if data.size <= _LARGE or not {"row", "column"} <= {*names} <= _PICTURES:
            return None
        if np.isin(weights, (0, 1), invert=True).any():
            return None
        ordered = len(names) - ("colour" in names)
        stride = (data.size / _SAMPLE) ** (1 / ordered)
        every = tuple(
            slice(None, None, 1 if name == "colour" else max(1, min(int(stride), length // 8)))
            for name, length in zip(names, data.shape, strict=True)
        )
        if not (weights[every] > 0).any():
            return None
        sample = make_tasks(data[every], weights[every], names, **facts)
        # Of films strips of frames: a camera is followed over whole pictures.
        along: Axis = "frame" if "frame" in names else "row"
        return cls(data, weights, names.index(along), _MARGINS[along], sample)

    @property
    def outline(self) -> Task:
        """A task of the shape of the data and with their holes, whose values are not to be used."""
        return dataclasses.replace(self.sample[0], values=self.data, weights=self.weights)

    def take(self, places: Places) -> tuple[Task, ...]:
        """A part of the data, in each of the units that are tried: these places along each axis."""
        region = np.ix_(*places)
        return tuple(
            Task.of(
                self.data[region],
                self.weights[region],
                task.units,
                ordered=task.ordered,
                frames=task.frames,
                colours=task.colours,
                robust=task.robust,
                dtype=task.dtype,
                everywhere=task.everywhere,
            )
            for task in self.sample
        )

    def along(self, tile: tuple[slice, ...]) -> tuple[slice, ...]:
        """The place of a strip along the axis, in what is the same along the others."""
        return tuple(part if at == self.axis else slice(None) for at, part in enumerate(tile))

    def first_of(self, tile: tuple[slice, ...]) -> tuple[slice, ...]:
        """All along the axis, of what is the same along the others."""
        return tuple(slice(None) if at == self.axis else slice(1) for at in range(len(tile)))

    def strips(self) -> Tiling:
        """Over all that is wanted, with margins."""
        shape = self.data.shape
        thickness = math.prod(shape) // shape[self.axis]
        side = min(-(-_STRIP // thickness) + 2 * self.margin, shape[self.axis])
        sides = [side if at == self.axis else length for at, length in enumerate(shape)]
        return Tiling.cover(self.outline.wanted, sides, self.margin, 1)


def finish_in_strips(engine: Engine, chosen: Chosen, large: LargeData) -> Outcome:
    """Train what was chosen on one strip after the other, and join their answers.

    Where strips overlap, weights fall linearly to their edges, so that no seam shows.

    Args:
        engine: whose deadline holds for all strips.
        chosen: on parts.
        large: the data.
    """
    tiling = large.strips()
    chosen = _affordable(engine, chosen, large)
    chosen = chosen._replace(cases=chosen.cases.elsewhere())
    denoised, deviation = np.zeros(tiling.shape), np.zeros(tiling.shape)
    weight = np.zeros([n if at == large.axis else 1 for at, n in enumerate(tiling.shape)])
    # Of the first strip the runs are kept; of the others, what they came to is in the answer.
    first: Outcome | None = None
    endings: list[Ending] = []
    results: list[Result] = []
    overhead = 0.0
    for number, tile in enumerate(tiling.tiles):
        began = time.monotonic()
        tasks = large.take(tuple(np.arange(part.start, part.stop) for part in tile))
        # What a strip takes beside training, the others will take as well.
        deadline = engine.deadline - overhead * (len(tiling.tiles) - number)
        found = dataclasses.replace(engine, tasks=tasks, deadline=deadline).finish(chosen)
        overhead = time.monotonic() - began - sum(fit.seconds for fit, _ in found.fits)
        assert found.ending is not None
        ramp = tiling.ramp(tile)[large.first_of(tile)]
        denoised[tile] += ramp * found.denoised
        deviation[tile] += ramp * found.deviation
        weight[large.along(tile)] += ramp
        endings.append(found.ending)
        results.append(found.result)
        first = found if first is None else first
        if found.ending.interrupted:
            chosen = chosen._replace(interrupted=True)

    untouched = np.broadcast_to(weight == 0, tiling.shape)
    np.divide(denoised, weight, out=denoised, where=~untouched)
    np.divide(deviation, weight, out=deviation, where=~untouched)
    np.copyto(denoised, large.data, where=untouched)
    worst = {Result.INTERRUPTED: 2, Result.OUT_OF_TIME: 1}
    result = max(results, key=lambda result: worst.get(result, 0))
    ending = Ending(
        trained=min(each.trained for each in endings),
        is_cut_short=any(each.is_cut_short for each in endings),
        interrupted=any(each.interrupted for each in endings),
        hurried=any(each.hurried for each in endings),
        left=sum(each.left for each in endings),
        wanted=sum(each.wanted for each in endings),
    )
    assert first is not None
    return first._replace(denoised=denoised, deviation=deviation, ending=ending, result=result)


def _affordable(engine: Engine, chosen: Chosen, large: LargeData) -> Chosen:
    """With the members that there is time for on all strips; one at least, if need be hurried."""
    wanted = large.outline.wanted
    seconds = np.cumsum([engine.seconds_for(trial, wanted) for trial in chosen.members])
    left = engine.deadline - time.monotonic()
    chosen = chosen.only(int((seconds <= left).sum()))
    if seconds[0] <= left:
        return chosen
    (trial, *_) = chosen.members
    member = trial.candidate.member.hurry(_SPARE * left / float(seconds[0]))
    hurried = trial._replace(candidate=trial.candidate._replace(member=member))
    return chosen._replace(members=[hurried])
