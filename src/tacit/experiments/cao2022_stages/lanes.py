"""The runs of `cao2022_stages`: many lanes of one program, taken apart again."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit._jit import jit
from tacit._typing import Array, Float, Matrix, PRNGKey, RealScalar, ScalarLike, Spectrum
from tacit.algebra import orthogonal_frame, time_to_reach
from tacit.dynamics import AbstractDynamics
from tacit.experiments.cao2022_stages.config import Config
from tacit.models import AbstractFactorisation, Deep
from tacit.observers import Observer, Stages, find_stages, gradient_norm, loss, singular_values
from tacit.problems import Problem, full_observation
from tacit.runs import Below, Schedule, Trajectory, sweep
from tacit.runs import run as follow

LEARNT = 1e-8
"""Error of what M has, over σ_R, at which descent ends."""
NEARLY = 0.15
"""The same for group RMSprop, whose steps do not shrink: it circles the minimum."""


class Lane(NamedTuple):
    """One run: its problem and target, its records as long as they are valid, its end."""

    depth: int
    target: Float[np.ndarray, " R"]
    problem: Problem
    step: np.ndarray
    time: np.ndarray
    records: dict[str, np.ndarray]
    model: AbstractFactorisation

    def stages(self) -> Stages:
        """Its plateaus and escapes, with what is predicted of them."""
        return find_stages(
            self.time,
            self.records["gradient_norm"],
            self.records["loss"],
            self.records["singular_values"],
            target=self.target,
            depth=self.depth,
        )

    def model_at(self, record: int) -> Deep:
        """The factors at a record."""
        return Deep(tuple(map(jnp.asarray, self.records["factors"][record])))


def make_spectra(config: Config, ratios: tuple[float, ...]) -> Float[np.ndarray, "cells widest"]:
    """Spectra of every ratio and rank, padded with zeros, the rank running fastest."""
    widest = max(config.ranks)
    return np.array(
        [
            [ratio**-j if j < rank else 0.0 for j in range(widest)]
            for ratio in ratios
            for rank in config.ranks
        ]
    )


def run_lanes(
    config: Config,
    depth: int,
    alpha: float,
    spectra: Float[np.ndarray, "cells widest"],
    dynamics: AbstractDynamics,
    schedule: Schedule,
    tolerance: float,
) -> list[list[Lane]]:
    """Return a run for each target and draw, made in one program: `run_lanes(...)[target][draw]`.

    Args:
        config: The experiment's settings: side, draws and seed.
        depth: Number of factors.
        alpha: Size of each factor, over σ₁^{1/N}.
        spectra: Singular values of each target, padded with zeros.
        dynamics: The rule.
        schedule: When to record, and when to end at the latest.
        tolerance: Error of what the target has, over its smallest value, at which a run ends.
    """

    def fit(target: Spectrum, key: PRNGKey) -> Trajectory:
        problem, start, unlearnt = _draw(config, depth, alpha, target, key)
        observers = (loss, gradient_norm, singular_values, _factors, unlearnt)
        stop = Below("unlearnt", tolerance)
        return follow(problem, start, dynamics, schedule, observers, stop=stop)

    keys = jax.random.split(jax.random.key(config.seed), config.draws)
    runs = jax.tree.map(
        np.asarray, sweep(fit, lanes=2 * len(config.ranks), target=spectra, key=keys)
    )
    draw = jit(lambda target, key: _draw(config, depth, alpha, target, key)[0])
    return [
        [
            _lane(depth, spectra[cell], draw(spectra[cell], key), runs, (cell, at))
            for at, key in enumerate(keys)
        ]
        for cell in range(len(spectra))
    ]


def find_horizon(depth: int, alpha: float, smallest: float) -> float:
    """Return when a random start has learnt every value: four times a balanced one, and more.

    Args:
        depth: Number N of factors.
        alpha: Size of each factor at the start, so that the product begins at αᴺ.
        smallest: The singular value that is learnt last.
    """
    escape = time_to_reach(
        smallest / 2, start=min(alpha**depth, smallest / 4), target=smallest, depth=depth
    )
    return 4 * float(escape) + 30 / smallest ** (2 - 2 / depth)


def _lane(
    depth: int, spectrum: np.ndarray, problem: Problem, runs: Trajectory, at: tuple[int, int]
) -> Lane:
    length = int(runs.length[at])
    return Lane(
        depth,
        spectrum[spectrum > 0],
        problem,
        np.asarray(runs.step[at])[:length],
        np.asarray(runs.time[at])[:length],
        {name: np.asarray(record[at])[:length] for name, record in runs.records.items()},
        jax.tree.map(lambda leaf: jnp.asarray(leaf[at]), runs.model),
    )


def _draw(
    config: Config, depth: int, alpha: float, target: Spectrum, key: PRNGKey
) -> tuple[Problem, Deep, Observer]:
    """M = U diag(σ) Vᵀ with random frames, Gaussian factors, and what is not learnt yet."""
    left_key, right_key, start_key = jax.random.split(key, 3)
    sides = (config.side, target.shape[0])
    U = orthogonal_frame(sides, config.dtype, key=left_key)
    V = orthogonal_frame(sides, config.dtype, key=right_key)
    target = jnp.asarray(target, config.dtype)
    start = Deep.initialise(
        (config.side, config.side),
        depth=depth,
        init_scale=alpha**depth,
        dtype=config.dtype,
        key=start_key,
    )
    unlearnt = Observer(_Unlearnt(U, V, target), "unlearnt", "error of what M has, over σ_R")
    return full_observation((U * target[None, :]) @ V.T), start, unlearnt


class _Unlearnt(eqx.Module):
    """max(‖(W − M) V‖_F, ‖Uᵀ(W − M)‖_F) / σ_R, U and V spanning what M has.

    What is left of the start elsewhere does not count: at depth 3 and more it decays too slowly to
    wait for.
    """

    left: Matrix
    right: Matrix
    target: Spectrum

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del t
        assert problem.truth is not None
        gap = model() - problem.truth
        wanted = self.target > 0
        sides = (gap @ self.right, gap.T @ self.left)
        squares = [jnp.sum(jnp.where(wanted[None, :], side, 0) ** 2) for side in sides]
        smallest = jnp.min(jnp.where(wanted, self.target, jnp.inf))
        return jnp.sqrt(jnp.maximum(*squares)) / smallest


def _read_factors(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Array:
    del t, problem
    assert isinstance(model, Deep)
    return jnp.stack(model.factors)


_factors = Observer(_read_factors, "factors", "factors W_j", ("layer", "row", "column"))
