"""Singular values of a tensor lowered: of its slices in an orientation, and of its unfoldings."""

import jax.numpy as jnp
import numpy as np

from tacit._typing import ScalarLike, Target
from tacit.algebra.spectrum import shrink_singular_values
from tacit.algebra.transforms import AbstractTransform, refuse_unless_unitary
from tacit.algebra.tubal_factorisations import shrink_slices


def refuse_unless_oriented(
    name: str,
    shape: tuple[int, ...],
    orientation: tuple[int, ...] | None,
    transform: AbstractTransform,
) -> float:
    """The c of M Mᴴ = c I of the tubes, where a tensor has an orientation and a norm.

    Args:
        name: what needs it, for the message.
        shape: of the tensor.
        orientation: an order of its modes, two sides and then the tubes; `None` for that given.
        transform: M.

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
    """The slice singular values of X, its modes in the given order, lowered by τ.

    Args:
        X: the tensor.
        threshold: τ.
        orientation: an order of its modes, two sides and then the tubes; `None` for that given.
        transform: a multiple of a unitary transform of the tubes.
    """
    if orientation is None:
        return shrink_slices(X, threshold, transform)
    back = tuple(int(mode) for mode in np.argsort(orientation))
    return jnp.transpose(shrink_slices(jnp.transpose(X, orientation), threshold, transform), back)


def shrink_unfolding(X: Target, threshold: ScalarLike, kept: ScalarLike, mode: int) -> Target:
    """The singular values of the unfolding X_(i) lowered by τ, all but the largest.

    Args:
        X: the tensor.
        threshold: τ.
        kept: share κ of the singular values that are left as they are, the largest ⌈κ d⌉.
        mode: i.
    """
    front = jnp.moveaxis(X, mode, 0)
    unfolded = front.reshape(len(front), -1)
    place = jnp.arange(min(unfolded.shape), dtype=X.dtype)
    free = place < jnp.ceil(jnp.asarray(kept, X.dtype) * len(place))
    shrunk = shrink_singular_values(unfolded, jnp.where(free, 0, threshold))
    return jnp.moveaxis(shrunk.reshape(front.shape), 0, mode)
