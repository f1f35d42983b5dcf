"""What is compared: data and a mask in, filled data out."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from skimage.restoration import inpaint_biharmonic

from benchmarks.quality.judged import Answer
from benchmarks.quality.pictures import of_entries
from tacit.completion import Completion, complete, hold_out
from tacit.dynamics import TCTV, TNN, AbstractDynamics, HaLRTC, SoftImpute
from tacit.models import Direct
from tacit.observers import held_out
from tacit.operators import Entries, TensorEntries
from tacit.problems import Problem
from tacit.runs import Schedule, Stalled, run

BUDGET = 300.0
"""Seconds for our own, so that a busy machine decides nothing; `tacit_picture` has the default."""
STEPS = 120
"""Of the explicit tensor methods. In the last 20 X changes by less than 2e-4 of itself in each, on
the astronaut at 256 × 256 with half of the entries missing."""
ORIENTATIONS = {"frontal": (0, 1, 2), "lateral": (0, 2, 1), "transposed": (1, 2, 0)}
"""Rows, columns and channels as sides, sides and tubes of a tensor."""

Method = Callable[[NDArray, NDArray, int], Answer]


def tacit_low_rank(data: NDArray, missing: NDArray, seed: int) -> Completion:
    """`complete` of a picture by deep factors without a penalty: low rank alone."""
    return complete(
        data,
        missing,
        kind="picture",
        methods=["deep"],
        given={"smoothness": 0.0},
        budget=BUDGET,
        key=jax.random.key(seed),
    )


def tacit_default(data: NDArray, missing: NDArray, seed: int) -> Completion:
    """`complete` of a picture, with time."""
    return complete(data, missing, kind="picture", budget=BUDGET, key=jax.random.key(seed))


def tacit_picture(data: NDArray, missing: NDArray, seed: int) -> Completion:
    """`complete` of a picture, with nothing else set but its seed."""
    return complete(data, missing, kind="picture", key=jax.random.key(seed))


def biharmonic(data: NDArray, missing: NDArray, seed: int) -> NDArray:
    """`skimage.restoration.inpaint_biharmonic`, channel by channel."""
    del seed
    entries = of_entries(missing, data)
    known = np.where(entries, 0, data)
    if data.ndim == 2:
        return inpaint_biharmonic(known, entries)
    planes = (np.ascontiguousarray(np.moveaxis(array, -1, 0)) for array in (known, entries))
    return np.stack([inpaint_biharmonic(*plane) for plane in zip(*planes, strict=True)], axis=-1)


def soft_impute(data: NDArray, missing: NDArray, seed: int) -> NDArray:
    """SoftImpute on rows × (channels · columns), centred.

    λ is chosen along a warm-started path on the entries that `complete` holds out for the same
    seed (of several folds the first); then the path is followed to that λ on all observed entries.
    """
    holes = of_entries(missing, data)
    matrix, mask = _side_by_side(data), _side_by_side(holes)
    centre = matrix[~mask].mean()
    colours = (2,) * (data.ndim == 3)
    sets, _ = hold_out(holes, (0, 1), colours, key=jax.random.key(seed))
    held = _side_by_side(sets[0])
    start = Direct.zeros(matrix.shape)
    part, apart, whole = (
        Problem(operator, operator.mv(jnp.asarray(matrix - centre, jnp.float32)))
        for operator in map(Entries.from_mask, (~mask & ~held, held, ~mask))
    )
    dynamics = SoftImpute(decay=0.8, tolerance=1e-3)
    path = run(
        part,
        start,
        dynamics,
        Schedule.every(5, 1500),
        (held_out(apart),),
        stop=Stalled("held_out", 12),
        keep="best",
        chunk=4,
    )
    steps = int(path.step[int(path.best)])
    final = run(whole, start, dynamics, Schedule([0, max(steps, 1)]), ()).model
    filled = np.asarray(final(), float) + centre
    return np.where(holes, _stacked(filled, data.shape), data)


def explicit(dynamics: AbstractDynamics) -> Method:
    """An explicit tensor method on a colour picture (row, column, channel), on its defaults."""

    def method(data: NDArray, missing: NDArray, seed: int) -> NDArray:
        del seed
        holes = of_entries(missing, data)
        operator = TensorEntries.from_mask(~holes)
        problem = Problem(operator, jnp.asarray(data[~holes], jnp.float32))
        path = run(problem, Direct.zeros(data.shape), dynamics, Schedule([0, STEPS]), ())
        return np.where(holes, np.asarray(path.model(), float), data)

    return method


METHODS = {
    "SoftImpute": soft_impute,
    "biharmonic": biharmonic,
    "Tacit, smoothness off": tacit_low_rank,
    "Tacit": tacit_default,
}
COLOUR_METHODS = {
    **{f"TNN, {name}": explicit(TNN(order)) for name, order in ORIENTATIONS.items()},
    **{f"TCTV, {name}": explicit(TCTV(order)) for name, order in ORIENTATIONS.items()},
    "HaLRTC": explicit(HaLRTC()),
}
"""Of tensors: grey pictures are none."""


def _side_by_side(values: NDArray) -> NDArray:
    return values.swapaxes(1, 2).reshape(len(values), -1) if values.ndim == 3 else values


def _stacked(matrix: NDArray, shape: tuple[int, ...]) -> NDArray:
    if len(shape) == 2:
        return matrix
    return matrix.reshape(shape[0], shape[2], shape[1]).swapaxes(1, 2)
