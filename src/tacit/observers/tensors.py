"""What is read off a tensor of any order: its unfoldings, and the components of its factors."""

from itertools import pairwise

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Array, Float, RealScalar, ScalarLike, Spectrum
from tacit.algebra import Tree, spectrum
from tacit.models import CP, AbstractFactorisation, HierarchicalTucker
from tacit.observers._base import Law, Observer
from tacit.problems import Problem


def _unfolded_spectra(model: AbstractFactorisation) -> list[Spectrum]:
    """Singular values of each unfolding X_(n), of n_n rows."""
    X = model()
    fronts = (jnp.moveaxis(X, mode, 0) for mode in range(X.ndim))
    return [spectrum.singular_values(front.reshape(len(front), -1)) for front in fronts]


def _effective_ranks(
    t: ScalarLike, model: AbstractFactorisation, problem: Problem
) -> Float[Array, " N"]:
    del t, problem
    return jnp.stack([spectrum.effective_rank(found) for found in _unfolded_spectra(model)])


def _nuclear_norm(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t, problem
    return jnp.stack([spectrum.nuclear_norm(found) for found in _unfolded_spectra(model)]).mean()


class _Ranks(eqx.Module):
    tolerance: float | int = eqx.field(static=True)

    def __call__(
        self, t: ScalarLike, model: AbstractFactorisation, problem: Problem
    ) -> Float[Array, " N"]:
        del t, problem
        spectra = _unfolded_spectra(model)
        return jnp.stack(
            [jnp.sum(found > self.tolerance * found[0]).astype(found.dtype) for found in spectra]
        )


class _ComponentNorms(eqx.Module):
    count: int = eqx.field(static=True)

    def __call__(
        self, t: ScalarLike, model: AbstractFactorisation, problem: Problem
    ) -> Float[Array, " q"]:
        del t, problem
        if not isinstance(model, CP):
            raise ValueError(f"component norms are those of a CP, not {type(model).__name__}")
        return jnp.sort(model.component_norms())[::-1][: self.count]


class _LocalComponentNorms(eqx.Module):
    node: tuple[Tree, ...] = eqx.field(static=True)
    count: int = eqx.field(static=True)

    def __call__(
        self, t: ScalarLike, model: AbstractFactorisation, problem: Problem
    ) -> Float[Array, " q"]:
        del t, problem
        if not isinstance(model, HierarchicalTucker):
            raise ValueError(
                "local component norms are those of a HierarchicalTucker, not "
                f"{type(model).__name__}"
            )
        return jnp.sort(model.local_component_norms(self.node))[::-1][: self.count]


def _component_balance(model: AbstractFactorisation) -> tuple[Array, ...]:
    """‖w_rⁿ‖² − ‖w_rᵐ‖² of neighbouring modes' first layers, and the balance within each mode."""
    if not isinstance(model, CP):
        raise ValueError(f"component balance is that of a CP, not {type(model).__name__}")
    squares = [jnp.sum(chain[0] ** 2, axis=0) for chain in model.layers]
    between = [after - before for before, after in pairwise(squares)]
    within = [
        upper.T @ upper - lower @ lower.T
        for chain in model.layers
        for lower, upper in pairwise(chain)
    ]
    return (*between, *within)


def component_norms(count: int) -> Observer:
    """The `count` largest norms σ_r = Π_n ‖u_rⁿ‖ of the components of a `CP` [razin2021]."""
    return Observer(_ComponentNorms(count), "component_norms", "component norms σᵣ", ("component",))


def local_component_norms(node: tuple[Tree, ...], count: int) -> Observer:
    """The `count` largest local component norms at a node of a tree [razin2022].

    Args:
        node: of the tree of a `HierarchicalTucker`, such as `(0, 1)`.
        count: how many.
    """
    return Observer(
        _LocalComponentNorms(node, count),
        "local_component_norms",
        f"local component norms at {node}",
        ("component",),
    )


def unfolding_ranks(tolerance: float | int = 0.1) -> Observer:
    """Numerical rank of each unfolding: singular values above `tolerance` of its largest.

    They are the norms of the slices of the core of the higher-order SVD [kolda2009].
    """
    return Observer(_Ranks(tolerance), "unfolding_ranks", "rank of each unfolding", ("mode",))


component_balance = Law(
    _component_balance, "component_balance", "drift of the balance of the components"
)
"""‖u_rⁿ‖² − ‖u_rᵐ‖² of a `CP`, and W_{k+1}ᵀ W_{k+1} − W_k W_kᵀ of its layers where it is deep."""
unfolding_effective_ranks = Observer(
    _effective_ranks, "unfolding_effective_ranks", "effective rank of each unfolding", ("mode",)
)
unfolding_nuclear_norm = Observer(
    _nuclear_norm, "unfolding_nuclear_norm", "mean nuclear norm of the unfoldings"
)
