"""Spectra of tubal tensors: singular tubes, ranks, norms, angles; not to be differentiated.

T̄ is the block-diagonal matrix of all slices of T, of full spectrum. Ranks are defined for any
transform; norms, conditioning and angles for those with M Mᴴ = c I, and refused for others: only
then are they those of the map X ↦ T * X.
"""

from typing import Literal

import jax.numpy as jnp

from tacit._typing import Array, Float, Inexact, Int, IntScalar, RealScalar, ScalarLike
from tacit.algebra.sequential_map import sequential_map
from tacit.algebra.transforms import (
    AbstractTransform,
    Fourier,
    apart,
    refuse_unless_unitary,
    tube_lengths,
)
from tacit.algebra.tubal_factorisations import t_svd


def slice_singular_values(
    T: Float[Array, "m n *k"], transform: AbstractTransform = Fourier()
) -> Float[Array, "*k d"]:
    """Singular values of every slice, in descending order, the slices arranged as a tube."""
    classes = transform.classes(tube_lengths(T))
    spectra = sequential_map(
        lambda part: jnp.linalg.svd(part, compute_uv=False), apart(transform.forward(T), classes)
    )
    return jnp.concatenate(spectra)[classes.every]


def singular_tubes(
    T: Float[Array, "m n *k"], transform: AbstractTransform = Fourier()
) -> Float[Array, "d *k"]:
    """Singular tubes σ_1, …, σ_d, the diagonal of S in T = U * S * Vᵀ, not transformed."""
    return t_svd(T, transform).tubes


def multirank(
    T: Float[Array, "m n *k"],
    transform: AbstractTransform = Fourier(),
    tolerance: ScalarLike = 1e-2,
) -> Int[Array, "*k"]:
    """Rank of each slice: its singular values above `tolerance` times the largest of all.

    Args:
        T: the tensor.
        transform: transform of the tubes.
        tolerance: what counts as zero, relative to the largest of all slices.
    """
    spectra = slice_singular_values(T, transform)
    return jnp.sum(spectra > tolerance * jnp.max(spectra), axis=-1)


def tubal_rank(
    T: Float[Array, "m n *k"],
    transform: AbstractTransform = Fourier(),
    tolerance: ScalarLike = 1e-2,
) -> IntScalar:
    """Number of non-zero singular tubes, the largest rank of a slice.

    Args:
        T: the tensor.
        transform: transform of the tubes.
        tolerance: what counts as zero, relative to the largest of all slices.
    """
    return jnp.max(multirank(T, transform, tolerance))


def average_rank(
    T: Float[Array, "m n *k"],
    transform: AbstractTransform = Fourier(),
    tolerance: ScalarLike = 1e-2,
) -> RealScalar:
    """Mean rank of a slice, rank(T̄) / k; at most the tubal rank [lu2020].

    Args:
        T: the tensor.
        transform: transform of the tubes.
        tolerance: what counts as zero, relative to the largest of all slices.
    """
    return jnp.mean(multirank(T, transform, tolerance).astype(T.dtype))


def tensor_spectral_norm(
    T: Float[Array, "m n *k"], transform: AbstractTransform = Fourier()
) -> RealScalar:
    """Tensor spectral norm ‖T‖ = ‖T̄‖₂, that of X ↦ T * X in Frobenius norms.

    Raises:
        ValueError: if the transform is no multiple of a unitary one.
    """
    refuse_unless_unitary("tensor_spectral_norm", transform, tube_lengths(T))
    return jnp.max(slice_singular_values(T, transform))


def tensor_nuclear_norm(
    T: Float[Array, "m n *k"],
    transform: AbstractTransform = Fourier(),
    *,
    kind: Literal["sum", "mean"],
) -> RealScalar:
    """Tensor nuclear norm, in one of the two conventions in use.

    Args:
        T: Tensor of order 3 or higher.
        transform: Transform of the tubes.
        kind: "sum" for ‖T̄‖_*, of [karnik2025]; "mean" for (1/c) ‖T̄‖_*, of [lu2020], the dual of
            `tensor_spectral_norm`: for `Fourier` the mean over the k slices. With orthogonal
            transforms c = 1, and they are one.

    Raises:
        ValueError: if the transform is no multiple of a unitary one, or the kind is not known.
    """
    factor = refuse_unless_unitary("tensor_nuclear_norm", transform, tube_lengths(T))
    if kind not in ("sum", "mean"):
        raise ValueError(f"tensor_nuclear_norm: kind must be 'sum' or 'mean', got {kind!r}")
    total = jnp.sum(slice_singular_values(T, transform))
    return total if kind == "sum" else total / factor


def tubal_condition_number(
    T: Float[Array, "m n *k"], transform: AbstractTransform = Fourier()
) -> RealScalar:
    """Condition number κ(T) = σ_1(T̄) / σ_dk(T̄), d = min(m, n) [karnik2025]; ∞ where σ_dk = 0.

    Raises:
        ValueError: if the transform is no multiple of a unitary one.
    """
    refuse_unless_unitary("tubal_condition_number", transform, tube_lengths(T))
    spectra = slice_singular_values(T, transform)
    return jnp.max(spectra) / jnp.min(spectra)


def tubal_principal_angles(
    U: Float[Array, "m r *k"],
    V: Float[Array, "m q *k"],
    transform: AbstractTransform = Fourier(),
) -> Float[Array, "*k d"]:
    """Principal angles in [0, π/2] of each slice, ascending, between the spans of U and V.

    The sine of the largest is the distance ‖V_⊥ᵀ * U‖ of [karnik2025], where U and V are equally
    wide. Angles of every size keep full precision [bjorck1973]. U and V need linearly independent
    lateral slices, not orthonormal ones.

    Args:
        U: lateral slices that span one space.
        V: those that span the other.
        transform: a multiple of a unitary transform.

    Raises:
        ValueError: if U and V differ in height or tubes, if one is wider than high, or if the
            transform is no multiple of a unitary one.
    """
    tubes = tube_lengths(U)
    refuse_unless_unitary("tubal_principal_angles", transform, tubes)
    if U.shape[0] != V.shape[0] or tube_lengths(V) != tubes or max(U.shape[1], V.shape[1]) > len(U):
        raise ValueError(
            f"tubal_principal_angles: shapes {U.shape} and {V.shape} need one height, tubes of the "
            "same lengths, and no more columns than rows"
        )
    narrow, wide = (U, V) if U.shape[1] <= V.shape[1] else (V, U)
    classes = transform.classes(tubes)
    parts = zip(*(apart(transform.forward(T), classes) for T in (narrow, wide)), strict=True)
    angles = sequential_map(lambda pair: _angles(*pair), list(parts))
    return jnp.concatenate(angles)[classes.every]


def _angles(narrow: Inexact[Array, "s m r"], wide: Inexact[Array, "s m q"]) -> Float[Array, "s r"]:
    """Arctangent of sine over cosine: each is accurate where the other is not."""
    P, Q = sequential_map(lambda slices: jnp.linalg.qr(slices)[0], [narrow, wide])
    overlap = jnp.conj(Q).mT @ P
    cosines, sines = sequential_map(
        lambda slices: jnp.linalg.svd(slices, compute_uv=False), [overlap, P - Q @ overlap]
    )
    return jnp.arctan2(sines[:, ::-1], cosines)
