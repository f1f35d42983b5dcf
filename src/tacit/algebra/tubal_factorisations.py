"""Factorisations of tubal tensors, slice by slice in one batch: t-SVD, t-QR, pseudo-inverse.

They are not to be differentiated. Slices that are real are factorised as real ones, the rest by one
of each conjugate pair, so that the factors are real tensors for every transform and order.
"""

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Array, Float, Inexact, RealScalar, ScalarLike, Sequence
from tacit.algebra.sequential_map import sequential_map
from tacit.algebra.spectrum import shrink_singular_values
from tacit.algebra.transforms import (
    AbstractTransform,
    Fourier,
    apart,
    refuse_unless_unitary,
    together,
    tube_lengths,
)
from tacit.algebra.tubal import slice_products


class TubalSVD(eqx.Module):
    """The t-SVD T = U * S * Vᵀ in economy size, d = min(m, n) or the rank kept [kilmer2011].

    Uᵀ * U = Vᵀ * V = I; S has the singular tubes on its diagonal and is zero elsewhere.
    """

    U: Float[Array, "m d *k"]
    tubes: Float[Array, "d *k"]
    V: Float[Array, "n d *k"]
    transform: AbstractTransform

    @property
    def S(self) -> Float[Array, "d d *k"]:
        """The f-diagonal tensor of the singular tubes."""
        side, *lengths = self.tubes.shape
        eye = jnp.eye(side, dtype=self.tubes.dtype).reshape(side, side, *(1 for _ in lengths))
        return eye * self.tubes[:, None]

    def dense(self) -> Float[Array, "m n *k"]:
        """The product U * S * Vᵀ."""
        U, S, V = map(self.transform.forward, (self.U, self.tubes[:, None], self.V))
        slices = slice_products(U * S.mT, jnp.conj(V).mT)
        return self.transform.inverse(slices, tube_lengths(self.U))


def t_svd(
    T: Float[Array, "m n *k"],
    transform: AbstractTransform = Fourier(),
    *,
    rank: int | None = None,
    threshold: ScalarLike | None = None,
) -> TubalSVD:
    """The t-SVD T = U * S * Vᵀ, whole or truncated.

    Truncated, it is the nearest tensor in Frobenius norm of that tubal rank, and of those slice
    ranks (Eckart–Young), so that it takes a transform with M Mᴴ = c I.

    Args:
        T: Tensor of order 3 or higher.
        transform: Transform of the tubes.
        rank: Number of singular tubes to keep.
        threshold: Slice singular values up to `threshold` times the largest of all become zero.

    Raises:
        ValueError: if the rank is not in 1..min(m, n), or a truncation is asked of a transform
            that is no multiple of a unitary one.
    """
    tubes, most = tube_lengths(T), min(T.shape[:2])
    if rank is not None or threshold is not None:
        refuse_unless_unitary("t_svd, truncated (Eckart–Young)", transform, tubes)
    if rank is not None and not 1 <= rank <= most:
        raise ValueError(f"t_svd: rank {rank} is not in 1..{most} for shape {T.shape}")
    classes = transform.classes(tubes)
    parts = sequential_map(_svd, apart(transform.forward(T), classes))
    if threshold is not None:
        cut = threshold * _largest([spectrum for _, spectrum, _ in parts])
        parts = [(U, jnp.where(s > cut, s, 0), V) for U, s, V in parts]
    U, S, V = (
        transform.inverse(together([factor[..., :rank] for factor in factors], classes), tubes)
        for factors in zip(*((U, s[:, None], V) for U, s, V in parts), strict=True)
    )
    return TubalSVD(U, S[0], V, transform)


def t_qr(
    T: Float[Array, "m n *k"], transform: AbstractTransform = Fourier()
) -> tuple[Float[Array, "m d *k"], Float[Array, "d n *k"]]:
    """The economy t-QR T = Q * R, d = min(m, n): Qᵀ * Q = I, slices of R upper triangular."""
    tubes = tube_lengths(T)
    classes = transform.classes(tubes)
    parts = sequential_map(jnp.linalg.qr, apart(transform.forward(T), classes))
    Q, R = (
        transform.inverse(together(factors, classes), tubes) for factors in zip(*parts, strict=True)
    )
    return Q, R


