"""Functions of the singular values of X(θ)."""

import equinox as eqx

from tacit._typing import Array, Callable, ScalarLike, Spectrum
from tacit.algebra import spectrum as read
from tacit.models import AbstractFactorisation, AbstractThinFactorisation
from tacit.observers._base import Observer
from tacit.problems import Problem


def _spectrum(model: AbstractFactorisation) -> Spectrum:
    """Singular values of X; of a thin model only those that its width allows to be non-zero."""
    if isinstance(model, AbstractThinFactorisation):
        return model.factored().singular_values()
    X = model()
    if X.ndim != 2:
        raise ValueError(
            f"singular values are those of a matrix, and X has shape {X.shape}; "
            "of a tensor see tacit.algebra.slice_singular_values"
        )
    return read.singular_values(X)


class _OfSpectrum(eqx.Module):
    function: Callable[[Spectrum], Array] = eqx.field(static=True)

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Array:
        del t, problem
        return self.function(_spectrum(model))


class _Top(eqx.Module):
    count: int = eqx.field(static=True)

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Spectrum:
        del t, problem
        return _spectrum(model)[: self.count]


class _Schatten(eqx.Module):
    order: float | int = eqx.field(static=True)

    def __call__(self, t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> Array:
        del t, problem
        return read.schatten_norm(_spectrum(model), self.order)


def top_singular_values(count: int) -> Observer:
    """The `count` largest singular values of X."""
    return Observer(_Top(count), "singular_values", "singular values σᵢ(X)", ("index",))


def schatten_norm(order: float | int) -> Observer:
    """Schatten quasi-norm of order `order` > 0 [arora2019 tracks 2/L]."""
    return Observer(_Schatten(order), f"schatten_{order:.3g}", f"Schatten-{order:.3g} norm")


singular_values = Observer(
    _OfSpectrum(lambda spectrum: spectrum), "singular_values", "singular values σᵢ(X)", ("index",)
)
nuclear_norm = Observer(_OfSpectrum(read.nuclear_norm), "nuclear_norm", "nuclear norm ‖X‖_*")
effective_rank = Observer(
    _OfSpectrum(read.effective_rank), "effective_rank", "effective rank (entropy)"
)
nuclear_rank = Observer(_OfSpectrum(read.nuclear_rank), "nuclear_rank", "nuclear rank ‖X‖_* / ‖X‖₂")
stable_rank = Observer(_OfSpectrum(read.stable_rank), "stable_rank", "stable rank ‖X‖_F² / ‖X‖₂²")
