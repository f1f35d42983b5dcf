"""Normal starts of tensor factorisations, with their scale in end-to-end units."""

import math
from itertools import pairwise

import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, PRNGKey, ScalarLike, Sequence
from tacit.models.initialisers import Factors


def draw_arrays(
    shapes: Sequence[tuple[int, ...]],
    *,
    init_scale: ScalarLike,
    narrowest: int,
    squared_terms: int,
    dtype: Any,
    key: PRNGKey,
) -> tuple[Array, ...]:
    """Independent normal arrays of one deviation s, with ‖X‖_F² = init_scale² q in the mean.

    X is a sum of products of D entries, one from each array, and no two of the products share all
    of their entries. So the mean of ‖X‖_F² is u s^{2D}, u the number of products over all entries
    of X, and s = (init_scale² q / u)^{1/(2D)}.

    Args:
        shapes: of the D arrays.
        init_scale: root mean square of the singular values that an unfolding of X can have.
        narrowest: q, the narrowest side or width.
        squared_terms: u.
        dtype: floating-point type.
        key: JAX random key.
    """
    degree = len(shapes)
    # By logarithms: u may be larger than any float.
    unit = (math.log(narrowest) - math.log(squared_terms)) / (2 * degree)
    deviation = jnp.asarray(init_scale, dtype) ** (1 / degree) * math.exp(unit)
    keys = jax.random.split(key, degree)
    return tuple(
        deviation * jax.random.normal(k, shape, dtype)
        for k, shape in zip(keys, shapes, strict=True)
    )


def chain_shapes(side: int, width: int, depth: int) -> list[tuple[int, int]]:
    """Shapes of the layers of a mode, first layer first: square but for the last."""
    return [(width, width)] * (depth - 1) + [(side, width)]


def widths_of(name: str, widths: int | Sequence[int], count: int, of: str) -> tuple[int, ...]:
    """One width for each of `count` places, of which one for all may be given.

    Args:
        name: of the model.
        widths: as given.
        count: of the places.
        of: what they are.

    Raises:
        ValueError: if their number is another.
    """
    each = (int(widths),) * count if isinstance(widths, int | np.integer) else tuple(widths)
    if len(each) != count:
        raise ValueError(f"{name}: widths {each} given for {count} {of}; give one each")
    return each


def refuse_tensor_start(
    name: str, shape: tuple[int, ...], init_scale: ScalarLike, depth: int, widths: Sequence[int]
) -> None:
    """Raise for what cannot be drawn.

    Args:
        name: of the model.
        shape: of the tensor.
        init_scale: of the start; not looked at where it is traced.
        depth: of the factorisation.
        widths: all of them.

    Raises:
        ValueError: if a side, the depth, a width or `init_scale` is not positive.
    """
    if not shape or min(shape) < 1:
        raise ValueError(f"{name}: at least one side, each of 1 or more, is needed, got {shape}")
    if not isinstance(depth, int | np.integer) or depth < 1:
        raise ValueError(f"{name}: depth must be a whole number ≥ 1, got {depth}")
    if any(width < 1 for width in widths):
        raise ValueError(f"{name}: every width must be at least 1, got {tuple(widths)}")
    if isinstance(init_scale, int | float) and not init_scale > 0:
        raise ValueError(
            f"{name}: init_scale must be positive, got {init_scale}; from zero a product of two "
            "or more factors never moves"
        )


def refuse_unchained(name: str, layers: Sequence[Factors]) -> None:
    """Raise unless the layers of every mode can be multiplied.

    Raises:
        ValueError: if a mode has no layer, or two neighbours do not fit.
    """
    if not layers:
        raise ValueError(f"{name}: there is no mode; give the layers of at least one")
    for mode, chain in enumerate(layers):
        sides = [layer.shape for layer in chain]
        if not sides or any(upper[1] != lower[0] for lower, upper in pairwise(sides)):
            raise ValueError(f"{name}: layers of shapes {sides} do not chain in mode {mode}")
