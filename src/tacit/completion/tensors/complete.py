"""From a tensor with holes to an answer."""

import math
import time
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, PRNGKey, Sequence
from tacit.completion.blend import Blend, Member, blend_weights
from tacit.completion.completion import Completion
from tacit.completion.holdout import held_out_masks, manner, refuse_unless_completable
from tacit.completion.plan import Choice
from tacit.completion.tensors.approaches import AbstractApproach
from tacit.completion.tensors.search import (
    Attempt,
    TensorSearch,
    held_out_error,
    smooth_modes,
)
from tacit.completion.tensors.task import Fit, TensorTask
from tacit.completion.trial import Report, titled
from tacit.runs import Result

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_SEARCH_SHARE = 0.6
"""Share of the budget after which the search begins nothing new."""
_NEAR = 1.1
"""Candidates within this factor of the least held-out error may be members of the blend."""


def complete_tensor(
    data: Values,
    mask: Mask,
    *,
    smooth: Literal["auto"] | tuple[int, ...] = "auto",
    frames: int | None = None,
    approaches: Literal["auto"] | Sequence[AbstractApproach] = "auto",
    plan: Blend | None = None,
    members: int = 2,
    budget: float | int = 60.0,
    dtype: Any = jnp.float32,
    report: Report | None = None,
    key: PRNGKey,
) -> Completion:
    """Fill the holes of a picture, a film or a cube.

    Some of the observed entries are held out, missing the way the holes are. On them it chooses
    between smoothness and tubal rank, and then the window and depth, or the orientation, the
    transform and the depth, and when to stop; it trains the best afresh on all observed entries,
    and their mean, weighed by what was held out, is the answer.

    Args:
        data: of order 2 (a grey picture) or higher; what stands in holes is ignored.
        mask: true where missing; the shape of the data, or of its leading modes: (m, n) for whole
            pixels, or for places that are missing in every frame.
        smooth: modes along which neighbours are alike, () for none; `"auto"` takes those of more
            than four entries, and the held-out entries say whether it is so.
        frames: mode of the frames of a film, of which the first two are rows and columns; a moving
            camera is then followed, if that helps.
        approaches: what to try; `"auto"` for a search.
        plan: what another completion chose; then nothing is held out and nothing searched.
        members: most approaches of which the mean is taken.
        budget: seconds to keep within, compiling included; one approach and its refit are always
            run.
        dtype: precision of training.
        report: called after each compiled chunk with the stage and its progress.
        key: JAX random key: starts and held-out entries follow from it.

    Raises:
        ValueError: if shapes or modes do not fit, nothing is missing, too little is observed to
            hold anything out, or the data are not finite where observed.
    """
    began = time.monotonic()
    data, mask = np.asarray(data, float), np.asarray(mask, bool)
    holes = _every_entry(mask, data.shape)
    mask = narrowed(mask)
    if data.ndim < 2 or min(data.shape[:2]) < 2:
        raise ValueError(f"data: a tensor of at least 2 × 2 is needed, got shape {data.shape}")
    refuse_unless_completable(data, holes)
    if frames is not None and not 2 <= frames < data.ndim:
        raise ValueError(f"frames: {frames} is not a mode after rows and columns of {data.shape}")
    smooth = smooth_modes(data.shape) if isinstance(smooth, str) else _modes(smooth, data.ndim)
    if not isinstance(approaches, str) and not approaches:
        raise ValueError("approaches: there is none; name at least one, or 'auto'")
    if data.ndim == 2 and not smooth and isinstance(approaches, str) and plan is None:
        raise ValueError(
            "smooth: a matrix whose neighbours are not alike is no tensor; tacit.complete takes it"
        )
    task = TensorTask.of(np.where(holes, 0, data), ~holes, dtype)
    search_key, refit_key = jax.random.fold_in(key, 0), jax.random.fold_in(key, 1)
    tried: list[Attempt] = []
    interrupted = False
    if plan is None:
        held_out = held_out_of_tensor(mask, data.shape, key=key)
        if not held_out.any():
            raise ValueError(
                "mask: too few entries are observed to hold any out; give a plan, or more of them"
            )
        deadline = began + _SEARCH_SHARE * budget
        search = TensorSearch(task, held_out, smooth, frames, deadline, report, search_key)
        tried, interrupted = search.run(None if isinstance(approaches, str) else approaches)
        choice = _choice(tried, task, held_out, mask, members)
    else:
        choice = Choice(plan, math.nan, (), "It was given.")
    fits = []
    if not interrupted:
        fits, interrupted = _refits(task, choice.recipe, began + budget, report, refit_key)
    if not (fits or tried):
        raise KeyboardInterrupt
    if fits:
        choice = choice._replace(recipe=choice.recipe.first(len(fits)))
    ranked = [attempt.fit for attempt in sorted(tried, key=held_out_error)]
    weights = [member.weight for member in choice.recipe.members]
    denoised = (
        np.average([fit.answer for fit in fits], axis=0, weights=weights)
        if fits
        else ranked[0].answer
    )
    samples = [fit.answer for fit in (*fits, *ranked[:2])]
    spread = np.std(samples, axis=0, ddof=1) if len(samples) > 1 else np.full(data.shape, np.nan)
    watched = (ranked or fits)[0].trajectory
    return Completion(
        filled=np.where(holes, denoised, data),
        denoised=denoised,
        uncertainty=np.where(holes, spread, 0.0),
        trajectory=watched,
        refit=(fits or ranked)[0].trajectory,
        choice=choice,
        result=Result.INTERRUPTED if interrupted else watched.result,
        seconds=time.monotonic() - began,
    )


