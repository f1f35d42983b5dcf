"""The runs: every draw, share and depth, and the convex answer beside them."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Array, Callable, Float, PRNGKey, ScalarLike, Target
from tacit.algebra import TuckerFormat, orthogonal_frame, singular_values
from tacit.dynamics import GroupRMSprop, HaLRTC
from tacit.experiments._datasets import label, stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments._milanesi2021.settings import Config
from tacit.models import AbstractFactorisation, Direct
from tacit.observers import (
    Observer,
    loss,
    test_error,
    unfolding_effective_ranks,
    unfolding_nuclear_norm,
)
from tacit.operators import TensorEntries
from tacit.problems import MeanSquared, Problem
from tacit.runs import Schedule, Trajectory
from tacit.runs import run as follow

Start = Callable[[Config, int, PRNGKey], AbstractFactorisation]
"""A model of a depth, drawn from a key."""

_CONVEX_STEPS = 300
_LABELS = {
    "share": "share seen",
    "depth": "depth L",
    "step": "step k",
    "slices": "norms of core slices",
    "effective_rank": "effective rank of each unfolding",
    "nuclear": "mean nuclear norm of the unfoldings",
    "test_error": "‖X − T‖_F / ‖T‖_F",
    "convex_nuclear": "least mean nuclear norm",
    "truth_nuclear": "mean nuclear norm of the truth",
}


def run(config: Config, report: Report, start: Start) -> xr.Dataset:
    """Train every draw from each share of its entries at each depth.

    Args:
        config: The experiment's settings.
        report: Called with the share done.
        start: Draws the model.
    """
    shares = []
    for number, share in enumerate(config.shares):
        draws = []
        for draw in range(config.draws):
            done = (number * config.draws + draw) / (len(config.shares) * config.draws)
            report(done, f"{share:.0%} seen, draw {draw}")
            key = jax.random.fold_in(jax.random.key(config.seed), draw)
            draws.append(_train_draw(config, share, start, key))
        shares.append(stack(draws, "draw", list(range(config.draws))))
    report(1.0, "done")
    return label(stack(shares, "share", list(config.shares)), _LABELS)


def _train_draw(config: Config, share: float, start: Start, key: PRNGKey) -> xr.Dataset:
    truth_key, seen_key, start_key = jax.random.split(key, 3)
    truth = _make_truth(config, truth_key)
    problem = _observe(truth, share, seen_key)
    schedule = Schedule.linear(config.steps, config.records)
    rule = GroupRMSprop(config.step, epsilon=1e-6)
    observers = (loss, _slices, unfolding_effective_ranks, unfolding_nuclear_norm, test_error)
    parts = [
        _read(follow(problem, start(config, depth, start_key), rule, schedule, observers))
        for depth in config.depths
    ]

    # ADMM satisfies the constraint: its norm is the least one or a little above it.
    zero = Direct(jnp.zeros(problem.operator.shape, config.dtype))
    convex = unless_interrupted(
        follow(
            problem,
            zero,
            HaLRTC(growth=1.05),
            Schedule(np.array([0, _CONVEX_STEPS])),
            (unfolding_nuclear_norm, test_error),
        )
    )
    return stack(parts, "depth", list(config.depths)).assign(
        convex_nuclear=convex["unfolding_nuclear_norm"][-1],
        convex_error=convex["test_error"][-1],
        truth_nuclear=float(unfolding_nuclear_norm(0.0, Direct(truth), problem)),
    )


def _make_truth(config: Config, key: PRNGKey) -> Target:
    """A normal core between orthogonal frames; entries of variance 1/25 at the paper's preset."""
    core_key, *keys = jax.random.split(key, 4)
    core = jax.random.normal(core_key, (config.rank,) * 3, config.dtype)
    sides = (config.side, config.rank)
    frames = tuple(orthogonal_frame(sides, config.dtype, key=key) for key in keys)
    truth = TuckerFormat(core, frames).dense()
    return truth * (config.side / jnp.linalg.norm(truth))


def _observe(truth: Target, share: float, key: PRNGKey) -> Problem:
    """As many entries in every draw, so that all draws share their programs."""
    count = round(share * truth.size)
    seen = np.sort(np.asarray(jax.random.choice(key, truth.size, (count,), replace=False)))
    operator = TensorEntries(seen, truth.shape, truth.dtype)
    return Problem(operator, operator.mv(truth), MeanSquared(), truth=truth)


def _read(trajectory: Trajectory) -> xr.Dataset:
    found = unless_interrupted(trajectory)
    return xr.Dataset(
        {
            "loss": ("record", found["loss"]),
            "slices": (("record", "mode", "slice"), found["slices"]),
            "effective_rank": (("record", "mode"), found["unfolding_effective_ranks"]),
            "nuclear": ("record", found["unfolding_nuclear_norm"]),
            "test_error": ("record", found["test_error"]),
        },
        {"step": ("record", found.step)},
    )


def _read_slices(
    t: ScalarLike, model: AbstractFactorisation, problem: Problem
) -> Float[Array, "3 n"]:
    """Norms of the slices of the core of the higher-order SVD: singular values of unfoldings."""
    del t, problem
    X = model()
    fronts = [jnp.moveaxis(X, mode, 0) for mode in range(X.ndim)]
    return jnp.stack([singular_values(front.reshape(len(front), -1)) for front in fronts])


_slices = Observer(_read_slices, "slices", "norms of core slices", ("mode", "slice"))
