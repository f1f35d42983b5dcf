"""Pure functions, arrays to arrays: spectra, products, penalties, random draws."""

from tacit.algebra.factored import Factored
from tacit.algebra.products import chain_product, product
from tacit.algebra.random import low_rank_matrix, orthogonal_frame
from tacit.algebra.smoothness import dirichlet_energy, hessian_variation, laplacian_energy
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
    "Factored",
    "chain_product",
    "dirichlet_energy",
    "effective_rank",
    "hessian_variation",
    "laplacian_energy",
    "low_rank_matrix",
    "nuclear_norm",
    "numerical_rank",
    "orthogonal_frame",
    "product",
    "schatten_norm",
    "shrink_singular_values",
    "singular_values",
    "spectral_norm",
    "stable_rank",
]
