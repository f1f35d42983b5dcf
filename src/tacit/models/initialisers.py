"""Initialisers of a chain of factors, with their scale in end-to-end units.

An initialiser draws W_1, …, W_L of given shapes. Its `init_scale` is the root mean square of the
singular values that X = W_L ⋯ W_1 can have, ‖X‖_F = init_scale · √q with q the narrowest width of
the chain: the same number means the same start for every depth, width and rectangular shape. It
holds exactly for `balanced`, `orthogonal` and `identity`, and in the mean of ‖X‖_F² for `gaussian`.
"""

import math
from typing import Protocol, runtime_checkable

import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, PRNGKey, RealScalar, ScalarLike, Sequence
from tacit.algebra import chain_product, orthogonal_frame

Shapes = Sequence[tuple[int, int]]
Factors = tuple[Float[Array, "_ _"], ...]


@runtime_checkable
class Initialiser(Protocol):
    """The signature that every initialiser has."""

    def __call__(
        self, shapes: Shapes, init_scale: ScalarLike, dtype: Any, *, key: PRNGKey
    ) -> Factors:
        """Draw factors of the given shapes, first factor first."""
        ...


def gaussian(shapes: Shapes, init_scale: ScalarLike, dtype: Any, *, key: PRNGKey) -> Factors:
    """Independent normal entries, one standard deviation s for all layers.

    s^{2L} = init_scale² q / (m · w_1 ⋯ w_{L−1} · n); for square layers of side n this is the
    s = init_scale^{1/L} n^{−1/2} of [arora2019].

    Args:
        shapes: of W_1, …, W_L.
        init_scale: root mean square of the singular values of X, in the mean.
        dtype: floating-point type.
        key: JAX random key.
    """
    deviation = gaussian_deviation(shapes, init_scale, dtype)
    keys = jax.random.split(key, len(shapes))
    return tuple(
        deviation * jax.random.normal(k, shape, dtype)
        for k, shape in zip(keys, shapes, strict=True)
    )


def balanced(shapes: Shapes, init_scale: ScalarLike, dtype: Any, *, key: PRNGKey) -> Factors:
    """Balanced factors of a Gaussian A = U S Vᵀ: W_1 = S^{1/L} Vᵀ, W_j = S^{1/L}, W_L = U S^{1/L}.

    Then W_{j+1}ᵀ W_{j+1} = W_j W_jᵀ at every layer, the condition of the end-to-end dynamics
    [arora2019]; gradient flow keeps it.

    Args:
        shapes: of W_1, …, W_L.
        init_scale: root mean square of the singular values of X.
        dtype: floating-point type.
        key: JAX random key.
    """
    depth, dimensions = len(shapes), _dimensions(shapes)
    narrowest = min(dimensions)
    A = jax.random.normal(key, (dimensions[-1], dimensions[0]), dtype)
    U, spectrum, Vt = jnp.linalg.svd(A, full_matrices=False)
    spectrum = spectrum[:narrowest]
    spectrum = jnp.asarray(init_scale, dtype) * spectrum / jnp.sqrt(jnp.mean(spectrum**2))
    root = spectrum ** (1 / depth)
    if depth == 1:
        return ((U[:, :narrowest] * root[None, :]) @ Vt[:narrowest],)
    factors = [jnp.zeros(shape, dtype) for shape in shapes]
    diagonal = jnp.arange(narrowest)
    factors[0] = factors[0].at[:narrowest].set(root[:, None] * Vt[:narrowest])
    factors[-1] = factors[-1].at[:, :narrowest].set(U[:, :narrowest] * root[None, :])
    factors[1:-1] = [factor.at[diagonal, diagonal].set(root) for factor in factors[1:-1]]
    return tuple(factors)


def orthogonal(shapes: Shapes, init_scale: ScalarLike, dtype: Any, *, key: PRNGKey) -> Factors:
    """A multiple of a Haar orthogonal frame in each layer, the product rescaled to `init_scale`.

    Args:
        shapes: of W_1, …, W_L.
        init_scale: root mean square of the singular values of X.
        dtype: floating-point type.
        key: JAX random key.
    """
    keys = jax.random.split(key, len(shapes))
    frames = [orthogonal_frame(shape, dtype, key=k) for k, shape in zip(keys, shapes, strict=True)]
    return _rescaled(frames, init_scale)


def identity(shapes: Shapes, init_scale: ScalarLike, dtype: Any, *, key: PRNGKey) -> Factors:
    """The same multiple of the (rectangular) identity in each layer; draws nothing [chou2024].

    Args:
        shapes: of W_1, …, W_L.
        init_scale: root mean square of the singular values of X.
        dtype: floating-point type.
        key: unused: all initialisers are called alike.
    """
    del key
    return _rescaled([jnp.eye(*shape, dtype=dtype) for shape in shapes], init_scale)


def _rescaled(factors: Sequence[Float[Array, "_ _"]], init_scale: ScalarLike) -> Factors:
    narrowest = min(min(factor.shape) for factor in factors)
    norm = jnp.linalg.norm(chain_product(factors)) / math.sqrt(narrowest)
    per_layer = (jnp.asarray(init_scale, norm.dtype) / norm) ** (1 / len(factors))
    return tuple(per_layer * factor for factor in factors)


def gaussian_deviation(shapes: Shapes, init_scale: ScalarLike, dtype: Any) -> RealScalar:
    """The deviation s of independent entries with which the chain has the given scale.

    Args:
        shapes: of W_1, …, W_L.
        init_scale: root mean square of the singular values of X, in the mean.
        dtype: floating-point type.
    """
    depth, dimensions = len(shapes), _dimensions(shapes)
    per_layer = (math.sqrt(min(dimensions)) / math.sqrt(math.prod(dimensions))) ** (1 / depth)
    return jnp.asarray(init_scale, dtype) ** (1 / depth) * per_layer


def _dimensions(shapes: Shapes) -> list[int]:
    """Sides (n, w_1, …, w_{L−1}, m) of a chain."""
    return [shapes[0][1], *(shape[0] for shape in shapes)]
