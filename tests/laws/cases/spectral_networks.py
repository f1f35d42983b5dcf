"""Spectral networks and their symmetries."""

from functools import partial
from itertools import pairwise
from typing import Any

import equinox as eqx
import numpy as np

from tacit import models
from tacit.algebra import SmoothClamp, tanh

from .base import draw
from .model_case import ModelCase


def _spectral(
    shape: tuple[int, int], widths: tuple[int, ...], activation: Any, dtype: Any
) -> models.SpectralNetwork:
    inputs = tuple(0.7 * draw((widths[0], side, 3), dtype, seed=side) for side in shape)
    sides = pairwise((*widths, 1))
    mixers = tuple(draw(sides, dtype, seed=at) for at, sides in enumerate(sides))
    return models.SpectralNetwork(*inputs, mixers, activation)


def _spectral_symmetries(model: models.SpectralNetwork) -> list[models.SpectralNetwork]:
    """U_k Q and V_k Q with Q orthogonal; the inputs in another order."""
    Q, _ = np.linalg.qr(draw((3, 3)))
    turned = eqx.tree_at(lambda m: (m.left, m.right), model, (model.left @ Q, model.right @ Q))
    order = np.arange(model.widths[0])[::-1]
    mixed = eqx.tree_at(
        lambda m: (m.left, m.right, m.mixers[0]),
        model,
        (model.left[order], model.right[order], model.mixers[0][order]),
    )
    return [turned, mixed]


SPECTRAL_NETWORKS = [
    ModelCase(
        f"spectral, {name}",
        partial(_spectral, shape, widths, activation),
        shape,
        symmetries=_spectral_symmetries,
        slow=activation is not None,
    )
    for name, shape, widths, activation in (
        ("depth 1", (4, 3), (3,), tanh),
        ("depth 2, wide", (3, 4), (2, 3), SmoothClamp()),
        ("depth 3, linear", (3, 3), (2, 1, 2), None),
    )
]
