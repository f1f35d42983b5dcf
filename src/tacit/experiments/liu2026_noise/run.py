"""The run of `liu2026_noise`."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Any, Array, Float, PRNGKey, RealScalar
from tacit.algebra import Fourier, t_eigh
from tacit.dynamics import TubalDescent
from tacit.experiments._experiment import Report
from tacit.experiments._tubal.runs import Sizes, make_attrs
from tacit.experiments.liu2026_noise.config import Config
from tacit.models import SymmetricTubal
from tacit.observers import held_out, test_error, train_error
from tacit.operators import Dense
from tacit.problems import Problem
from tacit.runs import Schedule, sweep
from tacit.runs import run as follow

_STARTS = ("small", "spectral")
_LABELS = {
    "test_error": "‖X − X★‖ / ‖X★‖",
    "train_error": "‖A X − y‖ / ‖y‖",
    "held_out": "held-out error",
}


class Split(eqx.Module):
    """The measurements that are learnt from, and those that only watch."""

    train: Problem
    apart: Problem


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow every draw at every noise from either start at every width."""
    report(0.0, "all draws")
    sizes = Sizes(config.side, config.tube, config.rank, config.dtype)
    problem_keys, start_keys = (
        jax.random.split(key, config.draws) for key in jax.random.split(jax.random.key(config.seed))
    )
    small = jnp.stack(
        [jnp.stack([sizes.start(width, key=key) for key in start_keys]) for width in config.widths]
    )
    widths = jnp.asarray(config.widths)
    schedule = Schedule.linear(config.steps, config.records)
    descent = TubalDescent(config.step / 2)

    def fit(noise: RealScalar, start: Array, width: Array, draw: Array) -> dict[str, Any]:
        split = draw_split(config, sizes, noise, key=problem_keys[draw])
        wide = find_spectral_start(split.train, widths[width])
        factor = jnp.where(start == 0, config.alpha * small[width, draw], wide)
        observers = (test_error, train_error, held_out(split.apart))
        return follow(split.train, SymmetricTubal(factor), descent, schedule, observers).records

    swept = {
        "noise": np.asarray(config.noises, config.dtype),
        "start": np.arange(len(_STARTS)),
        "width": np.arange(len(config.widths)),
        "draw": np.arange(config.draws),
    }
    # One after the other: see `_tubal.runs`.
    records = sweep(fit, lanes=1, **swept)
    report(1.0, "done")
    return xr.Dataset(
        {
            name: ((*swept, "record"), np.asarray(records[name]), make_attrs(text))
            for name, text in _LABELS.items()
        },
        coords={
            "step": ("record", schedule.points, make_attrs("step t")),
            "noise": ("noise", list(config.noises), make_attrs("noise σ √m / ‖X★‖")),
            "start": ("start", np.array(_STARTS, object), make_attrs("start")),
            "width": ("width", list(config.widths), make_attrs("width R")),
            "draw": ("draw", 1 + np.arange(config.draws), make_attrs("draw")),
        },
    )


def draw_split(config: Config, sizes: Sizes, noise: RealScalar, *, key: PRNGKey) -> Split:
    """Return noisy measurements of a truth, the first of them held out.

    Args:
        config: How many there are, and how many are held out.
        sizes: Those of the truth.
        noise: Norm of the noise over that of the truth, in the mean.
        key: Of the truth, the measurements and the noise.
    """
    clean_key, noise_key = jax.random.split(key)
    count, watched = config.measurements, config.watched
    clean = sizes.problem(count, count, key=clean_key)
    assert isinstance(clean.operator, Dense)
    assert clean.truth is not None
    deviation = noise * jnp.linalg.norm(clean.truth) / jnp.sqrt(count)
    y = clean.y + deviation * jax.random.normal(noise_key, (count,), clean.y.dtype)

    def part(which: slice) -> Problem:
        assert isinstance(clean.operator, Dense)
        operator = Dense(clean.operator.arrays[which])
        return Problem(operator, y[which], clean.loss, truth=clean.truth)

    return Split(part(slice(watched, None)), part(slice(watched)))


def find_spectral_start(problem: Problem, width: Array) -> Float[Array, "n n k"]:
    """Return U with U * Uᵀ the best t-PSD tensor of that tubal rank near A* y, in n columns."""
    adjoint = problem.operator.adjoint(problem.y)
    eigentubes, V = t_eigh(adjoint)
    values = jnp.real(Fourier().forward(eigentubes[:, None]))[..., 0]
    columns = jnp.broadcast_to(jnp.arange(values.shape[-1]) < width, values.shape)
    roots = jnp.sqrt(jnp.where(columns, jnp.maximum(values, 0), 0))
    slices = Fourier().forward(V)
    return Fourier().inverse(slices * roots[..., None, :].astype(slices.dtype), adjoint.shape[2:])
