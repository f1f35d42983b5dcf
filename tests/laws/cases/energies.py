"""Energies, with the planes that have none: 0 for constants, 1 for affine planes too."""

import pytest

from tacit.algebra import dirichlet_energy, hessian_variation, laplacian_energy

ENERGIES = [
    (dirichlet_energy, 0),
    (laplacian_energy, 0),
    pytest.param(hessian_variation, 1, marks=pytest.mark.slow),
]
