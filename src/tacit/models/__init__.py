"""Factorisations: parametrisations of the target whose module is the tree of its own factors."""

from tacit.models._base import AbstractFactorisation, AbstractThinFactorisation, Model
from tacit.models.deep import Deep
from tacit.models.direct import Direct
from tacit.models.initialisers import Initialiser, balanced, gaussian, identity, orthogonal
from tacit.models.spectral import SpectralNetwork
from tacit.models.spectral_coordinates import SpectralCoordinates
from tacit.models.symmetric import Symmetric

__all__ = [
    "AbstractFactorisation",
    "AbstractThinFactorisation",
    "Deep",
    "Direct",
    "Initialiser",
    "Model",
    "SpectralCoordinates",
    "SpectralNetwork",
    "Symmetric",
    "balanced",
    "gaussian",
    "identity",
    "orthogonal",
]
