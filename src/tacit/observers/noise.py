"""What a probabilistic model takes for noise, and the components that it found in it."""

import jax.numpy as jnp

from tacit._typing import RealScalar, ScalarLike, Spectrum
from tacit.models import AbstractFactorisation, GaussianFactors
from tacit.observers._base import Observer
from tacit.problems import Problem


def _noise(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t, problem
    if not isinstance(model, GaussianFactors):
        raise ValueError(f"noise is estimated by GaussianFactors, not by {type(model).__name__}")
    return jnp.sqrt(jnp.mean(1 / model.precision))


def _component_singular_values(
    t: ScalarLike, model: AbstractFactorisation, problem: Problem
) -> Spectrum:
    del t, problem
    if not isinstance(model, GaussianFactors):
        raise ValueError(
            f"component_singular_values are those of GaussianFactors, not of {type(model).__name__}"
        )
    return model.of_factors().singular_values()


noise = Observer(_noise, "noise", "standard deviation of the noise")
component_singular_values = Observer(
    _component_singular_values,
    "singular_values",
    "singular values of the factors' product",
    ("index",),
)
