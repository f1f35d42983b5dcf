"""The runs of `arora2019_theorem`: slopes of singular values, and turns of their vectors."""

import math
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import (
    Float,
    Matrix,
    ScalarLike,
    Spectrum,
)
from tacit.dynamics import (
    AbstractDynamics,
    EndToEndFlow,
    GradientDescent,
    GradientFlow,
)
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.arora2019_theorem.config import Config
from tacit.models import AbstractFactorisation, Deep, Direct
from tacit.observers import Observer, singular_values
from tacit.problems import Problem
from tacit.runs import Schedule, Trajectory
from tacit.runs import run as follow

_RTOL, _ATOL = 1e-12, 1e-13
_STENCIL = np.array([1, -8, 0, 8, -1]) / 12
"""Difference of five records around one of them, with an error of fourth order."""
_NEAR = 0.002
"""Distance of the five from each other, over that of the times they are around.

Where two singular values nearly meet they bend sharply: at ten times this distance one draw in
sixty was off by 7·10⁻⁴, now by 2·10⁻⁷, and rounding is far below that still.
"""


def measure_layered_slopes(config: Config, problem: Problem, start: Deep) -> xr.Dataset:
    """Return σ_r along the flow of the layers, its slope u_rᵀ Ẇ v_r, and what is predicted of that.

    Args:
        config: The experiment's settings: records, and the time that is followed.
        problem: Gives ℓ.
        start: Balanced factors.
    """
    schedule = Schedule(np.append(0, _times(config, start.depth)))
    observers = (singular_values, _core, _slope)
    found = _follow(problem, start, GradientFlow(_RTOL, _ATOL), schedule, observers)
    spectrum = found["singular_values"][1:]
    return _on_records(
        layered_singular_values=spectrum,
        layered_slope=found["slope"][1:],
        layered_predicted=_predict(spectrum, found["core"][1:], start.depth),
    )


def measure_product_slopes(
    config: Config, problem: Problem, start: Direct, depth: float
) -> xr.Dataset:
    """Return σ_r along the flow of the product, its differences in time, and the predicted slope.

    Args:
        config: The experiment's settings: records, and the time that is followed.
        problem: Gives ℓ.
        start: The product of balanced factors.
        depth: Their number N, which may be any real number ≥ 2, and infinite.
    """
    flow = _Stencil.along(config, problem, start, depth)
    return _on_records(
        time=flow.time,
        singular_values=flow.spectrum[:, 2],
        slope=flow.difference(flow.spectrum),
        predicted=_predict(flow.spectrum[:, 2], flow.core, depth),
    )


def measure_descent_gaps(config: Config, problem: Problem, start: Deep) -> xr.Dataset:
    """Return how far a step of σ_r over η is from the predicted slope at most, for η and η/2.

    Relative to the largest slope; both descend to the same time, that of the flow.

    Args:
        config: The experiment's settings: η, and the time that is followed.
        problem: Gives ℓ.
        start: Balanced factors.
    """
    steps, gaps = (config.step, config.step / 2), []
    count = round(config.span / start.depth / config.step)
    for number, step in enumerate(steps):
        schedule = Schedule.every(1, count * 2**number)
        observers = (singular_values, _core)
        found = _follow(problem, start, GradientDescent(step), schedule, observers)
        spectrum = found["singular_values"]
        taken = np.diff(spectrum, axis=0) / step
        predicted = _predict(spectrum, found["core"], start.depth)[:-1]
        gaps.append(np.max(np.abs(taken - predicted)) / np.max(np.abs(predicted)))
    return xr.Dataset({"descent_gap": ("step", gaps)}, {"step": list(steps)})


def measure_turns(config: Config, problem: Problem, start: Direct) -> xr.Dataset:
    """Return ∇ℓ on and off the diagonal of the singular vectors at depth 2, and how these turn.

    `turn` is (Σ ‖u̇_r‖² + ‖v̇_r‖²)^½ over the leading `rank` pairs, by differences; what the entries
    off the diagonal make of it is `predicted_turn`.

    Args:
        config: The experiment's settings: records, and the time that is followed.
        problem: Gives ℓ.
        start: The product of two balanced factors.
    """
    flow = _Stencil.along(config, problem, start, 2.0)
    diagonal = np.einsum("tii->ti", flow.core)
    outside = flow.core - diagonal[:, :, None] * np.eye(config.side)
    moved = flow.difference(flow.frames)[..., : config.rank]
    rotation = _rotate(flow.spectrum[:, 2], flow.core)[..., : config.rank]
    return _on_records(
        turn_time=flow.time,
        diagonal=np.linalg.norm(diagonal, axis=1),
        off_diagonal=np.linalg.norm(outside, axis=(1, 2)),
        turn=np.linalg.norm(moved, axis=(1, 2)),
        predicted_turn=np.linalg.norm(rotation, axis=(1, 2)),
    )


