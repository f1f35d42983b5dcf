"""What the experiments about tubal gradient descent read off the records of their runs."""

import numpy as np
import xarray as xr

from tacit.algebra import Fourier
from tacit.experiments._tubal.runs import Sizes, make_attrs
from tacit.observers import find_phases

ESCAPED = 0.95
"""The relative error below which a run has left the neighbourhood of zero."""


def add_escapes(dataset: xr.Dataset, sizes: Sizes, step: float) -> xr.Dataset:
    """Add when each run leaves zero, and when its power iteration should take it there.

    `first_growth` is ln(1/(α√k)) / ln(1 + μ λ₁), with the largest eigenvalue of L, whose direction
    is the first to grow. One direction of a real slice is the share 1/(k r) of ‖X★‖_F², and where
    that is too little for the error to fall to 0.95, `escape_growth` takes the eigenvalue of the
    direction with which it does.

    Args:
        dataset: Records of `recover`.
        sizes: Those of the truths.
        step: μ.
    """
    leading = dataset["eigenvalue"].values[..., : sizes.rank]
    classes = Fourier().classes((sizes.tube,))
    twice = np.where(np.isin(np.arange(leading.shape[-2]), classes.paired), 2, 1)
    shares = np.broadcast_to((twice / (sizes.tube * sizes.rank))[:, None], leading.shape[-2:])

    # Directions grow in the order of their eigenvalues, over all slices: the one that is needed is
    # that with which the sum of the shares suffices.
    flat = leading.reshape(*leading.shape[:-2], -1)
    order = np.argsort(-flat, axis=-1)
    grown = np.cumsum(shares.ravel()[order], axis=-1)
    enough = np.argmax(grown > 1 - ESCAPED**2, axis=-1)[..., None]
    needed = np.take_along_axis(np.take_along_axis(flat, order, -1), enough, -1)[..., 0]

    distance = np.log(1 / (dataset["alpha"] * np.sqrt(sizes.tube)))
    dims, alone = ("count", "draw"), dict(dataset["step"].attrs)
    return dataset.assign(
        escape=find_crossing(dataset["test_error"], ESCAPED, "escape, steps"),
        first_growth=(distance / xr.Variable(dims, np.log1p(step * flat.max(-1)))).assign_attrs(
            alone | make_attrs("escape by λ₁, steps")
        ),
        escape_growth=(distance / xr.Variable(dims, np.log1p(step * needed))).assign_attrs(
            alone | make_attrs("escape by the eigenvalue needed, steps")
        ),
    )


def find_crossing(error: xr.DataArray, level: float, label: str) -> xr.DataArray:
    """Return the first step with an error below a level, or not a number where there is none.

    Args:
        error: Over `record`, with the coordinate `step`; ln error is interpolated.
        level: The level.
        label: What an axis says of the result.
    """
    step = error["step"].values

    def first(values: np.ndarray) -> float:
        below = values < level
        at = int(np.argmax(below))
        if not below[at] or at == 0:
            return np.nan
        before, after = np.log(values[at - 1 : at + 1])
        share = (before - np.log(level)) / (before - after)
        return step[at - 1] + share * (step[at] - step[at - 1])

    found = xr.apply_ufunc(first, error, input_core_dims=[["record"]], vectorize=True)
    return found.assign_attrs(make_attrs(label))


def add_phases(dataset: xr.Dataset) -> xr.Dataset:
    """Add the step at which each phase of each run ends, over a new axis `phase`."""

    def ends(angle: np.ndarray, signal: np.ndarray, error: np.ndarray) -> np.ndarray:
        return np.array(find_phases(dataset["step"].values, angle, signal, error)[:3])

    records = (dataset[name] for name in ("angle_to_spectral_tensor", "signal", "test_error"))
    found = xr.apply_ufunc(
        ends,
        *records,
        input_core_dims=[["record"]] * 3,
        output_core_dims=[["phase"]],
        vectorize=True,
    )
    names = np.array(["spectral", "saddle avoidance", "local convergence"], object)
    return dataset.assign(
        phase_end=found.assign_attrs(make_attrs("end of the phase"))
    ).assign_coords(phase=names)
