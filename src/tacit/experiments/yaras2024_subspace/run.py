"""The run of `yaras2024_subspace`."""

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Array, Float, Matrix, PRNGKey, ScalarLike
from tacit.algebra import orthogonal_frame
from tacit.dynamics import GradientDescent
from tacit.experiments._datasets import label, stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.yaras2024_subspace.config import Config
from tacit.models import AbstractFactorisation, Deep, Initialiser, gaussian, orthogonal
from tacit.observers import Observer, test_error
from tacit.problems import Compressed, LeastSquares, Problem, completion, compress, full_observation
from tacit.runs import Schedule, Trajectory
from tacit.runs import run as follow

CASES = ("orthogonal, all seen", "normal, all seen", "orthogonal, some seen")
"""The start of the layers, and what is seen of the target: of the first all is claimed."""
_LABELS = {
    "middle": "middle singular value of a layer",
    "spread": "distance of d − 2r singular values from the middle one",
    "next": "distance of the nearest of the others",
    "tail": "σ_{2r+1} / σ_1 of what a layer was changed by",
    "error": "‖X − X★‖_F / ‖X★‖_F",
    "spectrum": "singular values of the first layer",
    "apart": "‖W − W'‖_F / ‖W‖_F, whole and compressed",
    "apart_product": "‖X − X'‖_F / ‖X★‖_F, whole and compressed",
    "side": "side of the compressed layers",
}


def run(config: Config, report: Report) -> xr.Dataset:
    """Follow the three cases at each depth, and the first once more, compressed."""
    parts = []
    for number, depth in enumerate(config.depths):
        report(number / len(config.depths), f"depth {depth}")
        parts.append(_follow_depth(config, depth))
    report(1.0, "done")
    stacked = stack(parts, "depth", config.depths, "depth L")
    points = _make_schedule(config).points
    return label(stacked, _LABELS).assign_coords(step=("record", points, {"long_name": "step k"}))


def _make_schedule(config: Config) -> Schedule:
    return Schedule.linear(config.steps, config.records)


def _make_truth(config: Config, key: PRNGKey) -> Matrix:
    shape, keys = (config.side, config.rank), jax.random.split(key)
    left, right = (orthogonal_frame(shape, config.dtype, key=each) for each in keys)
    return (left * jnp.linspace(1, 0.5, config.rank, dtype=config.dtype)[None, :]) @ right.T


def _follow_depth(config: Config, depth: int) -> xr.Dataset:
    truth_key, seen_key, start_key = jax.random.split(jax.random.key(config.seed), 3)
    truth, sides = _make_truth(config, truth_key), (config.side, config.side)
    count = round(config.share * config.side**2)
    whole = full_observation(truth)
    some = completion(truth, count, LeastSquares(), key=seen_key)

    def start(initialiser: Initialiser) -> Deep:
        return Deep.initialise(
            sides,
            depth=depth,
            init_scale=config.init_scale,
            initialiser=initialiser,
            dtype=config.dtype,
            key=start_key,
        )

    found = [
        _follow(config, problem, start(initialiser))
        for problem, initialiser in ((whole, orthogonal), (whole, gaussian), (some, orthogonal))
    ]
    described = [_describe(config, each) for each in found]
    stacked = stack(described, "case", CASES, "start, and what is seen")
    return stacked.assign(_compare(config, whole, start(orthogonal), found[0]))


def _follow(config: Config, problem: Problem, start: Deep) -> Trajectory[Deep]:
    schedule, rule = _make_schedule(config), GradientDescent(config.step)
    return unless_interrupted(follow(problem, start, rule, schedule, (test_error, _layers)))


def _describe(config: Config, found: Trajectory[Deep]) -> xr.Dataset:
    """How far singular values are from the middle one, and the rank of what was added."""
    layers, kept = found["layers"], config.side - 2 * config.rank
    spectra = np.linalg.svd(layers, compute_uv=False)
    middle = np.median(spectra, axis=-1, keepdims=True)
    distances = np.sort(np.abs(spectra / middle - 1), axis=-1)

    # What is left of each layer is its start, made smaller like the middle value.
    scales = (middle / middle[0])[..., None]
    added = np.linalg.svd(layers - scales * layers[0], compute_uv=False)[1:]
    tail = added[..., 2 * config.rank] / added[..., 0]
    return xr.Dataset(
        {
            "middle": ("record", middle[:, 0, 0]),
            "spread": ("record", distances[..., kept - 1].max(axis=-1)),
            "next": ("record", distances[..., kept].min(axis=-1)),
            "tail": ("change", tail.max(axis=-1)),
            "error": ("record", found["test_error"]),
            "spectrum": (("record", "index"), spectra[:, 0]),
        }
    )


def _compare(
    config: Config, problem: Problem, start: Deep, found: Trajectory[Deep]
) -> dict[str, xr.Variable]:
    """The same run with compressed layers: how far apart they are, and how large the layers."""
    assert problem.truth is not None
    small, size = compress(problem, start), float(jnp.linalg.norm(problem.truth))
    layers, others = found["layers"], _expand(small, _follow(config, small.problem, small.model))
    sizes = np.linalg.norm(layers, axis=(-2, -1))
    apart = np.linalg.norm(layers - others, axis=(-2, -1)) / sizes
    misfit = [
        np.linalg.norm(_make_deep(whole)() - _make_deep(same)())
        for whole, same in zip(layers, others, strict=True)
    ]

    return {
        "apart": xr.Variable("record", apart.max(axis=-1)),
        "apart_product": xr.Variable("record", np.array(misfit) / size),
        "side": xr.Variable((), float(small.model.factors[0].shape[0])),
    }


def _expand(small: Compressed, found: Trajectory[Deep]) -> np.ndarray:
    """The whole layers of every record."""
    return np.stack([np.stack(small.expand(_make_deep(W)).factors) for W in found["layers"]])


def _make_deep(layers: np.ndarray) -> Deep:
    return Deep(tuple(jnp.asarray(layers)))


def _read_layers(
    t: ScalarLike, model: AbstractFactorisation, problem: Problem
) -> Float[Array, "L d d"]:
    del t, problem
    assert isinstance(model, Deep)
    return jnp.stack(model.factors)


_layers = Observer(_read_layers, "layers", "W", ("layer", "row", "column"))
