"""Pure functions, arrays to arrays: spectra, spectral maps, products, penalties, random draws."""

from tacit.algebra._divided_differences import vanishes_at_zero
from tacit.algebra._odd_polynomial import OddPolynomial, odd_polynomial
from tacit.algebra.activations import (
    Activation,
    SmoothClamp,
    identity,
    sigmoid,
    softplus,
    tanh,
)
from tacit.algebra.factored import Factored
from tacit.algebra.lanczos import TopPair, top_eigenpair
from tacit.algebra.products import chain_product, product
from tacit.algebra.random import low_rank_matrix, orthogonal_frame
from tacit.algebra.single_mode import singular_value_at, time_to_reach
from tacit.algebra.smoothness import dirichlet_energy, hessian_variation, laplacian_energy
from tacit.algebra.spectral_map import spectral_map
from tacit.algebra.spectrum import (
    effective_rank,
    nuclear_norm,
    numerical_rank,
    schatten_norm,
    shrink_singular_values,
    singular_values,
    spectral_norm,
    stable_rank,
)

__all__ = [
    "Activation",
    "Factored",
    "OddPolynomial",
    "SmoothClamp",
    "TopPair",
    "chain_product",
    "dirichlet_energy",
    "effective_rank",
    "hessian_variation",
    "identity",
    "laplacian_energy",
    "low_rank_matrix",
    "nuclear_norm",
    "numerical_rank",
    "odd_polynomial",
    "orthogonal_frame",
    "product",
    "schatten_norm",
    "shrink_singular_values",
    "sigmoid",
    "singular_value_at",
    "singular_values",
    "softplus",
    "spectral_map",
    "spectral_norm",
    "stable_rank",
    "tanh",
    "time_to_reach",
    "top_eigenpair",
    "vanishes_at_zero",
]
