"""Singular values, and the norms and ranks read off them; not to be differentiated."""

import jax.numpy as jnp

from tacit._typing import Array, Float, Inexact, IntScalar, Matrix, RealScalar, ScalarLike, Spectrum


def singular_values(X: Matrix) -> Spectrum:
    """Singular values σ₁ ≥ … ≥ σ_d of X, in descending order."""
    return jnp.linalg.svd(X, compute_uv=False)


def spectral_norm(spectrum: Spectrum) -> RealScalar:
    """Spectral norm ‖X‖₂ = σ₁."""
    return jnp.max(spectrum)


def nuclear_norm(spectrum: Spectrum) -> RealScalar:
    """Nuclear norm ‖X‖_* = Σ σ_i."""
    return jnp.sum(spectrum)


def schatten_norm(spectrum: Spectrum, order: ScalarLike) -> RealScalar:
    """Schatten (quasi-)norm (Σ σ_i^q)^{1/q} of order q > 0; a norm for q ≥ 1."""
    return jnp.sum(spectrum**order) ** (1 / order)


def effective_rank(spectrum: Spectrum) -> RealScalar:
    """Entropy effective rank exp(−Σ p_i ln p_i), p = σ / Σσ [roy2007effective].

    It is 1 for rank one, d for d equal singular values, and 0 for X = 0, where p is undefined.
    """
    total = jnp.sum(spectrum)
    p = spectrum / jnp.where(total > 0, total, 1)
    entropy = -jnp.sum(jnp.where(p > 0, p * jnp.log(jnp.where(p > 0, p, 1)), 0))
    return jnp.where(total > 0, jnp.exp(entropy), 0)


def nuclear_rank(spectrum: Spectrum) -> RealScalar:
    """Nuclear rank ‖X‖_* / ‖X‖₂ = Σ σ_i / σ₁, the effective rank of [chou2024]; 0 for X = 0."""
    largest = spectral_norm(spectrum)
    return jnp.where(largest > 0, nuclear_norm(spectrum) / jnp.where(largest > 0, largest, 1), 0)


def stable_rank(spectrum: Spectrum) -> RealScalar:
    """Stable rank ‖X‖_F² / ‖X‖₂² = Σ (σ_i / σ₁)²; 0 for X = 0.

    It is never above the nuclear rank, nor that above the rank.
    """
    largest = spectral_norm(spectrum)
    return jnp.sum((spectrum / jnp.where(largest > 0, largest, 1)) ** 2)


def numerical_rank(spectrum: Spectrum, tolerance: ScalarLike = 1e-2) -> IntScalar:
    """Number of singular values above `tolerance` · σ₁."""
    return jnp.sum(spectrum > tolerance * spectral_norm(spectrum))


def shrink_singular_values(
    X: Inexact[Array, "*batch m n"], threshold: ScalarLike | Float[Array, " r"]
) -> Inexact[Array, "*batch m n"]:
    """Proximal map of the nuclear norm, U (S − τ)₊ Vᴴ for X = U S Vᴴ, each matrix [cai2010svt].

    With a threshold for each singular value, that of a weighted norm whose weights do not fall.
    """
    # By eigenvectors of the Gram matrix, narrow slices (129 of 256 × 3, complex) take 0.8 of the
    # time, wide matrices (256 × 768) 0.4; but small singular values are off by up to √eps σ₁.
    U, spectrum, Vh = jnp.linalg.svd(X, full_matrices=False)
    return (U * jnp.maximum(spectrum - threshold, 0)[..., None, :].astype(U.dtype)) @ Vh


def truncate_singular_values(X: Float[Array, "m n"], rank: IntScalar | int) -> Float[Array, "m n"]:
    """Best approximation of this rank, U_k S_k V_kᵀ; the rank may be traced.

    By the eigenvectors of the Gram matrix of the shorter side, some ten times as quick as a
    decomposition where one side is long; a singular value σ_k of less than √eps σ₁ is not told
    from the next ones.
    """
    if X.shape[0] > X.shape[1]:
        return truncate_singular_values(X.T, rank).T
    _, vectors = jnp.linalg.eigh(X @ X.T)
    leading = jnp.arange(X.shape[0]) >= X.shape[0] - rank
    kept = jnp.where(leading, vectors, 0)
    return kept @ (kept.T @ X)
