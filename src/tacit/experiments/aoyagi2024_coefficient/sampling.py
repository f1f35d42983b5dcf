"""Gibbs sampling of the factors of a deep linear network around a truth."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrices = NDArray[np.float64]
"""A batch of matrices, one a chain."""


def draw_factors(
    widths: Sequence[int], rank: int, generator: np.random.Generator
) -> list[NDArray[np.float64]]:
    """Return factors of that rank in random bases, balanced, with singular values of X in [½, 2].

    Args:
        widths: From the inputs to the outputs.
        rank: That of every factor and of the product.
        generator: The source of randomness.
    """
    frames = [np.linalg.qr(generator.standard_normal((width, rank)))[0] for width in widths]
    values = generator.uniform(0.5, 2.0, rank) ** (1 / (len(widths) - 1))
    return [outer * values @ inner.T for inner, outer in itertools.pairwise(frames)]


def multiply(factors: Sequence[Matrices], side: int) -> Matrices:
    """Return W_L ⋯ W_1 of each chain, the identity of that side where there is no factor."""
    product = np.eye(side)
    for factor in factors:
        product = factor @ product
    return product


def sample_energy(
    centre: Sequence[Matrices], strength: float, sweeps: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return t K after every sweep, of factors with density exp(−t K − ½ Σ ‖W_l − W_l*‖²).

    K = ½ ‖W_L ⋯ W_1 − T‖_F² is quadratic in each layer by itself, so that its conditional law is
    normal: with A the layers above and B those below, independent in the singular bases of A and B.

    Args:
        centre: W_l*, whose product is T; a batch of matrices a layer, and each of the batch is a
            chain that begins there.
        strength: t.
        sweeps: How often every layer is drawn.
        generator: The source of randomness.

    Returns:
        sweeps × chains.
    """
    inputs, outputs = centre[0].shape[-1], centre[-1].shape[-2]
    truth = multiply(centre, inputs)
    factors = list(centre)
    energies = np.empty((sweeps, len(truth)))

    for sweep in range(sweeps):
        for place, middle in enumerate(centre):
            below = multiply(factors[:place], inputs)
            # Nothing above the last layer: the identity.
            above = multiply(factors[place + 1 :], middle.shape[-2])
            assert above.shape[-2] == outputs
            factors[place] = _draw_layer(middle, above, below, truth, strength, generator)
        misfit = multiply(factors, inputs) - truth
        energies[sweep] = strength / 2 * np.sum(misfit**2, axis=(-2, -1))
    return energies


def _draw_layer(
    centre: Matrices,
    above: Matrices,
    below: Matrices,
    truth: Matrices,
    strength: float,
    generator: np.random.Generator,
) -> Matrices:
    """Draw W from exp(−t/2 ‖A W B − T‖² − ½ ‖W − W*‖²).

    From the singular values of A and B rather than from Aᵀ A: their squares would carry the
    rounding of the largest, which t multiplies.
    """
    U, upper, V = np.linalg.svd(above)
    P, lower, Q = np.linalg.svd(below)
    rows, columns = centre.shape[-2:]
    gains = _pad(upper, rows)[..., :, None] * _pad(lower, columns)[..., None, :]
    precision = 1 + strength * gains**2

    # What T says of W in those bases, where a singular value belongs to a row and a column of it.
    seen = _fit(np.swapaxes(U, -2, -1) @ truth @ np.swapaxes(Q, -2, -1), rows, columns)
    prior = V @ centre @ P
    noise = generator.standard_normal(prior.shape)
    drawn = (prior + strength * gains * seen) / precision + noise / np.sqrt(precision)
    return np.swapaxes(V, -2, -1) @ drawn @ np.swapaxes(P, -2, -1)


def _pad(values: Matrices, count: int) -> Matrices:
    """Zeros behind the singular values, where a side is longer than the other."""
    return np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, count - values.shape[-1])])


def _fit(values: Matrices, rows: int, columns: int) -> Matrices:
    """Cut off or fill up with zeros: beyond the singular values every gain is zero."""
    cut = values[..., :rows, :columns]
    missing = (rows - cut.shape[-2], columns - cut.shape[-1])
    return np.pad(cut, [(0, 0)] * (values.ndim - 2) + [(0, count) for count in missing])
