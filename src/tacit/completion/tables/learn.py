"""Learning a table with holes: search, train afresh, average."""

import math
import time
from typing import Literal, NamedTuple

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Mapping, PRNGKey, Sequence
from tacit.completion.blend import Blend, Member, blend_weights
from tacit.completion.holdout import held_out_masks, manner
from tacit.completion.plan import Candidate, Choice
from tacit.completion.tables.approach import LowRank
from tacit.completion.tables.model import TableModel
from tacit.completion.tables.search import Attempt, TableSearch, error_of
from tacit.completion.tables.task import Fit, TableTask
from tacit.completion.trial import Report, titled
from tacit.models import GaussianFactors
from tacit.runs import Result, Trajectory

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_SEARCH_SHARE = 0.6
"""Share of the budget after which the search begins nothing new."""
_NEAR = 1.1
"""Candidates within this factor of the least held-out error may be members of the blend."""
HUBER = 1.345
"""Standard deviations beyond which the Huber loss is linear: 95 % efficient on normal noise."""
_FEWEST_HELD = 5
"""Held-out entries with fewer of which nothing is weighed or calibrated."""


class LearntTable(NamedTuple):
    """What was learnt of a table.

    Attributes:
        model: completes rows.
        choice: what was chosen, from what, and why.
        search: the run of the best candidate, with its held-out error.
        refit: the run of the first member on all observed entries.
        approach: of the first member.
        result: how the whole ended.
        seconds: wall time.
    """

    model: TableModel
    choice: Choice
    search: Trajectory[GaussianFactors]
    refit: Trajectory[GaussianFactors]
    approach: LowRank
    result: Result
    seconds: float


def learn_table(
    values: Values,
    *,
    weights: Values | None = None,
    loss: Literal["squared", "huber"] = "squared",
    approaches: Literal["auto"] | Sequence[LowRank] = "auto",
    given: Mapping[str, Any] | None = None,
    standardise: bool | None = None,
    members: int = 3,
    sweeps: int = 100,
    budget: float | int = 60.0,
    dtype: Any = jnp.float32,
    report: Report | None = None,
    key: PRNGKey,
) -> LearntTable:
    """Learn a table X_ij = u_i · v_j + b_i + c_j of low rank from its noisy observed entries.

    Some of the observed entries are held out, missing the way the holes are. On them it chooses
    width, depth, initial scale, the form of the noise, biases or none, and when to stop; it trains
    the best afresh on all observed entries, and their mean, weighed by what was held out, is the
    answer. The order of rows and columns plays no part; no rank and no penalty is given.

    Args:
        values: (m, n), NaN where missing.
        weights: of the observed entries, a precision relative to that of the others.
        loss: `"huber"` where some entries are far off.
        approaches: what to try, or `"auto"` for a search.
        given: settings of `LowRank` that are not searched.
        standardise: whether columns are divided by their deviation; None to do so where deviations
            are very unlike, as those of different units.
        members: most approaches of which the mean is taken.
        sweeps: most sweeps of a run.
        budget: seconds to keep within, compiling included; one approach and its refit are always
            run.
        dtype: precision of training.
        report: called after each compiled chunk with the stage and its progress.
        key: JAX random key: starts and held-out entries follow from it.

    Raises:
        ValueError: if the values are no table, nothing is observed, an observed entry is infinite,
            weights are of another shape, negative or all 0, the loss is unknown, or there is
            nothing to try.
    """
    began = time.monotonic()
    values = np.asarray(values, float)
    if values.ndim != 2:
        raise ValueError(f"values: a table of two dimensions is needed, got shape {values.shape}")
    missing = np.isnan(values)
    if not isinstance(approaches, str) and not approaches:
        raise ValueError("approaches: there is none; name at least one, or 'auto'")
    if missing.all():
        raise ValueError("values: every entry is missing, so that there is nothing to learn from")
    if loss not in ("squared", "huber"):
        raise ValueError(f"loss: 'squared' or 'huber', not {loss!r}")
    if np.isinf(values).any():
        raise ValueError("values: there are infinite ones among them")
    observed = _weights(weights, missing)
    robust = HUBER if loss == "huber" else math.inf
    task = TableTask.of(
        np.where(missing, 0, values), observed, standardise, math.isfinite(robust), dtype
    )
    search = TableSearch(
        task=task,
        held_out=held_out_masks(missing, key=key)[0] & (observed > 0),
        robust=robust,
        sweeps=sweeps,
        given=dict(given or {}),
        deadline=began + _SEARCH_SHARE * budget,
        report=report,
        key=key,
    )
    tried, interrupted = search.run(None if isinstance(approaches, str) else approaches)
    ranked = sorted(tried, key=error_of)
    parts, error, inflation = _blended(search, ranked[: max(members, 1)])
    fits: list[tuple[float, Fit]] = []
    for number, member in enumerate(parts):
        if interrupted or (number and time.monotonic() > began + budget):
            break
        title = f"on all entries: {member.approach}"
        try:
            fit = task.fit(
                member.approach,
                None,
                sweeps=max(member.steps, 1),
                robust=robust,
                on_chunk=titled(report, title),
                # The start of the search, so that components take as many sweeps to appear.
                key=key,
            )
        except KeyboardInterrupt:
            interrupted = True
            break
        fits.append((member.weight, fit))
        interrupted = fit.trajectory.result is Result.INTERRUPTED
    fits = fits or [(1.0, ranked[0].fit)]
    total = sum(share for share, _ in fits)
    model = TableModel(
        tuple((share / total, fit.columns) for share, fit in fits),
        task.centre,
        task.units,
        inflation,
        robust,
    )
    return LearntTable(
        model=model,
        choice=_choice(ranked, tried, parts, error, missing),
        search=ranked[0].fit.trajectory,
        refit=fits[0][1].trajectory,
        approach=parts[0].approach,
        result=Result.INTERRUPTED if interrupted else ranked[0].fit.trajectory.result,
        seconds=time.monotonic() - began,
    )


