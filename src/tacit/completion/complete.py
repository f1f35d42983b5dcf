"""The one road from data with holes to an answer."""

import time
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, PRNGKey, Sequence
from tacit.completion.completion import Completion
from tacit.completion.frame import Frame, mask_matrix
from tacit.completion.holdout import held_out_masks, manner, refuse_unless_completable
from tacit.completion.plan import Choice
from tacit.completion.refit import Refit, Refitted
from tacit.completion.search import (
    STARTS,
    WEIGHTS,
    Search,
    SearchResult,
)
from tacit.completion.task import Task, target
from tacit.completion.trial import Report
from tacit.runs import Result, joined

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_SEARCH_SHARE = 0.6
"""Share of the budget after which the search begins nothing new."""


def complete(
    data: Values,
    mask: Mask,
    *,
    model: Literal["auto"] | Sequence[tuple[int, float]] = "auto",
    penalty: Literal["auto"] | float | None = "auto",
    budget: float = 60.0,
    refits: int = 2,
    dtype: Any = jnp.float32,
    report: Report | None = None,
    key: PRNGKey,
) -> Completion:
    """Fill the holes of a matrix or a colour picture by a deep factorisation trained from small.

    Some of the observed entries are held out, missing the way the holes are. On them it chooses the
    depth, the initial scale, when to stop, and the weight of a smoothness penalty; then it trains
    afresh on all observed entries, from `refits` starts whose mean is the answer.

    Args:
        data: (m, n), or (m, n, 3) for colours; what stands in holes is ignored.
        mask: true where missing; the shape of the data, or (m, n) for whole pixels.
        model: starts to try as (depth, scale) pairs, or `"auto"` for `tacit.completion.STARTS`;
            scale is relative to the largest singular value of the zero-filled data.
        penalty: weight of the smoothness penalty, `None` or 0 for none, `"auto"` to choose it.
        budget: seconds to keep within, compiling included; the first candidate and one refit are
            always run.
        refits: number of starts averaged.
        dtype: precision of training.
        report: called after each compiled chunk with the stage and its progress.
        key: JAX random key: starts and held-out entries follow from it.

    Raises:
        ValueError: if shapes do not fit, nothing or everything is missing, the data are not finite
            where observed, or there are fewer than two rows, columns or observed entries.
    """
    began = time.monotonic()
    data, mask = np.asarray(data, float), np.asarray(mask, bool)
    missing = mask_matrix(mask, data.shape)
    _check(data)
    holes = mask if mask.shape == data.shape else np.broadcast_to(mask[..., None], data.shape)
    refuse_unless_completable(data, holes)
    frame = Frame.of(data, ~holes)
    task = Task.of(frame.standardised(np.where(holes, 0, data)), ~missing, frame, dtype)
    search_key, refit_key = jax.random.fold_in(key, 0), jax.random.fold_in(key, 1)
    search = Search(
        task=task,
        held_out=held_out_entries(mask, data.shape, key=key),
        spread=frame.spread,
        deadline=began + _SEARCH_SHARE * budget,
        report=report,
        key=search_key,
    )
    starts = STARTS if isinstance(model, str) else tuple(model)
    found = search.run(starts, _weights(penalty))
    recipe = found.best.candidate.recipe
    again = Refit(task, recipe, began + budget, report, refit_key)
    refitted = Refitted((), True) if found.interrupted else again.run(refits)
    answers = [frame.restored(target(fit.model)) for fit in refitted.fits]
    of_search = frame.restored(target(found.best.models[0]))
    denoised = np.mean(answers or [of_search], axis=0)
    # A single refit has no spread of its own; the search's model is a second, slightly worse, fit.
    samples = answers if len(answers) > 1 else [*answers, of_search]
    spread = np.std(samples, axis=0, ddof=1) if len(samples) > 1 else np.full_like(data, np.nan)
    return Completion(
        filled=np.where(holes, denoised, data),
        denoised=denoised,
        uncertainty=np.where(holes, spread, 0.0),
        trajectory=joined(found.best.path),
        refit=refitted.fits[0] if refitted.fits else joined(found.best.path),
        choice=_choice(found, mask),
        result=Result.INTERRUPTED if refitted.interrupted else found.best.path[-1].result,
        seconds=time.monotonic() - began,
    )


def held_out_entries(mask: Mask, shape: tuple[int, ...], *, key: PRNGKey) -> tuple[Mask, ...]:
    """The sets of entries of the trained matrix that `complete` holds out for this mask and key.

    Where whole pixels are missing, whole pixels are held out: a channel alone would be easy.
    """
    drawn = held_out_masks(mask if mask.ndim == 2 else mask_matrix(mask, shape), key=key)
    if mask.ndim < len(shape):
        drawn = [mask_matrix(held, shape) for held in drawn]
    return tuple(drawn)


def _choice(found: SearchResult, mask: Mask) -> Choice:
    best = found.best.candidate
    way = manner(mask if mask.ndim == 2 else mask_matrix(mask, mask.shape))
    if len(found.best.models) > 1:
        way = f"{len(found.best.models)} folds, because few entries are observed"
    others = [c.held_out for c in found.candidates if c.held_out > best.held_out]
    against = f", against {min(others):.4g} for the next best" if others else ""
    reason = (
        f"{best.recipe} had the least error of {len(found.candidates)} candidates on held-out "
        f"entries ({way}): root mean square {best.held_out:.4g}{against}."
    )
    return Choice(best.recipe, best.held_out, found.candidates, reason)


def _weights(penalty: Literal["auto"] | float | None) -> tuple[float, ...]:
    if isinstance(penalty, str):
        return WEIGHTS
    if penalty is None or penalty == 0:
        return ()
    if not (penalty > 0 and np.isfinite(penalty)):
        raise ValueError(f"penalty: a smoothness weight is a number ≥ 0, got {penalty}")
    return (float(penalty),)


def _check(data: Values) -> None:
    if (
        data.ndim not in (2, 3)
        or min(data.shape[:2]) < 2
        or (data.ndim == 3 and data.shape[2] != 3)
    ):
        raise ValueError(
            f"data: a matrix or a colour picture (m, n, 3) with m, n ≥ 2 is needed, got shape "
            f"{data.shape}"
        )
