"""A tensor that is normal, with a covariance for each of its modes."""

from typing import TypeAlias

from tacit._typing import RealScalar, Target
from tacit.algebra import ModeMatrix
from tacit.models._base import AbstractFactorisation

Roots: TypeAlias = tuple[ModeMatrix, ...]
"""A square root A_k of the covariance of each mode: full, diagonal as a vector, or None for I."""


class GaussianTensor(AbstractFactorisation):
    """X = Σ_p Z_p ×_1 A_p1 ⋯ ×_d A_pd with independent white Z_p; the model is its law.

    The covariance of X is Σ_p K_p1 ⊗ ⋯ ⊗ K_pd with K_pk = A_pk A_pkᵀ [hoff2011]. Covariances are of
    full size: a mode of few strong directions has a low rank, softly, and one along which
    neighbours are alike is smooth. The target X(θ) is the expectation.

    Attributes:
        expectation: of X, given what was observed.
        parts: the roots A_p1, …, A_pd of each part; those of the first part are all matrices.
        noise: variance of an observation of weight 1 about X.
    """

    expectation: Target
    parts: tuple[Roots, ...]
    noise: RealScalar

    def __call__(self) -> Target:
        """The expectation of X."""
        return self.expectation