def _blended(search: TableSearch, ranked: Sequence[Attempt]) -> tuple[list[Member], float, float]:
    """Members with their weights, the held-out error of their mean, and its calibration."""
    task, held_out = search.task, search.held_out
    best = ranked[0]
    near = [a for a in ranked if error_of(a) <= _NEAR * error_of(best)] or [best]
    truth = task.restored(task.values)[held_out]
    answers = [attempt.fit.answer[held_out] for attempt in near]
    shares = np.array([1.0, *[0.0] * (len(near) - 1)])
    if len(near) > 1 and len(truth) >= _FEWEST_HELD:
        limit = search.limit(best.fit.answer)
        wrong = np.abs(answers[0] - truth)
        trust = np.sqrt(np.where(wrong > limit, limit / np.maximum(wrong, 1e-300), 1.0))
        units = np.broadcast_to(task.units, held_out.shape)[held_out]
        shares = blend_weights([a * trust / units for a in answers], truth * trust / units)
    members = [
        Member(attempt.approach, attempt.fit.steps, float(share))
        for attempt, share in zip(near, shares, strict=True)
        if share > 0
    ]
    members.sort(key=lambda member: -member.weight)
    mean = np.sum(shares[:, None] * answers, axis=0)
    blended = np.where(held_out, 0.0, best.fit.answer)
    blended[held_out] = mean
    parts = tuple((float(s), a.fit.columns) for s, a in zip(shares, near, strict=True) if s > 0)
    seen = np.where(held_out, 0, task.weights)
    _, predicted = TableModel(parts, task.centre, task.units, 1.0, search.robust).complete(
        task.restored(task.values), seen
    )
    ratio = (mean - truth) / predicted[held_out]
    inflation = float(np.sqrt(np.mean(ratio**2))) if len(truth) >= _FEWEST_HELD else 1.0
    if math.isfinite(search.robust):
        # The median of |z| of a standard normal z is 0.6745; outliers do not move it.
        inflation = float(np.median(np.abs(ratio)) / 0.6745) if len(truth) else 1.0
    return members, search.error(blended), inflation or 1.0


def _choice(
    ranked: Sequence[Attempt],
    tried: Sequence[Attempt],
    parts: Sequence[Member],
    error: float,
    mask: Mask,
) -> Choice:
    best = ranked[0]
    against = f", against {error_of(ranked[1]):.4g} for the next" if len(ranked) > 1 else ""
    mean = f"; the weighted mean of {len(parts)} has {error:.4g}" if len(parts) > 1 else ""
    count = "the only candidate" if len(tried) == 1 else f"the best of {len(tried)} candidates"
    reason = (
        f"{str(best.approach).capitalize()}: {count} on held-out entries ({manner(mask)}): "
        f"root mean square {error_of(best):.4g}{against}{mean}."
    )
    candidates = tuple(
        Candidate(Blend((Member(a.approach, a.fit.steps, 1.0),)), a.error, a.fit.seconds)
        for a in tried
    )
    return Choice(Blend(tuple(parts)), error, candidates, reason)


def _weights(weights: Values | None, mask: Mask) -> Values:
    if weights is None:
        return (~mask).astype(float)
    if np.shape(weights) != mask.shape:
        raise ValueError(
            f"weights: their shape {np.shape(weights)} is not that of the values, {mask.shape}"
        )
    weights = np.where(mask, 0.0, np.asarray(weights, float))
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ValueError("weights: of observed entries they must be finite, ≥ 0 and not all 0")
    return weights
