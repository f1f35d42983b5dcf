"""Factorisations: parametrisations of the target whose module is the tree of its own factors.

Example:
    >>> import jax
    >>> from tacit.models import Deep
    >>> model = Deep.initialise((8, 6), depth=3, init_scale=1e-3, key=jax.random.key(0))
    >>> model().shape, [factor.shape for factor in model.factors]
    ((8, 6), [(6, 6), (6, 6), (8, 6)])
"""

from tacit.models._base import (
    AbstractFactorisation,
    AbstractTensorFactorisation,
    AbstractThinFactorisation,
    Model,
)
from tacit.models.cp import CP
from tacit.models.deep import Deep
from tacit.models.deep_tubal import DeepTubal
from tacit.models.direct import Direct
from tacit.models.gaussian_factors import GaussianFactors, Gaussians
from tacit.models.gaussian_tensor import GaussianTensor, Roots
from tacit.models.hierarchical_tucker import HierarchicalTucker
from tacit.models.initialisers import Initialiser, balanced, gaussian, identity, orthogonal
from tacit.models.spectral import SpectralNetwork
from tacit.models.spectral_coordinates import SpectralCoordinates
from tacit.models.symmetric import Symmetric
from tacit.models.tensor_train import TensorTrain
from tacit.models.tree_tucker import TreeTucker
from tacit.models.tubal import SymmetricTubal, Tubal
from tacit.models.tucker import Tucker

__all__ = [
    "CP",
    "AbstractFactorisation",
    "AbstractTensorFactorisation",
    "AbstractThinFactorisation",
    "Deep",
    "DeepTubal",
    "Direct",
    "GaussianFactors",
    "GaussianTensor",
    "Gaussians",
    "HierarchicalTucker",
    "Initialiser",
    "Model",
    "Roots",
    "SpectralCoordinates",
    "SpectralNetwork",
    "Symmetric",
    "SymmetricTubal",
    "TensorTrain",
    "TreeTucker",
    "Tubal",
    "Tucker",
    "balanced",
    "gaussian",
    "identity",
    "orthogonal",
]