def t_eigh(
    T: Float[Array, "n n *k"], transform: AbstractTransform = Fourier(), *, rank: int | None = None
) -> tuple[Float[Array, "d *k"], Float[Array, "n d *k"]]:
    """Eigentubes λ_i and V of the tubal-symmetric part of T, T = V * diag(λ) * Vᵀ, Vᵀ * V = I.

    In every slice eigenvalues descend, algebraically: the first `rank` are the largest, not those
    of largest modulus, which singular vectors belong to.

    Args:
        T: a tensor of square slices; only its symmetric part counts.
        transform: transform of the tubes.
        rank: number d of eigentubes, n by default.

    Raises:
        ValueError: if T is not square.
    """
    tubes = tube_lengths(T)
    if T.shape[0] != T.shape[1]:
        raise ValueError(f"t_eigh: shape {T.shape} is not square; t_svd takes any")
    classes = transform.classes(tubes)
    parts = sequential_map(jnp.linalg.eigh, apart(transform.forward(T), classes))
    values, V = (
        transform.inverse(together([f[..., ::-1][..., :rank] for f in factors], classes), tubes)
        for factors in zip(*((values[:, None], V) for values, V in parts), strict=True)
    )
    return values[0], V


def t_pinv(
    T: Float[Array, "m n *k"],
    transform: AbstractTransform = Fourier(),
    tolerance: ScalarLike | None = None,
) -> Float[Array, "n m *k"]:
    """The pseudo-inverse T⁺ = V * S⁺ * Uᵀ, with the four laws of Penrose for tubal products.

    Args:
        T: Tensor of order 3 or higher.
        transform: Transform of the tubes.
        tolerance: Slice singular values up to `tolerance` times the largest of all count as zero;
            default max(m, n) roundings.
    """
    if tolerance is None:
        tolerance = max(T.shape[:2]) * float(jnp.finfo(T.dtype).eps)

    tubes = tube_lengths(T)
    classes = transform.classes(tubes)
    parts = sequential_map(_svd, apart(transform.forward(T), classes))
    cut = tolerance * _largest([spectrum for _, spectrum, _ in parts])
    products = []
    for U, spectrum, V in parts:
        kept = spectrum > cut
        inverted = jnp.where(kept, 1 / jnp.where(kept, spectrum, 1), 0)[:, None].astype(V.dtype)
        products.append((V * inverted) @ jnp.conj(U).mT)
    return transform.inverse(together(products, classes), tubes)


def shrink_slices(
    T: Float[Array, "m n *k"], threshold: ScalarLike, transform: AbstractTransform = Fourier()
) -> Float[Array, "m n *k"]:
    """U * (S̅ − τ)₊ * Vᵀ, all slice singular values lowered by τ [lu2020].

    It is the proximal map of τ times the tensor nuclear norm (1/c) ‖T̄‖_*, Lu's.

    Args:
        T: the tensor.
        threshold: τ ≥ 0, in units of slice singular values.
        transform: a multiple of a unitary transform.

    Raises:
        ValueError: if the transform is no multiple of a unitary one.
    """
    tubes = tube_lengths(T)
    refuse_unless_unitary("shrink_slices", transform, tubes)
    classes = transform.classes(tubes)
    parts = apart(transform.forward(T), classes)
    shrunk = sequential_map(lambda part: shrink_singular_values(part, threshold), parts)
    return transform.inverse(together(shrunk, classes), tubes)


def _svd(
    slices: Inexact[Array, "s m n"],
) -> tuple[Inexact[Array, "s m d"], Float[Array, "s d"], Inexact[Array, "s n d"]]:
    U, spectrum, Vh = jnp.linalg.svd(slices, full_matrices=False)
    return U, spectrum, jnp.conj(Vh).mT


def _largest(spectra: Sequence[Float[Array, "_ d"]]) -> RealScalar:
    return jnp.max(jnp.concatenate(spectra))
