"""Which modes of a tensor are the sides of its slices, and which its tubes."""

import jax.numpy as jnp
import numpy as np

from tacit._typing import ScalarLike, Target
from tacit.algebra import AbstractTransform, shrink_slices
from tacit.algebra.transforms import refuse_unless_unitary


def refuse_unless_oriented(
    name: str,
    shape: tuple[int, ...],
    orientation: tuple[int, ...] | None,
    transform: AbstractTransform,
) -> float:
    """The c of M Mᴴ = c I of the tubes, where a tensor has an orientation and a norm.

    Raises:
        ValueError: if the tensor has no tubes, the orientation is no order of its modes, or the
            transform is no multiple of a unitary one.
    """
    if len(shape) < 3:
        raise ValueError(f"{name} needs a tensor of order ≥ 3, two sides and tubes; got {shape}")
    if orientation is not None and sorted(orientation) != list(range(len(shape))):
        raise ValueError(
            f"{name}: orientation {orientation} is no order of the modes 0..{len(shape) - 1}; name "
            "each once, two sides and then the tubes"
        )
    seen = shape if orientation is None else tuple(shape[mode] for mode in orientation)
    return refuse_unless_unitary(name, transform, seen[2:])


def shrink_oriented(
    X: Target,
    threshold: ScalarLike,
    orientation: tuple[int, ...] | None,
    transform: AbstractTransform,
) -> Target:
    """The slice singular values of X, its modes in the given order, lowered by τ."""
    if orientation is None:
        return shrink_slices(X, threshold, transform)
    back = tuple(int(mode) for mode in np.argsort(orientation))
    return jnp.transpose(shrink_slices(jnp.transpose(X, orientation), threshold, transform), back)
