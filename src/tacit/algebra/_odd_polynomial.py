"""Odd activations as polynomials of a matrix, evaluated by products alone."""

from functools import lru_cache
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import scipy.fft
from numpy.polynomial import Polynomial
from numpy.polynomial.chebyshev import cheb2poly

from tacit._typing import Any, Array, Float, Sequence
from tacit.algebra.activations import Activation

Symmetric = Float[Array, "..."]
_HIGHEST = 40
"""Terms beyond which a decomposition is the better road."""


class OddPolynomial(NamedTuple):
    """p(s) = s Σ_k c_k z^k ≈ γ(s) on 0 ≤ s ≤ bound, in z = 2 (s/bound)² − 1.

    About the middle of the range the coefficients do not grow, as those of powers of s would.
    `error` and `slope_error` are the largest |p − γ| and |p' − γ'| there.
    """

    coefficients: tuple[float, ...]
    bound: float
    error: float
    slope_error: float

    @property
    def degree(self) -> int:
        """Degree of p in s."""
        return 2 * len(self.coefficients) - 1

    @property
    def block(self) -> int:
        """Powers of Z formed in Paterson and Stockmeyer's scheme, for the fewest products."""
        return min(range(1, len(self.coefficients) + 1), key=lambda size: sum(self.products(size)))

    def products(self, block: int) -> tuple[int, int]:
        """Matrix products of a value, and of a derivative beside it."""
        steps = len(self.starts(block)) - 1
        return block + steps + 1, 1 + min(1, block - 1) + 2 * max(0, block - 2) + 2 * steps + 2

    def starts(self, block: int) -> range:
        """First term of each block; the last block holds one term more than the others."""
        return range(0, max(1, len(self.coefficients) - 1), block)


@lru_cache(maxsize=64)
def is_odd(gamma: Activation) -> bool:
    """Whether γ(−s) = −γ(s) to rounding, at points from 10⁻³ to 10³."""
    with jax.ensure_compile_time_eval(), jax.enable_x64():
        s = jnp.asarray(np.logspace(-3, 3, 61))
        values, mirrored = (np.asarray(jax.vmap(gamma)(point)) for point in (s, -s))
    return bool(np.all(np.abs(values + mirrored) <= 1e-14 * np.abs(values)))


@lru_cache(maxsize=64)
def odd_polynomial(gamma: Activation, bound: float, dtype: Any) -> OddPolynomial | None:
    """The shortest polynomial as exact as the type; none if γ is not odd or takes too many terms.

    The value is to 8 eps, the slope to 8 eps^¾, relative to the largest of either. Rounding counts:
    there is none either where terms cancel so far that s Σ |c_k| eps is more. Derivatives of the
    map are exactly those of p.
    """
    if not is_odd(gamma):
        return None
    angles = np.pi * (np.arange(256) + 0.5) / 256
    z = np.cos(angles)
    s = bound * np.sqrt((1 + z) / 2)
    with jax.ensure_compile_time_eval(), jax.enable_x64():
        points = jnp.asarray(s)
        exact = np.asarray(jax.vmap(gamma)(points))
        slope = np.asarray(jax.vmap(jax.grad(gamma))(points))
    # Chebyshev coefficients of γ(s)/s in z, by its discrete cosine transform.
    chebyshev = np.asarray(scipy.fft.dct(exact / s)) / 256
    chebyshev[0] /= 2
    eps = float(jnp.finfo(dtype).eps)
    largest = max(np.max(np.abs(exact)), np.max(np.abs(slope)))
    for terms in range(1, _HIGHEST + 1):
        q = Polynomial(cheb2poly(chebyshev[:terms]))
        p, dp = s * q(z), q(z) + 2 * (1 + z) * q.deriv()(z)
        error, slope_error = np.max(np.abs(p - exact)), np.max(np.abs(dp - slope))
        if error <= 8 * eps * largest and slope_error <= 8 * eps**0.75 * largest:
            # Large terms that cancel lose digits, however well their exact sum fits; and more of
            # them would only be larger.
            if bound * np.sum(np.abs(q.coef)) > 8 * largest:
                return None
            coefficients = tuple(q.coef.tolist())
            return OddPolynomial(coefficients, bound, float(error), float(slope_error))
    return None


