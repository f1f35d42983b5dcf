"""Ranks, norms and singular tubes of tubal tensors, X(θ) or the factor U of `SymmetricTubal`."""

from typing import Literal

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Array, Float, RealScalar, ScalarLike
from tacit.algebra import AbstractTransform, Fourier, singular_tubes
from tacit.algebra import tubal_spectrum as read
from tacit.algebra.transforms import tube_lengths
from tacit.algebra.tubal_factorisations import t_eigh
from tacit.models import AbstractFactorisation, SymmetricTubal
from tacit.observers._base import Observer
from tacit.problems import Problem


def tubal_rank(transform: AbstractTransform = Fourier(), tolerance: float | int = 1e-2) -> Observer:
    """Tubal rank of X, with slice singular values above `tolerance` times the largest."""
    return Observer(_Rank(transform, tolerance), "tubal_rank", "tubal rank of X")


def tensor_nuclear_norm(
    kind: Literal["sum", "mean"], transform: AbstractTransform = Fourier()
) -> Observer:
    """Tensor nuclear norm of X, "sum" for ‖X̄‖_* [karnik2025], "mean" for (1/c) ‖X̄‖_* [lu2020]."""
    label = "‖X̄‖_*" if kind == "sum" else "‖X̄‖_* / c"
    function, name = _NuclearNorm(transform, kind), f"tensor_nuclear_norm_{kind}"
    return Observer(function, name, f"tensor nuclear norm {label}")


def tube_error(
    truth: Float[Array, "n n *k"], rank: int, transform: AbstractTransform = Fourier()
) -> Observer:
    """Error ‖σ_r(U) − σ_r(X)‖₂ / ‖σ_r(X)‖₂ of the singular tube r of U, truth = X * Xᵀ.

    Tubes are compared as they are, not transformed [karnik2025].

    Args:
        truth: X * Xᵀ.
        rank: r, counted from 1.
        transform: by which singular tubes are found.

    Raises:
        ValueError: if the rank is not in 1..n.
    """
    refuse_bad_rank("tube_error", rank, len(truth))
    eigentubes, _ = t_eigh(truth, transform)
    tubes = tube_lengths(truth)
    slices = jnp.real(transform.forward(eigentubes[rank - 1 : rank, None]))
    tube = transform.inverse(jnp.sqrt(jnp.maximum(slices, 0)), tubes)[0, 0]
    return Observer(
        _TubeError(tube, rank), "tube_error", "singular-tube error ‖σ_r(U) − σ_r(X)‖ / ‖σ_r(X)‖"
    )


class _Rank(eqx.Module):
    transform: AbstractTransform
    tolerance: float | int = eqx.field(static=True)

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del t, problem
        X = model()
        return read.tubal_rank(X, self.transform, self.tolerance).astype(X.dtype)


class _NuclearNorm(eqx.Module):
    transform: AbstractTransform
    kind: Literal["sum", "mean"] = eqx.field(static=True)

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del t, problem
        return read.tensor_nuclear_norm(model(), self.transform, kind=self.kind)


class _TubeError(eqx.Module):
    tube: Float[Array, "*k"]
    rank: int = eqx.field(static=True)

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
        del t, problem
        model = symmetric("tube_error", model)
        tube = singular_tubes(model.factor, model.transform)[self.rank - 1]
        return jnp.linalg.norm((tube - self.tube).ravel()) / jnp.linalg.norm(self.tube.ravel())


def _factor_spectrum(
    t: ScalarLike, model: AbstractFactorisation, problem: Problem
) -> Float[Array, "s d"]:
    del t, problem
    model = symmetric("factor_spectrum", model)
    spectra = read.slice_singular_values(model.factor, model.transform)
    return spectra.reshape(-1, spectra.shape[-1])


factor_spectrum = Observer(
    _factor_spectrum, "factor_spectrum", "slice singular values of U", ("slice", "index")
)


def symmetric(name: str, model: AbstractFactorisation) -> SymmetricTubal:
    """The model, if it is a `SymmetricTubal`.

    Raises:
        ValueError: if it is not.
    """
    if not isinstance(model, SymmetricTubal):
        raise ValueError(f"{name} reads the factor U of SymmetricTubal, not {type(model).__name__}")
    return model


def refuse_bad_rank(name: str, rank: int, most: int) -> None:
    """Refuse a rank that is not in 1..most.

    Args:
        name: of the observer, for the message.
        rank: the rank asked for.
        most: the largest that makes sense.

    Raises:
        ValueError: if it is not.
    """
    if not 1 <= rank <= most:
        raise ValueError(f"{name}: rank {rank} is not in 1..{most}")
