"""Functions of the singular values of a matrix, with exact derivatives everywhere."""

from typing import Literal, get_args

import jax
import jax.numpy as jnp
from jax.core import ShapedArray
from jax.extend.core import Primitive
from jax.interpreters import ad, batching, mlir

from tacit._jit import jit
from tacit._typing import Any, Array, Float, Sequence
from tacit.algebra._odd_polynomial import is_odd, odd_polynomial
from tacit.algebra._spectral_roads import AbstractRoad, ByGram, ByProducts, BySvd
from tacit.algebra.activations import Activation

Method = Literal["auto", "svd", "gram", "products"]
BOUND = 1.8
"""Largest singular value up to which `products` has its polynomial."""
LARGEST_DOUBLE = 48
"""Smaller side beyond which, in float64, the many products cost more than the SVD."""


def spectral_map(
    gamma: Activation, X: Float[Array, "*batch m n"], method: Method = "auto"
) -> Float[Array, "*batch m n"]:
    """Γ(X) = U γ(S) Vᵀ for the thin SVD X = U S Vᵀ, matrix by matrix [chu2024].

    Derivatives are closed forms, never those of an SVD: finite and exact at repeated, zero and
    nearly equal singular values, to second order, forward and reverse in any nesting.

    Args:
        gamma: smooth function of one number s ≥ 0, such as those of `tacit.algebra.activations`; it
            is taken to vary on a scale of about one, unless `variation_scale` of that module has
            another for its type, and must be hashable.
        X: one matrix, or many along leading axes.
        method: `svd` serves any γ. `gram`, the eigenvectors of the smaller of XᵀX and XXᵀ, serves
            odd γ with an error of order eps (1 + ‖X‖₂²). `products`, an odd polynomial by products
            alone, serves γ that one of few terms matches to rounding on ‖X‖₂ ≤ 1.8, as
            `odd_polynomial` tells: where a bound of ‖X‖₂ says that every matrix is so small, and
            else, in the same program, the SVD. `auto` is `products` where γ allows it and the SVD
            is not quicker, else `svd`.

    Where γ(0) ≠ 0 the map jumps at matrices of deficient rank: the value there is that of the thin
    SVD that LAPACK returns, and the derivative, of order γ(0)/s, is finite and no more.

    Raises:
        ValueError: if X is complex or has fewer than two axes, the method is none of these, or γ
            does not suit it.
        NotImplementedError: for a derivative of third order.
    """
    if X.ndim < 2:
        raise ValueError(f"spectral_map: X has shape {X.shape}; it needs at least two axes")
    if jnp.iscomplexobj(X):
        raise ValueError("spectral_map: X is complex; the map and its derivatives are real")
    if X.shape[-2] < X.shape[-1]:
        return _transposed(spectral_map(gamma, _transposed(X), method))
    road = _road(gamma, method, X)
    shared = road.prepare(jax.lax.stop_gradient(X))
    return _bind(X, *shared, gamma=gamma, road=road, order=0)


def _road(gamma: Activation, method: str, X: Array) -> AbstractRoad:
    if method not in get_args(Method):
        raise ValueError(
            f"spectral_map: method must be one of {', '.join(get_args(Method))}, got {method!r}"
        )
    if method == "svd":
        return BySvd()
    if method == "gram":
        if not is_odd(gamma):
            raise ValueError(
                "spectral_map: method 'gram' needs an odd γ, γ(−s) = −γ(s); use method 'svd'"
            )
        return ByGram()
    if method == "auto" and X.dtype.itemsize > 4 and X.shape[-1] > LARGEST_DOUBLE:
        return BySvd()
    polynomial = odd_polynomial(gamma, BOUND, jnp.dtype(X.dtype))
    if polynomial is not None:
        return ByProducts(polynomial)
    if method == "auto":
        return BySvd()
    raise ValueError(
        "spectral_map: method 'products' needs an odd γ that a short polynomial matches on "
        f"0 ≤ s ≤ {BOUND:g}; use method 'auto' or 'svd'"
    )


# D^k Γ(X)[H_1, …, H_k] is one primitive, of X, what its road has prepared, and H_1, …, H_k. It is
# the (k+1)-th derivative of a scalar function, hence symmetric in H_1, …, H_k and the cotangent:
# its derivative in X has one direction more, its transpose in H_i is itself with the cotangent in
# the place of H_i. A custom_jvp whose rule were itself custom would be inlined by reverse mode, and
# differentiated through the decomposition.
_spectral_derivative = Primitive("spectral_derivative")


def _bind(*operands: Array, gamma: Activation, road: AbstractRoad, order: int) -> Array:
    return _spectral_derivative.bind(*operands, gamma=gamma, road=road, order=order)


def _compute(*operands: Array, gamma: Activation, road: AbstractRoad, order: int) -> Array:
    X, *shared = operands[: len(operands) - order]
    directions = operands[len(operands) - order :]
    formula = (road.value, road.first, road.second)[order]
    return formula(gamma, X, tuple(shared), *directions)


def _jvp(primals: Sequence[Any], tangents: Sequence[Any], **params: Any) -> tuple[Any, Any]:
    order = params["order"]
    directions = len(primals) - order
    terms = []
    if not isinstance(tangents[0], ad.Zero):
        if order == 2:
            raise NotImplementedError("spectral_map has no derivatives of third order")
        terms.append(_bind(*primals, tangents[0], **{**params, "order": order + 1}))
    terms += [
        _bind(*primals[:at], tangents[at], *primals[at + 1 :], **params)
        for at in range(directions, len(primals))
        if not isinstance(tangents[at], ad.Zero)
    ]
    value = _bind(*primals, **params)
    return value, sum(terms[1:], terms[0]) if terms else ad.Zero(
        ShapedArray(value.shape, value.dtype)
    )


def _transpose(cotangent: Any, *operands: Any, **params: Any) -> list[Any]:
    images: list[Any] = [None] * len(operands)
    (at,) = (place for place, given in enumerate(operands) if ad.is_undefined_primal(given))
    images[at] = (
        ad.Zero(operands[at].aval)
        if isinstance(cotangent, ad.Zero)
        else _bind(*operands[:at], cotangent, *operands[at + 1 :], **params)
    )
    return images


def _batched(operands: Sequence[Any], axes: Sequence[Any], **params: Any) -> tuple[Any, int]:
    size = next(
        operand.shape[axis]
        for operand, axis in zip(operands, axes, strict=True)
        if axis is not None
    )
    # A lone truth value stands for the whole batch; all else has one for each.
    spread = (
        operand if jnp.ndim(operand) == 0 else batching.bdim_at_front(operand, axis, size)
        for operand, axis in zip(operands, axes, strict=True)
    )
    return _bind(*spread, **params), 0


_spectral_derivative.def_impl(jit(_compute))
_spectral_derivative.def_abstract_eval(lambda X, *_, **__: ShapedArray(X.shape, X.dtype))
mlir.register_lowering(_spectral_derivative, mlir.lower_fun(_compute, multiple_results=False))
ad.primitive_jvps[_spectral_derivative] = _jvp
ad.primitive_transposes[_spectral_derivative] = _transpose
batching.primitive_batchers[_spectral_derivative] = _batched


def _transposed(X: Array) -> Array:
    return jnp.swapaxes(X, -1, -2)
