"""Factorisations: parametrisations of the target whose module is the tree of its own factors."""

from tacit.models._base import AbstractFactorisation, AbstractThinFactorisation, Model
from tacit.models.deep import Deep
from tacit.models.deep_tubal import DeepTubal
from tacit.models.direct import Direct
from tacit.models.gaussian_factors import GaussianFactors, Gaussians
from tacit.models.gaussian_tensor import GaussianTensor, Roots
from tacit.models.initialisers import Initialiser, balanced, gaussian, identity, orthogonal
from tacit.models.spectral import SpectralNetwork
from tacit.models.spectral_coordinates import SpectralCoordinates
from tacit.models.symmetric import Symmetric
from tacit.models.tubal import SymmetricTubal, Tubal

__all__ = [
    "AbstractFactorisation",
    "AbstractThinFactorisation",
    "Deep",
    "DeepTubal",
    "Direct",
    "GaussianFactors",
    "GaussianTensor",
    "Gaussians",
    "Initialiser",
    "Model",
    "Roots",
    "SpectralCoordinates",
    "SpectralNetwork",
    "Symmetric",
    "SymmetricTubal",
    "Tubal",
    "balanced",
    "gaussian",
    "identity",
    "orthogonal",
]