def _times(config: Config, depth: float | int) -> Float[np.ndarray, " t"]:
    """Evenly spaced inside the time span/N, or inside the scaled time at N = ∞."""
    span = config.span / (1 if math.isinf(depth) else depth)
    return span * (np.arange(config.records) + 0.5) / config.records


def _follow(
    problem: Problem,
    start: AbstractFactorisation,
    dynamics: AbstractDynamics,
    schedule: Schedule,
    observers: tuple[Observer, ...],
) -> Trajectory[AbstractFactorisation]:
    found = follow(problem, start, dynamics, schedule, observers, chunk=500)
    return unless_interrupted(found)


class _Stencil(NamedTuple):
    """The flow of the product, recorded five times closely around each of its times."""

    time: Float[np.ndarray, " t"]
    gap: float
    spectrum: Float[np.ndarray, "t 5 d"]
    frames: Float[np.ndarray, "t 5 n d"]
    core: Float[np.ndarray, "t d d"]

    @classmethod
    def along(cls, config: Config, problem: Problem, start: Direct, depth: float) -> "_Stencil":
        """One program for every depth and start of a shape."""
        time = _times(config, depth)
        gap = _NEAR * (time[1] - time[0])
        points = time[:, None] + gap * np.arange(-2, 3)
        flow = EndToEndFlow(depth, _RTOL, _ATOL)
        schedule = Schedule(np.append(0, points))
        observers = (singular_values, _core, _frames)
        found = _follow(problem, start, flow, schedule, observers)
        spectrum, core, frames = (
            found[name][1:].reshape(*points.shape, *found[name].shape[1:])
            for name in ("singular_values", "core", "frames")
        )
        # An SVD may return −u_r and −v_r.
        overlap = np.einsum("tpir,tir->tpr", frames, frames[:, 2])
        signs = np.where(overlap < 0, -1, 1)[:, :, None, :]
        return cls(time, gap, spectrum, frames * signs, core[:, 2])

    def difference(self, values: Float[np.ndarray, "t 5 *dims"]) -> np.ndarray:
        """Derivative in time."""
        return np.tensordot(values, _STENCIL, axes=(1, 0)) / self.gap


def _predict(
    spectrum: Float[np.ndarray, "t d"], core: Float[np.ndarray, "t d d"], depth: float | int
) -> Float[np.ndarray, "t d"]:
    """−N σ_r^{2−2/N} ⟨∇ℓ, u_r v_rᵀ⟩, and without the N in the scaled time at N = ∞."""
    factor = 1.0 if math.isinf(depth) else depth
    return -factor * spectrum ** (2 - 2 / depth) * np.einsum("tii->ti", core)


def _rotate(
    spectrum: Float[np.ndarray, "t d"], core: Float[np.ndarray, "t d d"]
) -> Float[np.ndarray, "t n d"]:
    """Uᵀ U̇ above Vᵀ V̇, of Ẇ = U M Vᵀ, M = −(s_i + s_j) (Uᵀ∇ℓ V)_ij, the flow of depth 2.

    (UᵀU̇)_ij = (s_j M_ij + s_i M_ji) / (s_j² − s_i²), and s_i and s_j change places in Vᵀ V̇.
    """
    rows, columns = spectrum[:, :, None], spectrum[:, None, :]
    M = -(rows + columns) * core
    gaps = columns**2 - rows**2
    apart = np.where(gaps == 0, np.inf, gaps)
    flipped = M.transpose(0, 2, 1)
    turned = (columns * M + rows * flipped, rows * M + columns * flipped)
    return np.concatenate([part / apart for part in turned], axis=1)


def _read_core(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Matrix:
    del t
    U, _, Vt = jnp.linalg.svd(model(), full_matrices=False)
    return U.T @ jax.grad(problem.loss_at)(model()) @ Vt.T


def _read_slope(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Spectrum:
    """u_rᵀ Ẇ v_r, Ẇ the derivative of the product along the velocities of its factors."""
    del t
    velocity = jax.tree.map(jnp.negative, eqx.filter_grad(problem.objective)(model))
    _, moved = jax.jvp(lambda factors: factors(), (model,), (velocity,))
    U, _, Vt = jnp.linalg.svd(model(), full_matrices=False)
    return jnp.sum(U * (moved @ Vt.T), axis=0)


def _read_frames(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Matrix:
    """U above V."""
    del t, problem
    U, _, Vt = jnp.linalg.svd(model(), full_matrices=False)
    return jnp.concatenate([U, Vt.T])


_core = Observer(_read_core, "core", "Uᵀ∇ℓ V", ("row", "column"))
_slope = Observer(_read_slope, "slope", "u_rᵀ Ẇ v_r", ("index",))
_frames = Observer(_read_frames, "frames", "U above V", ("row", "column"))


def _on_records(**values: np.ndarray) -> xr.Dataset:
    dims = ("record", "index")
    return xr.Dataset({name: (dims[: value.ndim], value) for name, value in values.items()})
