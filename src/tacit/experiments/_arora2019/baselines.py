"""What deep factorisations are held against: the convex minimum of the same entries, the truth."""

import jax.numpy as jnp
import xarray as xr

from tacit._typing import Matrix
from tacit.algebra import spectrum as read
from tacit.problems import Problem
from tacit.solvers import minimum_nuclear_norm

LABELS = {
    "entries": "observed entries",
    "depth": "depth",
    "scale": "scale of the start",
    "final_reconstruction_error": "reconstruction error",
}
"""Of the variables that both experiments have."""


def convex_answer(problem: Problem) -> xr.Dataset:
    """The convex minimum with its error, its norm and rank, and the certified gap."""
    answer = minimum_nuclear_norm(problem.operator, problem.y, tolerance=1e-4)
    assert problem.truth is not None
    error = jnp.mean((answer.X - problem.truth) ** 2)
    dataset = xr.Dataset(read_spectrum(answer.X, "convex"))
    dataset["convex_reconstruction_error"] = float(error)
    dataset["convex_gap"] = float(answer.gap)
    dataset["convex_gap"].attrs["long_name"] = "relative duality gap of the convex minimum"
    return dataset


def read_spectrum(X: Matrix, prefix: str) -> dict[str, float]:
    """Nuclear norm and effective rank, named after the prefix."""
    spectrum = read.singular_values(X)
    return {
        f"{prefix}_nuclear_norm": float(read.nuclear_norm(spectrum)),
        f"{prefix}_effective_rank": float(read.effective_rank(spectrum)),
    }
