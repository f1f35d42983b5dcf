"""The door: from data with holes to an answer."""

import time
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Mapping, PRNGKey, Sequence
from tacit.completion._solve import Methods, Solution, solve
from tacit.completion.axes import Axis, Kind, name_axes
from tacit.completion.bounds import Bounds, check_bounds, keep_plausible
from tacit.completion.completion import Completion
from tacit.completion.connectivity import describe_parts
from tacit.completion.inputs import (
    every_entry,
    observed_weights,
    real_array,
    refuse_unless_completable,
)
from tacit.completion.search import Report

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


def complete(
    data: Any,
    missing: Any = None,
    *,
    outside: Any = None,
    kind: Kind = "auto",
    axes: Sequence[Axis] | None = None,
    budget: float | int = 60.0,
    bounds: Bounds = "auto",
    integer: bool = False,
    loss: Literal["squared", "huber"] = "squared",
    weights: Values | None = None,
    methods: Methods = "auto",
    given: Mapping[str, Any] | None = None,
    members: int = 3,
    denoise: bool = False,
    dtype: Any = jnp.float32,
    report: Report | None = None,
    key: PRNGKey | None = None,
) -> Completion:
    """Fill the holes of a picture, a film, a cube, a series or a table.

    Some of the observed entries are held out, missing the way the holes are. On them it is chosen
    between families of methods and their settings, and when each stops; the best few are trained
    afresh on all that is observed, and their mean, weighed by what was held out, is the answer. The
    errors on the held-out entries also say how far each filled entry may be off.

    A data frame of pandas comes back as a data frame (`complete_frame`), and a data array of xarray
    as a data array (`complete_field`); what was chosen is in their attributes.

    Args:
        data: of one axis or more; NaN is missing, and so is what a masked array masks.
        missing: true where something is missing; of the data's shape, or of that of its leading
            axes, as (m, n) for whole pixels.
        outside: true where nothing is to be filled, such as land in a field of the sea: it is not
            learnt from, and NaN in the answer. Of the shapes that `missing` may have.
        kind: what the data are, where `axes` does not say it.
        axes: what each axis counts. Along `row`, `column`, `frame` and `time` neighbours are alike;
            the slices of `channel` and `feature` each have a unit of their own, those of `colour`
            share one; `sample` and `item` have no order. Of None it is found out.
        budget: seconds to keep within, compiling included.
        bounds: `"auto"` for fills within the bounds that the data keep, None for none, or a pair.
        integer: whether the answer is rounded to whole numbers.
        loss: `"huber"` where some entries are far off.
        weights: of the observed entries, a precision relative to that of the others; an entry of
            weight 0 is missing.
        methods: what to try: names of families, or methods; `"auto"` for a search through all. The
            blend that another completion chose is followed, and nothing is searched.
        given: settings that are not searched, such as `depth`.
        members: most methods of which the mean is taken.
        denoise: whether the observed entries are noisy and `denoised` is wanted of them all: then
            nothing need be missing.
        dtype: precision of training.
        report: called after each compiled chunk with the stage and its progress.
        key: JAX random key: starts and held-out entries follow from it; `jax.random.key(0)` if not
            given.

    Raises:
        ValueError: if the data are not real numbers or not finite where observed; shapes, axes,
            weights or bounds do not fit them; nothing is missing or next to nothing is observed; or
            no method is left to try.
    """
    began = time.monotonic()
    key = jax.random.key(0) if key is None else key
    values, holes = real_array(data, missing)
    names = name_axes(values.shape, kind, axes)
    # What has no weight is missing, whatever stands there.
    shares = observed_weights(weights, holes)
    holes = shares == 0
    beyond = None if outside is None else every_entry(np.asarray(outside), values.shape, "outside")
    if beyond is not None:
        shares = np.where(beyond, 0.0, shares)
        holes = ~beyond & holes
    refuse_unless_completable(values, holes, beyond, denoise=denoise)
    given_shape = values.shape
    if values.ndim == 1:
        # A series is a matrix of one column.
        values, shares, holes = (array[:, None] for array in (values, shares, holes))
        beyond = None if beyond is None else beyond[:, None]
        names = (*names, "item")
    check_bounds(bounds, values, shares > 0)

    # Rows and columns come first, colours last; the answer is turned back.
    order = _standing(names)
    values[shares == 0] = 0.0
    solved = solve(
        np.transpose(values, order),
        np.transpose(shares, order),
        [names[at] for at in order],
        outside=None if beyond is None else np.transpose(beyond, order),
        methods=methods,
        given=given,
        loss=loss,
        members=members,
        budget=budget,
        began=began,
        denoise=denoise,
        dtype=dtype,
        report=report,
        key=key,
    )
    answer = _assemble(
        solved,
        (values, shares > 0),
        back=tuple(int(at) for at in np.argsort(order)),
        bounds=bounds,
        integer=integer,
        began=began,
    )
    parted = describe_parts(shares > 0, np.asarray(holes, bool))
    if parted:
        answer = answer._replace(notes=(*answer.notes, parted))
    answer = answer if beyond is None else _leave_out(answer, beyond)
    return answer._replace(
        filled=answer.filled.reshape(given_shape),
        denoised=answer.denoised.reshape(given_shape),
        uncertainty=answer.uncertainty.reshape(given_shape),
    )


