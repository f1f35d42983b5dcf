"""Which assumptions of the theory of spectral networks hold for a problem and a start."""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from tacit.certificates._base import Certificate
from tacit.models import SpectralNetwork
from tacit.models.spectral_coordinates import align
from tacit.operators import AbstractMeasurement, SharedBasis
from tacit.problems import Problem

_TOLERANCE = 1e-6


class Assumptions(NamedTuple):
    """Assumptions 1 to 3 of [chu2024], each checked with its margin."""

    shared_vectors: Certificate
    aligned_start: Certificate
    ones_in_range: Certificate

    @property
    def hold(self) -> bool:
        """Whether all three do."""
        return all(self)


def check_assumptions(
    problem: Problem, model: SpectralNetwork, tolerance: float = _TOLERANCE
) -> Assumptions:
    """Check Assumptions 1 to 3 of [chu2024] at the start of a run.

    1. All A_i share their singular vectors, A_i = Φ diag(a_i) Ψᵀ. For another operator than
       `SharedBasis` Φ and Ψ are read off the SVD of one random combination of the A_i, which shows
       them if there are any. Deviation: the part of the A_i off that diagonal, relative.
    2. The start is aligned, U_k = Φ diag(ū_k) G_k and V_k = Ψ diag(v̄_k) G_k. Deviation: that of
       `models.spectral_coordinates.align`, relative.
    3. The all-ones vector is in the row space of Ā, so that one combination of the measurements is
       the nuclear norm of any X with x ≥ 0 (the assumption as its authors' code has it). Deviation:
       the distance of 1 from that space, relative.

    Each holds with the margin `tolerance` less the deviation.

    Args:
        problem: whose operator Assumptions 1 and 3 are about.
        model: the start, which Assumption 2 is about.
        tolerance: the largest relative deviation that passes.
    """
    left, right, spectra, deviation = _shared_basis(problem.operator)
    bases = jnp.asarray(left, model.left.dtype), jnp.asarray(right, model.left.dtype)
    aligned = float(align(model, bases).mismatch)
    ones = np.ones(spectra.shape[1])
    _, s, Vt = np.linalg.svd(np.asarray(spectra, float), full_matrices=False)
    rows = Vt[s > s[0] * max(spectra.shape) * np.finfo(float).eps]
    outside = float(np.linalg.norm(ones - rows.T @ (rows @ ones)) / np.linalg.norm(ones))
    return Assumptions(
        _within(tolerance, deviation, "the measurements share their singular vectors"),
        _within(tolerance, aligned, "the start is aligned with the singular vectors"),
        _within(tolerance, outside, "the all-ones vector is in the row space of the spectra"),
    )


def _within(tolerance: float, deviation: float, statement: str) -> Certificate:
    margin = tolerance - deviation
    found = statement if margin >= 0 else f"It is not so that {statement}"
    sentence = f"{found[0].upper()}{found[1:]}: deviation {deviation:.1e}."
    return Certificate(margin, "relative deviation", {"deviation": deviation}, sentence)


def _shared_basis(
    operator: AbstractMeasurement,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Φ, Ψ, Ā and the relative size of what they leave out."""
    if isinstance(operator, SharedBasis):
        left, right = (np.asarray(basis, float) for basis in (operator.left, operator.right))
        off = max(
            float(np.abs(basis.T @ basis - np.eye(basis.shape[1])).max()) for basis in (left, right)
        )
        return left, right, np.asarray(operator.spectra, float), off
    if len(operator.shape) != 2:
        raise ValueError(f"check_assumptions: targets of shape {operator.shape} are no matrices")
    arrays = np.asarray(operator.as_matrix(), float).reshape(-1, *operator.shape)
    weights = np.random.default_rng(0).standard_normal(len(arrays))
    U, _, Vt = np.linalg.svd(np.tensordot(weights, arrays, 1), full_matrices=False)
    rotated = U.T @ arrays @ Vt.T
    spectra = np.diagonal(rotated, axis1=1, axis2=2)
    total = float(np.sum(arrays**2))
    off = max(0.0, 1 - float(np.sum(spectra**2)) / total) ** 0.5
    return U, Vt.T, spectra, off
