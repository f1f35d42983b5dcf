"""What a run returns."""

from typing import Generic

import equinox as eqx
import numpy as np

from tacit._typing import Any, Array, Float, Int, Sequence
from tacit.models import Model
from tacit.runs.result import Result

Recorded = Array | np.ndarray
"""A jax array inside a compiled sweep, a numpy array outside."""


class Axes(eqx.Module):
    """Name, label and dimensions of one record, as its observer declared them."""

    name: str = eqx.field(static=True)
    label: str = eqx.field(static=True)
    dims: tuple[str, ...] = eqx.field(static=True)


class Trajectory(eqx.Module, Generic[Model]):
    """Records along a run, the model kept, and how it ended. A sweep puts leading axes on all.

    `step` and `time` say where each record was taken, `records` holds one array for each observer
    with the record index first. `length` records are valid; a single run has no others, a lane of a
    sweep that stopped early repeats its last one. `seconds` is the time that the run took; NaN in a
    sweep, whose lanes run together.
    """

    step: Int[Recorded, "*sweep t"]
    time: Float[Recorded, "*sweep t"]
    records: dict[str, Recorded]
    model: Model
    result_code: Int[Recorded, "*sweep"]
    length: Int[Recorded, "*sweep"]
    best: Int[Recorded, "*sweep"]
    seconds: Float[Recorded, "*sweep"]
    axes: tuple[Axes, ...] = eqx.field(static=True)

    @property
    def result(self) -> Result:
        """Why this run ended.

        Raises:
            ValueError: for a sweep, whose lanes each have one: use `result_code`.
        """
        if self.result_code.ndim:
            raise ValueError("Trajectory.result: a sweep has one result a lane, see result_code")
        return Result(int(self.result_code))

    def __getitem__(self, name: str) -> Any:
        """Record of that name as a numpy array."""
        return np.asarray(self.records[name])


def joined(phases: Sequence[Trajectory[Model]]) -> Trajectory[Model]:
    """One trajectory of runs that each began with the model the one before kept.

    Of every run but the last, the records after the model kept are left out; steps and time go on.
    """
    pieces, step, clock = [], 0, 0.0
    for number, phase in enumerate(phases):
        last = number == len(phases) - 1
        part = slice(1 if number else 0, None if last else int(phase.best) + 1)
        pieces.append((phase.step[part] + step, phase.time[part] + clock, part))
        step, clock = step + int(phase.step[int(phase.best)]), clock + phase.time[int(phase.best)]
    steps, times, parts = zip(*pieces, strict=True)
    before = sum(len(piece) for piece in steps[:-1])
    final = phases[-1]
    return Trajectory(
        step=np.concatenate(steps),
        time=np.concatenate(times),
        records={
            name: np.concatenate([p[name][part] for p, part in zip(phases, parts, strict=True)])
            for name in final.records
        },
        model=final.model,
        result_code=final.result_code,
        length=np.asarray(sum(len(piece) for piece in steps)),
        best=np.asarray(before + int(final.best) - (len(phases) > 1)),
        seconds=np.asarray(sum(float(phase.seconds) for phase in phases)),
        axes=final.axes,
    )
