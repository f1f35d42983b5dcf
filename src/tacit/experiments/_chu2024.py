"""What the experiments of [chu2024] share: truths, training at several rates, the best of them.

Rates are those of the paper, for the loss ½ mean r²; Tacit's `MeanSquared` has no ½, so a step is
half a rate.
"""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from tacit._typing import Any, Array, Float, Matrix, PRNGKey, Sequence, Spectrum
from tacit.algebra import effective_rank, nuclear_norm, singular_values
from tacit.dynamics import GradientDescent
from tacit.models import AbstractFactorisation
from tacit.observers import Observer
from tacit.problems import Problem
from tacit.results import to_dataset
from tacit.runs import Schedule, Trajectory, sweep
from tacit.runs import run as follow


def draw_truth(side: int, rank: int, dtype: str, *, key: PRNGKey) -> Matrix:
    """Return U Uᵀ with U uniform on [0, 1], divided by its nuclear norm.

    Args:
        side: Rows and columns.
        rank: Columns of U.
        dtype: Floating-point type.
        key: JAX random key.
    """
    U = jax.random.uniform(key, (side, rank), dtype)
    X = U @ U.T
    return X / nuclear_norm(singular_values(X))


def load_images(path: str | None, indices: Sequence[int], dtype: str) -> Float[Array, "image m n"]:
    """Return pictures divided by their nuclear norms: of an IDX file or folder, else faces of LFW.

    Args:
        path: The file or folder.
        indices: Numbers of the pictures in it.
        dtype: Floating-point type.

    Raises:
        ValueError: if an index is outside the pictures there are.
    """
    if path is None:
        from skimage.data import lfw_subset

        found = np.asarray(lfw_subset(), np.float64)
    else:
        from tacit.media import read_pictures

        found = read_pictures(Path(path), max(indices) + 1)
    wrong = [index for index in indices if not 0 <= index < len(found)]
    if wrong or not indices:
        raise ValueError(f"indices {tuple(indices)}: give one or more from 0 to {len(found) - 1}")
    chosen = jnp.asarray(found[list(indices)], dtype)
    return jnp.stack([X / nuclear_norm(singular_values(X)) for X in chosen])


def sweep_rates(
    problem: Problem,
    start: AbstractFactorisation,
    rates: Sequence[float],
    steps: int,
    records: int,
    observers: Sequence[Observer],
) -> xr.Dataset:
    """Descend from one start at every rate, in one program, and record at steps that grow.

    Args:
        problem: What is asked.
        start: The model at step zero.
        rates: Those of the paper, for ½ mean r².
        steps: The last step.
        records: Number of records after the first.
        observers: What is recorded.
    """
    grown = np.geomspace(1, steps, records).round().astype(int)
    # Whatever the number of steps there are as many records: the first steps one by one.
    grown = np.maximum(grown, np.arange(1, records + 1))
    schedule = Schedule(np.concatenate([[0], grown]))

    def fit(rate: Float[Array, ""]) -> Trajectory:
        return follow(problem, start, GradientDescent(rate / 2), schedule, observers)

    trajectory = sweep(fit, rate=jnp.asarray(rates, problem.y.dtype))
    dataset = to_dataset(trajectory, coords={"rate": np.asarray(rates)})
    dataset["rate"].attrs["long_name"] = "rate"
    return dataset


def pick_best(dataset: xr.Dataset) -> xr.Dataset:
    """The run of the rate with the least training loss at the end: how the paper chooses."""
    final = np.where(
        np.isfinite(dataset["loss"].values[..., -1]), dataset["loss"].values[..., -1], np.inf
    )
    return dataset.isel(rate=int(np.argmin(final)))


def read_final(dataset: xr.Dataset, name: str) -> float:
    """Last record of the run with the best rate."""
    return float(pick_best(dataset)[name].isel(record=-1))


def read_truth(X: Matrix) -> dict[str, Any]:
    """Nuclear norm and effective rank of the truth, as variables."""
    spectrum: Spectrum = singular_values(X)
    return {
        "truth_nuclear_norm": float(nuclear_norm(spectrum)),
        "truth_effective_rank": float(effective_rank(spectrum)),
        "truth_singular_values": ("index", np.asarray(spectrum[:3])),
    }
