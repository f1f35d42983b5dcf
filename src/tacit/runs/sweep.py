"""Many runs in one program."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np

from tacit._jit import jit
from tacit._typing import Any, Array, Callable

LANES = 64
"""Lanes advanced at once by default; more are taken in turn, so memory stays bounded."""


def sweep(fit: Callable[..., Any], *, lanes: int = LANES, **axes: Any) -> Any:
    """Call `fit` on every combination of the axes; results gain one leading dimension an axis.

    An axis given as an array is a traced argument: all its values, with those of the other arrays,
    run in one compiled program under `vmap`, at most `lanes` at a time. An axis given as a list,
    tuple or range sets shapes or structure (depth, width): each of its values gets a program of its
    own, and results must agree in shape. Seeds are `jax.random.split(key, count)` or an integer
    array that `fit` turns into a key. A lane that stopped or diverged is frozen.

    Args:
        fit: function of keyword arguments named like the axes, which returns a tree of arrays: a
            `Trajectory`, or anything made from it.
        lanes: largest number of runs that advance together.
        axes: the values of each axis, in the order of the leading dimensions of the result.

    Raises:
        ValueError: if there is no axis, an axis is empty, lanes is not positive, or shapes of
            results differ.
    """
    if not axes or any(len(values) == 0 for values in axes.values()):
        raise ValueError("sweep: give at least one axis, and at least one value for each")
    if lanes < 1:
        raise ValueError(f"sweep: lanes must be at least 1, got {lanes}")
    traced = {name: v for name, v in axes.items() if isinstance(v, jax.Array | np.ndarray)}
    static = {name: tuple(v) for name, v in axes.items() if name not in traced}
    points = _grid(traced)
    results = [
        _lanes(fit, dict(zip(static, values, strict=True)), points, lanes)
        for values in itertools.product(*static.values())
    ]
    shapes = {tuple(leaf.shape for leaf in jax.tree.leaves(result)) for result in results}
    if len(shapes) > 1:
        raise ValueError(
            f"sweep: over {', '.join(static)} the results have different shapes; return from `fit` "
            "only what they share, such as records and not the model"
        )
    # Stacked: static axes first, then traced ones; the caller's order is restored at the end.
    stacked_order = [*static, *traced]
    sizes = [len(axes[name]) for name in stacked_order]
    order = [stacked_order.index(name) for name in axes]

    def assemble(*pieces: Array | np.ndarray) -> Array:
        joined = jnp.stack(pieces)
        inner = joined.shape[2:] if traced else joined.shape[1:]
        whole = joined.reshape(*sizes, *inner)
        rest = range(len(sizes), whole.ndim)
        return whole.transpose(*order, *rest)

    return jax.tree.map(assemble, *results)


def _lanes(fit: Callable[..., Any], fixed: dict[str, Any], points: dict[str, Array], lanes: int):
    if not points:
        return fit(**fixed)
    count = len(next(iter(points.values())))
    return jit(
        lambda points: jax.lax.map(
            lambda point: fit(**point, **fixed), points, batch_size=min(lanes, count)
        )
    )(points)


def _grid(axes: dict[str, Any]) -> dict[str, Array]:
    """Every combination of the values, flattened, the last axis running fastest."""
    if not axes:
        return {}
    arrays = {name: jnp.asarray(values) for name, values in axes.items()}
    indices = np.indices([len(values) for values in arrays.values()]).reshape(len(arrays), -1)
    return {name: arrays[name][index] for name, index in zip(arrays, indices, strict=True)}
