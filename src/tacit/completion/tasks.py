"""From data and the names of their axes to tasks: in which units, and what is in order."""

import math

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Sequence
from tacit.completion.axes import Axis, ordered_axes
from tacit.completion.task import Task
from tacit.completion.units import Units, own_unit_axes

Values = NDArray[np.floating]

_FAR, _FAR_ROBUST = 20.0, 5.0
"""Robust deviations beyond which an entry does not set units, and where outliers are expected."""


def make_tasks(
    data: Values,
    weights: Values,
    axes: Sequence[Axis],
    *,
    robust: float,
    dtype: Any,
    everywhere: bool = False,
) -> tuple[Task, ...]:
    """The data in the units that are tried, the likeliest first.

    Axes that say that their slices have units of their own, or whose slices are found to, have
    them. Where an unknown axis has slices that are alike, one unit for all is tried, and then also
    units of their own.

    Args:
        data: what stands in holes is ignored.
        weights: of the entries, 0 where missing.
        axes: the name of each axis.
        robust: standard deviations of the noise beyond which residuals count linearly.
        dtype: precision of training.
        everywhere: whether answers are wanted where something is observed as well.
    """
    far = _FAR_ROBUST if math.isfinite(robust) else _FAR
    observed = weights > 0
    own = own_unit_axes(data, weights, axes)
    units = Units.fit(data, weights, own, far=far)
    inner = np.where(observed, units.to_inner(data), 0.0)
    ordered = ordered_axes(axes, inner, observed)
    choices = [units]

    is_table = data.ndim == 2 and not ordered
    if not own and is_table:
        choices = [Units.centred(data, weights, 1, far=far)]
    if not own and None in axes:
        # Of a table the columns, of anything else the last axis that nothing is known of.
        unknown = 1 if is_table else max(at for at, axis in enumerate(axes) if axis is None)
        if axes[unknown] is None and unknown not in ordered:
            choices.append(Units.fit(data, weights, (unknown,), far=far))
    facts = {
        "ordered": ordered,
        "frames": axes.index("frame") if "frame" in axes else None,
        "colours": axes.index("colour") if "colour" in axes else None,
        "robust": robust,
        "dtype": np.dtype(dtype),
        "everywhere": everywhere,
    }
    return tuple(Task.of(data, weights, choice, **facts) for choice in choices)