def _leave_out(answer: Completion, beyond: Mask) -> Completion:
    """The answer with nothing in the places that were not to be filled."""
    return answer._replace(
        filled=np.where(beyond, np.nan, answer.filled),
        denoised=np.where(beyond, np.nan, answer.denoised),
        uncertainty=np.where(beyond, 0.0, answer.uncertainty),
    )


def _assemble(
    solved: Solution,
    given: tuple[Values, Mask],
    *,
    back: Sequence[int],
    bounds: Bounds,
    integer: bool,
    began: float,
) -> Completion:
    """The engine's answer in the layout of the data, within its bounds, observed entries kept.

    Args:
        solved: the engine's answer.
        given: the data, and where they were observed.
        back: the axes of the answer in the order of the data.
        bounds: see `keep_plausible`.
        integer: whether fills are rounded to whole numbers.
        began: on the clock of `time.monotonic`.
    """
    found, units = solved.found, [task.units for task in solved.tasks]
    data, observed = given
    notes = list(solved.notes)

    # What nothing was found for holds the centre of its slice, so that nothing stays empty.
    there = np.isfinite(found.denoised)
    answer = found.denoised
    if not there.all():
        answer = np.where(there, answer, units[0].to_data(np.zeros(())))
        notes.append("there was no time for some of the entries: they hold the centre of the data")
    own = tuple(back.index(axis) for axis in units[0].own)
    denoised, drawn_in = keep_plausible(np.transpose(answer, back), data, observed, own, bounds)
    denoised = np.round(denoised) if integer else denoised
    if drawn_in:
        notes.append(f"{drawn_in} fills were drawn into the bounds that the data keep")
    deviation = np.transpose(found.deviation, back)

    if found.calibration.coefficients is None:
        notes.append("too few entries could be held out to tell how far off a fill may be")

    search, refit = found.trajectories()
    fits = tuple((fit, units[number]) for fit, number in found.fits)
    return Completion(
        filled=np.where(observed, data, denoised),
        denoised=denoised,
        uncertainty=np.where(observed, 0.0, deviation),
        calibration=found.calibration,
        trajectory=search,
        refit=refit,
        choice=found.choice,
        fits=fits,
        holes=solved.holes if not observed.all() else "none",
        notes=tuple(notes),
        result=found.result,
        seconds=time.monotonic() - began,
    )


def _standing(names: Sequence[Axis]) -> tuple[int, ...]:
    """The order of the axes in which films and pictures are worked on."""
    if not {"frame", "colour"} & set(names):
        return tuple(range(len(names)))
    rank = {"row": 0, "column": 1, "colour": 3}
    return tuple(sorted(range(len(names)), key=lambda at: rank.get(names[at] or "", 2)))
