"""Models: dtype → model, with its target's shape, J Jᵀ in closed form, and its symmetries."""

from tacit import models

from .base import draw
from .chains import CHAINS
from .gaussian_factors import GAUSSIAN_FACTORS
from .model_case import ModelCase
from .spectral_networks import SPECTRAL_NETWORKS
from .tensor_models import TENSOR_MODELS
from .tubal_models import TUBAL_MODELS


def _gaussian_tensor(dtype):
    roots = draw((2, 2), dtype), draw((3, 3), dtype), draw((2, 2), dtype)
    fibres = draw((2,), dtype), draw((3, 3), dtype), None
    return models.GaussianTensor(draw((2, 3, 2), dtype), (roots, fibres), draw((), dtype))


MODELS = [
    *TUBAL_MODELS,
    ModelCase(
        "direct",
        lambda dtype: models.Direct(draw((3, 4), dtype)),
        (3, 4),
        lambda model: lambda G: G,
    ),
    ModelCase(
        "direct, a tensor",
        lambda dtype: models.Direct(draw((2, 3, 2), dtype)),
        (2, 3, 2),
        lambda model: lambda G: G,
    ),
    ModelCase("Gaussian tensor", _gaussian_tensor, (2, 3, 2), lambda model: lambda G: G),
    *GAUSSIAN_FACTORS,
    *CHAINS,
    *SPECTRAL_NETWORKS,
    *TENSOR_MODELS,
]
