"""From a list of entries of a large matrix, such as ratings, to its expectation."""

import math
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh
from numpy.typing import DTypeLike, NDArray

from tacit._jit import jit
from tacit._typing import Any, PRNGKey
from tacit.completion.ratings.fit import RatingsFit
from tacit.completion.ratings.sharding import are_own, total
from tacit.completion.ratings.training import RatingsTraining
from tacit.completion.search import Report, was_interrupted, with_title
from tacit.models import GaussianFactors, Gaussians
from tacit.runs import Result, keep_compiled

Values = NDArray[np.floating]
Index = NDArray[np.integer]


@keep_compiled()
def complete_ratings(
    rows: Index,
    columns: Index,
    values: Values,
    shape: tuple[int, int],
    *,
    weights: Values | None = None,
    width: int = 32,
    depth: float | int = math.inf,
    init_scale: float | int = 0.1,
    members: int = 1,
    sweeps: int = 30,
    tolerance: float | int = 1e-3,
    held_out: float | int = 0.0,
    budget: float | int | None = None,
    report: Report | None = None,
    mesh: Mesh | None = None,
    dtype: DTypeLike = np.float32,
    key: PRNGKey,
) -> RatingsFit:
    """Learn X_ij = μ + u_i · v_j + b_i + c_j from some of its entries, given with noise.

    By `VariationalBayes`: time and memory of a sweep are O(entries · width²) and
    O(entries + (m + n) · width), and X is never formed. The width is generous: components that the
    entries do not speak for are switched off. A run ends when the noise no longer falls.

    On a mesh of several devices the rows are dealt out in equal blocks, each with its entries, and
    the answer is that of one device up to rounding. Where the devices are those of several
    processes, each calls this with all entries or with those of its own rows, and keeps the latter;
    all of them get the whole answer.

    Args:
        rows: of the entries.
        columns: of the entries.
        values: of the entries.
        shape: (m, n) of the matrix.
        weights: of the entries, a precision relative to that of the others.
        width: number of components to begin with.
        depth: L ≥ 2 of the prior, see `VariationalBayes`.
        init_scale: standard deviation of the factors at the start, relative to √ of that of the
            values.
        members: starts over which the answer is averaged.
        sweeps: most sweeps.
        tolerance: relative fall of the noise that counts as progress.
        held_out: share of the entries that is held out, to stop where they are predicted best; the
            model is then trained afresh on all entries. 0 for none.
        budget: seconds after which no further sweep begins.
        report: called after each sweep with the stage and its progress.
        mesh: of the devices, see `tacit.runs.device_mesh`; without one, JAX's default device.
        dtype: precision; float64 only where JAX is told to allow it.
        key: JAX random key of the starts and of the held-out entries.

    Raises:
        ValueError: if there are no entries, one of them is not finite, weights are negative or all
            0, or a setting is out of its range.
    """
    began = time.monotonic()
    dtype = np.dtype(dtype)
    if jnp.zeros((), dtype).dtype != dtype:
        raise ValueError(f"dtype: {dtype} needs jax.config.update('jax_enable_x64', True)")
    _check(int(total(mesh, [len(values)])[0]), width, members, sweeps, held_out)
    _check_numbers(values, weights)
    deadline = None if budget is None else began + budget
    training = RatingsTraining(
        rows, columns, np.asarray(values, dtype), weights, shape, width, depth, init_scale, mesh
    )
    is_apart = _drawn_apart(len(values), held_out, jax.random.fold_in(key, members))
    if mesh is not None and jax.process_count() > 1:
        own = np.flatnonzero(are_own(mesh, rows, shape[0]))
        if len(own) < len(is_apart):
            training, is_apart = training.take(own), is_apart[own]
    training, centre, spread = training.standardised()
    error, found = math.nan, None
    if held_out:
        kept, apart = np.flatnonzero(~is_apart), np.flatnonzero(is_apart)
        found = training.take(kept).fit(
            sweeps,
            tolerance,
            apart=training.take(apart).problem(),
            report=with_title(report, "stopping on held-out entries"),
            deadline=deadline,
            key=jax.random.fold_in(key, 0),
        )
        sweeps = max(1, int(found.step[int(found.best)]))
        error = float(found["held_out"][int(found.best)]) * spread
        tolerance = 0.0
    # Ctrl-C asks for the answer that there is: one that it cut short is none beside a whole one.
    trajectories, interrupted = [], found is not None and was_interrupted(found.result)
    for member in range(0 if interrupted else members):
        stage = f"start {member + 1} of {members}" if members > 1 else "sweep"
        start = training.fit(
            sweeps,
            tolerance,
            report=with_title(report, stage),
            deadline=deadline,
            key=jax.random.fold_in(key, member),
        )
        interrupted = was_interrupted(start.result)
        if start.result is not Result.INTERRUPTED or not (trajectories or found):
            trajectories.append(start)
        if interrupted:
            break
    trajectories = trajectories or [found]
    models = [_in_units(trajectory.model, spread) for trajectory in trajectories]
    return RatingsFit(
        centre=centre,
        members=tuple(models),
        priors=tuple(training.priors(model) for model in models),
        noise=float(np.sqrt(np.mean([np.mean(1 / np.asarray(m.precision)) for m in models]))),
        held_out=error,
        steps=int(trajectories[0].step[-1]),
        trajectory=trajectories[0] if found is None else found,
        result=Result.INTERRUPTED if interrupted else trajectories[-1].result,
        seconds=time.monotonic() - began,
    )


def _drawn_apart(count: int, share: float | int, key: PRNGKey) -> NDArray[np.bool_]:
    """Which entries are held out: at least one, and not all, if any are."""
    number = min(max(1, round(share * count)), max(count - 1, 0)) if share else 0
    is_apart = np.zeros(count, bool)
    if number:
        is_apart[np.asarray(jax.random.permutation(key, count))[:number]] = True
    return is_apart


@jit
def _in_units(model: GaussianFactors, spread: Any) -> GaussianFactors:
    """The model of the standardised values as one of the values: each side bears its root."""
    root = jnp.sqrt(jnp.asarray(spread, model.precision.dtype))

    def scaled(side: Gaussians) -> Gaussians:
        units = jnp.full_like(side.mean[:1], root).at[:, -1].set(root**2)
        return Gaussians(side.mean * units, side.variance * units**2)

    return GaussianFactors(scaled(model.rows), scaled(model.columns), model.precision / root**4)


def _check(count: int, width: int, members: int, sweeps: int, held_out: float) -> None:
    if count == 0:
        raise ValueError("ratings: there are none")
    for name, number in (("width", width), ("members", members), ("sweeps", sweeps)):
        if number < 1:
            raise ValueError(f"{name}: at least 1 is needed, got {number}")
    if not 0 <= held_out < 1:
        raise ValueError(f"held_out: a share in [0, 1) is needed, got {held_out}")
    if held_out and count < 2:
        raise ValueError("held_out: of a single entry nothing can be held out")


def _check_numbers(values: Values, weights: Values | None) -> None:
    if not np.isfinite(values).all():
        raise ValueError("ratings: there are NaN or infinite ones among them; they must be finite")
    if weights is None:
        return
    if len(weights) != len(values):
        raise ValueError(f"weights: there are {len(weights)} of them for {len(values)} ratings")
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ValueError("weights: they must be finite, ≥ 0 and not all 0")