class Stages(NamedTuple):
    """What value and derivatives share: Z, Z², …, Z^block, and the partial sums of Horner's rule.

    The last sum is Σ_k c_k Z^k.
    """

    powers: Sequence[Symmetric]
    sums: Sequence[Symmetric]


def stages(polynomial: OddPolynomial, X: Float[Array, "*batch m d"]) -> Stages:
    """Z = 2 XᵀX/bound² − 1, its powers, and sums of them."""
    scaled = X * (2**0.5 / polynomial.bound)
    powers = [_laid_out(_transposed(scaled)) @ scaled - _identity(X)]
    while len(powers) < polynomial.block:
        powers.append(powers[-1] @ powers[0])
    *lower, top = _blocks(polynomial, (_identity(X), *powers))
    sums = [top]
    for part in reversed(lower):
        sums.append(sums[-1] @ powers[-1] + part)
    return Stages(tuple(powers), tuple(sums))


def largest_value_bound(polynomial: OddPolynomial, found: Stages) -> Float[Array, "*batch"]:
    """Upper bound b ‖G²‖_F^{1/4} of ‖X‖₂, G = (Z + 1)/2 = XᵀX/b²; at most d^{1/8} times it."""
    Z = found.powers[0]
    square = found.powers[1] if polynomial.block > 1 else Z @ Z
    square = (square + 2 * Z + _identity(Z)) / 4
    return polynomial.bound * jnp.sum(square**2, axis=(-2, -1)) ** 0.125


def evaluate(X: Float[Array, "*batch m d"], found: Stages) -> Float[Array, "*batch m d"]:
    """p(X) = X Σ_k c_k Z^k."""
    return X @ found.sums[-1]


def derivative(
    polynomial: OddPolynomial,
    X: Float[Array, "*batch m d"],
    found: Stages,
    H: Float[Array, "*batch m d"],
) -> Float[Array, "*batch m d"]:
    """Directional derivative Dp(X)[H]. It is self-adjoint in H, so that it is the VJP as well."""
    powers = found.powers
    product = _laid_out(_transposed(X)) @ H * (2 / polynomial.bound**2)
    turns = [product + _transposed(product)]
    if len(powers) > 1:
        product = turns[0] @ powers[0]
        turns.append(product + _transposed(product))
    for below in powers[1:-1]:
        turns.append(turns[-1] @ powers[0] + below @ turns[0])
    *lower, turned = _blocks(polynomial, (jnp.zeros_like(powers[0]), *turns))
    for below, part in zip(found.sums, reversed(lower), strict=False):
        turned = turned @ powers[-1] + below @ turns[-1] + part
    return H @ found.sums[-1] + X @ turned


def _blocks(polynomial: OddPolynomial, powers: Sequence[Symmetric]) -> list[Symmetric]:
    """Σ_k c_k Z^k cut into blocks of powers of Z, lowest first; `powers` begins with Z⁰."""
    starts = polynomial.starts(polynomial.block)
    ends = (*starts[1:], len(polynomial.coefficients))
    blocks = []
    for start, end in zip(starts, ends, strict=True):
        total = jnp.zeros_like(powers[0])
        for c, power in zip(polynomial.coefficients[start:end], powers, strict=False):
            total = total + c * power
        blocks.append(total)
    return blocks


def _identity(X: Float[Array, "*batch m d"]) -> Symmetric:
    d = X.shape[-1]
    return jnp.broadcast_to(jnp.eye(d, dtype=X.dtype), (*X.shape[:-2], d, d))


def _laid_out(X: Array) -> Array:
    """The same array, written out: XLA would fold a transposition into a slower product."""
    return jax.lax.optimization_barrier(X)


def _transposed(X: Array) -> Array:
    return jnp.swapaxes(X, -1, -2)
