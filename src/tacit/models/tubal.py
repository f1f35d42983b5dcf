"""Factorisations of a tensor by the t-product."""

import math

import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, PRNGKey, ScalarLike
from tacit.algebra import AbstractTransform, Fourier, t_outer
from tacit.algebra.transforms import Tubes, refuse_unless_unitary
from tacit.models._base import AbstractFactorisation
from tacit.models.initialisers import Shapes, gaussian_deviation


class SymmetricTubal(AbstractFactorisation):
    """X = U * Uᵀ with U of shape n × R × k [karnik2025]; t-positive semidefinite targets only.

    Every slice of X is Hermitian positive semidefinite, and descent sees only the tubal-symmetric
    part of the measurements; `Tubal` takes general data.
    """

    factor: Float[Array, "n r *k"]
    transform: AbstractTransform = Fourier()

    def __call__(self) -> Float[Array, "n n *k"]:
        """The product U * Uᵀ."""
        return t_outer(self.factor, self.factor, self.transform)

    @classmethod
    def initialise(
        cls,
        side: int,
        tubes: Tubes,
        *,
        init_scale: ScalarLike,
        width: int | None = None,
        transform: AbstractTransform = Fourier(),
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "SymmetricTubal":
        """Draw normal entries: slices of U have singular values of mean square `init_scale`.

        The mean trace of a slice of X is init_scale · min(n, R). The deviation α/√R of [karnik2025]
        is init_scale = α² c n / min(n, R), with c = k for `Fourier`. `width` R defaults to n.

        Raises:
            ValueError: if `init_scale` or the width is not positive, or the transform is no
                multiple of a unitary one.
        """
        width = side if width is None else width
        refuse_start("SymmetricTubal", init_scale, (width,))
        root = jnp.sqrt(jnp.asarray(init_scale, dtype))
        (factor,) = gaussian_chain([(side, width)], tubes, root, transform, dtype, key=key)
        return cls(factor, transform)


class Tubal(AbstractFactorisation):
    """X = U * Vᵀ with U of shape m × R × k and V of shape n × R × k."""

    left: Float[Array, "m r *k"]
    right: Float[Array, "n r *k"]
    transform: AbstractTransform = Fourier()

    def __call__(self) -> Float[Array, "m n *k"]:
        """The product U * Vᵀ."""
        return t_outer(self.left, self.right, self.transform)

    @classmethod
    def initialise(
        cls,
        shape: tuple[int, ...],
        *,
        init_scale: ScalarLike,
        width: int | None = None,
        transform: AbstractTransform = Fourier(),
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "Tubal":
        """Draw a start of the given end-to-end scale, as `DeepTubal.initialise` of depth 2.

        Raises:
            ValueError: if `init_scale` or the width is not positive, or the transform is no
                multiple of a unitary one.
        """
        m, n, *tubes = shape
        width = min(m, n) if width is None else width
        refuse_start("Tubal", init_scale, (width,))
        shapes = [(width, n), (m, width)]
        right, left = gaussian_chain(shapes, tuple(tubes), init_scale, transform, dtype, key=key)
        return cls(left, jnp.swapaxes(right, 0, 1), transform)


def gaussian_chain(
    shapes: Shapes,
    tubes: Tubes,
    init_scale: ScalarLike,
    transform: AbstractTransform,
    dtype: Any,
    *,
    key: PRNGKey,
) -> tuple[Float[Array, "_ _ *k"], ...]:
    """Independent normal entries, whose slices are those of `gaussian` with the given scale.

    The transform makes slice entries of variance c s² from entries of variance s².

    Args:
        shapes: of W_1, …, W_L, without the tubes.
        tubes: lengths of the tube modes.
        init_scale: root mean square of the slice singular values of X, in the mean.
        transform: a multiple of a unitary transform.
        dtype: floating-point type.
        key: JAX random key.
    """
    factor = refuse_unless_unitary("the scale of a start", transform, tubes)
    deviation = gaussian_deviation(shapes, init_scale, dtype) / math.sqrt(factor)
    keys = jax.random.split(key, len(shapes))
    return tuple(
        deviation * jax.random.normal(k, (*shape, *tubes), dtype)
        for k, shape in zip(keys, shapes, strict=True)
    )


def refuse_start(name: str, init_scale: ScalarLike, widths: tuple[int, ...]) -> None:
    """Refuse a start that is empty or never moves.

    Args:
        name: of the model, for the message.
        init_scale: size of the start; passed if it is traced.
        widths: inner widths.

    Raises:
        ValueError: if `init_scale`, or a width, is not positive.
    """
    if isinstance(init_scale, int | float) and not init_scale > 0:
        raise ValueError(f"{name}: init_scale must be positive, got {init_scale}; zero never moves")
    if any(width < 1 for width in widths):
        raise ValueError(f"{name}: widths must be at least 1, got {widths}")
