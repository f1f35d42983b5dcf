"""The run of `chou2024_dynamics`."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Array, Float, Matrix, ScalarLike
from tacit.algebra import orthogonal_frame
from tacit.dynamics import AbstractDynamics, EigenvalueRecursion, GradientDescent
from tacit.experiments._datasets import stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.chou2024_dynamics.config import Config
from tacit.models import AbstractFactorisation, Deep, identity
from tacit.observers import Observer, effective_rank, loss, nuclear_rank, singular_values
from tacit.problems import Problem, full_observation
from tacit.results import to_dataset
from tacit.runs import Schedule, Trajectory
from tacit.runs import run as follow


def run(config: Config, report: Report) -> xr.Dataset:
    """Train at each depth, and follow the recursion step by step."""
    frame = orthogonal_frame(
        (config.side, config.side), config.dtype, key=jax.random.key(config.seed)
    )
    spectrum = jnp.zeros(config.side).at[: len(config.eigenvalues)].set(config.eigenvalues)
    problem = full_observation((frame * spectrum[None, :]) @ frame.T)
    parts = []
    for number, depth in enumerate(config.depths):
        report(number / len(config.depths), f"depth {depth}")
        parts.append(_train_depth(config, problem, frame, depth))
    report(1.0, "done")
    return stack(parts, "depth", config.depths, "depth N")


def _train_depth(config: Config, problem: Problem, frame: Matrix, depth: int) -> xr.Dataset:
    """Matrix run at the record points, its distance to the recursion, and the recursion itself."""
    until = config.steps
    points = np.union1d(
        Schedule.logarithmic(until, config.records // 2).points,
        Schedule.linear(until, config.records // 2).points,
    )
    spectra = (loss, singular_values, nuclear_rank, effective_rank)

    descent = _follow(
        config, problem, depth, GradientDescent(config.step), Schedule(points), (*spectra, _product)
    )
    exact = EigenvalueRecursion(config.step)
    recursion = _follow(config, problem, depth, exact, Schedule(points), (_product,))
    modes = Observer(_Modes(frame, len(config.eigenvalues)), "eigenvalue", "eigenvalue", ("mode",))

    # Half times are exact whole numbers of steps: of the recursion every step is kept, but for its
    # modes alone.
    every = Schedule.every(1, until)
    walk = _follow(config, problem, depth, exact, every, (modes,))["eigenvalue"]

    distance = np.abs(descent["product"] - recursion["product"]).max(axis=(1, 2))
    gap = distance / config.eigenvalues[0]
    dataset = to_dataset(descent).drop_vars("product")
    dataset["gap"] = ("record", gap, {"long_name": "max |matrix run − recursion| / λ₁"})
    return dataset.assign(_read_recursion(config, walk))


def _read_recursion(config: Config, walk: np.ndarray) -> dict[str, xr.Variable]:
    """What the recursion says at every step k; its last mode stands for all zero eigenvalues."""
    count = len(config.eigenvalues)
    target = np.array([*config.eigenvalues, 0.0])
    multiplicity = np.array([1] * count + [config.side - count])
    rank = (walk * multiplicity).sum(axis=1) / walk.max(axis=1)
    reached = walk[:, :count] >= target[:count] / 2
    hits = np.where(reached.any(axis=0), reached.argmax(axis=0), -1)
    plateaus = np.cumsum(config.eigenvalues) / config.eigenvalues[0]
    return {
        "eigenvalue": xr.Variable(("k", "mode"), walk, {"long_name": "eigenvalue of W"}),
        "target": xr.Variable("mode", target, {"long_name": "eigenvalue λ of the target"}),
        "multiplicity": xr.Variable("mode", multiplicity, {"long_name": "number of eigenvalues"}),
        "rank": xr.Variable("k", rank, {"long_name": "r(W) = ‖W‖_* / ‖W‖₂"}),
        "half_time": xr.Variable("stage", hits, {"long_name": "first k with d^N ≥ λ/2, or −1"}),
        "plateau": xr.Variable("stage", plateaus, {"long_name": "(λ₁ + … + λ_j) / λ₁"}),
        "k": xr.Variable("k", np.arange(len(walk)), {"long_name": "iteration k"}),
    }


def _follow(
    config: Config,
    problem: Problem,
    depth: int,
    dynamics: AbstractDynamics,
    schedule: Schedule,
    observers: tuple[Observer, ...],
) -> Trajectory:
    start = Deep.initialise(
        (config.side, config.side),
        depth=depth,
        init_scale=config.alpha**depth,
        initialiser=identity,
        dtype=config.dtype,
        key=jax.random.key(0),
    )
    return unless_interrupted(follow(problem, start, dynamics, schedule, observers, chunk=3000))


class _Modes(eqx.Module):
    """Diagonal of Qᵀ X Q: its first `count` entries, and one of the others."""

    frame: Matrix
    count: int = eqx.field(static=True)

    def __call__(
        self, t: ScalarLike, model: AbstractFactorisation, problem: Problem
    ) -> Float[Array, " _"]:
        del t, problem
        vectors = self.frame[:, : self.count + 1]
        return jnp.sum(vectors * (model() @ vectors), axis=0)


def _read_product(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Matrix:
    del t, problem
    return model()


_product = Observer(_read_product, "product", "product W", ("row", "column"))