def held_out_of_tensor(mask: Mask, shape: tuple[int, ...], *, key: PRNGKey) -> Mask:
    """Observed entries that `complete_tensor` holds out for this mask and key.

    Where whole pixels are missing, whole pixels are held out: a channel alone would be easy.
    """
    held = held_out_masks(_flat(mask), key=key)[0]
    rows, columns, *others = mask.shape
    return _every_entry(np.moveaxis(held.reshape(rows, *others, columns), -1, 1), shape)


def _refits(
    task: TensorTask, plan: Blend, deadline: float, report: Report | None, key: PRNGKey
) -> tuple[list[Fit], bool]:
    """The members trained on all that is observed, and whether Ctrl-C came; at least the first.

    After it none is begun that would end past the deadline.
    """
    fits: list[Fit] = []
    try:
        for number, member in enumerate(plan.members):
            if fits and time.monotonic() + fits[-1].seconds > deadline:
                break
            fit = task.fit(
                member.approach,
                None,
                steps=member.steps,
                on_chunk=titled(report, f"refit {number + 1}"),
                key=jax.random.fold_in(key, number),
            )
            if fit.trajectory.result is Result.INTERRUPTED:
                return fits, True
            fits.append(fit)
    except KeyboardInterrupt:
        return fits, True
    return fits, False


def _choice(
    tried: Sequence[Attempt], task: TensorTask, held_out: Mask, mask: Mask, members: int
) -> Choice:
    """The candidates near the best, weighed on what was held out, and why."""
    ranked = sorted(tried, key=held_out_error)
    best = ranked[0]
    bound = _NEAR * held_out_error(best)
    near = [best, *(attempt for attempt in ranked[1:members] if held_out_error(attempt) <= bound)]
    truth = task.restored(task.values[held_out])
    answers = [attempt.fit.answer[held_out] for attempt in near]
    weights = blend_weights(answers, truth)
    error = float(np.sqrt(np.mean((weights @ np.stack(answers) - truth) ** 2)))
    parts = [
        Member(attempt.approach, attempt.fit.steps, float(weight))
        for attempt, weight in zip(near, weights, strict=True)
        if weight > 0
    ]
    against = f", against {held_out_error(ranked[1]):.4g} for the next" if len(ranked) > 1 else ""
    mean = f"; the weighted mean of {len(parts)} has {error:.4g}" if len(parts) > 1 else ""
    count = "the only candidate" if len(tried) == 1 else f"the best of {len(tried)} candidates"
    reason = (
        f"The {best.approach} was {count} on held-out entries ({manner(_flat(mask))}): "
        f"root mean square {held_out_error(best):.4g}{against}{mean}."
    )
    blend = Blend(tuple(sorted(parts, key=lambda member: -member.weight)))
    return Choice(blend, error, tuple(attempt.candidate for attempt in tried), reason)


def _flat(mask: Mask) -> Mask:
    """Rows by all else, the columns fastest: neighbours stay neighbours."""
    return np.moveaxis(mask, 1, -1).reshape(len(mask), -1)


def _every_entry(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """The mask of every entry, from one of the leading modes.

    Raises:
        ValueError: if its shape is not that of the data's leading modes.
    """
    if mask.ndim < 2 or mask.shape != shape[: mask.ndim]:
        raise ValueError(
            f"mask: its shape {mask.shape} is neither that of the data {shape} nor of its leading "
            "modes"
        )
    further = (1,) * (len(shape) - mask.ndim)
    return np.broadcast_to(mask.reshape(*mask.shape, *further), shape)


def narrowed(mask: Mask) -> Mask:
    """The mask without its last modes as long as it is the same all along them.

    What is missing in every channel, or every frame, is then held out in every one.
    """
    while mask.ndim > 2 and (mask == mask[..., :1]).all():
        mask = mask[..., 0]
    return mask


def _modes(smooth: tuple[int, ...], order: int) -> tuple[int, ...]:
    if len(set(smooth)) < len(smooth) or not set(smooth) <= set(range(order)):
        raise ValueError(f"smooth: {smooth} must be modes of 0..{order - 1}, each once")
    return tuple(sorted(smooth))
