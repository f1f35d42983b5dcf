"""How two answers to one question are compared, and how test points are drawn."""

import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, PRNGKey, RealScalar

Pairs = dict[str, tuple[Any, Any]]
"""Two answers for each law, so that all of them come from one compiled program."""


def agree(law: str, actual: Any, expected: Any, tolerance: float | None = None) -> None:
    """Raise AssertionError, naming the law, unless two trees agree.

    Structures, shapes and types must be equal, and the largest difference at most `tolerance` times
    the largest finite entry of `expected` (default: 10 eps^¾ of its type, 2e-11 in float64).
    """
    same_kind(law, actual, expected)
    pairs = list(zip(jax.tree.leaves(actual), jax.tree.leaves(expected), strict=True))
    largest = max((_largest(leaf) for _, leaf in pairs), default=0.0)
    error = max((_difference(*pair) for pair in pairs), default=0.0)
    bound = (precision(expected) if tolerance is None else tolerance) * largest
    if not error <= bound:
        raise AssertionError(f"{law}: they differ by {error:.3g}, more than {bound:.3g}")


def agree_all(pairs: Pairs, tolerance: float | None = None) -> None:
    """Raise AssertionError for the first law whose two answers do not agree."""
    for law, (actual, expected) in pairs.items():
        agree(law, actual, expected, tolerance)


def same_kind(law: str, actual: Any, expected: Any) -> None:
    """Raise AssertionError, naming the law, unless structures, shapes and types are equal."""
    actual_leaves, actual_structure = jax.tree.flatten(actual)
    leaves, structure = jax.tree.flatten(expected)
    if actual_structure != structure:
        raise AssertionError(f"{law}: structures differ, {actual_structure} and {structure}")
    kinds = [(jnp.shape(leaf), jnp.result_type(leaf)) for leaf in leaves]
    actual_kinds = [(jnp.shape(leaf), jnp.result_type(leaf)) for leaf in actual_leaves]
    if actual_kinds != kinds:
        raise AssertionError(f"{law}: shapes or types differ, {actual_kinds} and {kinds}")


def precision(tree: Any) -> float:
    """10 eps^¾ of the floating-point type of a tree, what a chain of a few products keeps."""
    return 10 * _eps(tree) ** 0.75


def derivative_precision(tree: Any) -> float:
    """1000 eps^⅔, what a central difference with step eps^⅓ keeps."""
    return 1000 * _eps(tree) ** (2 / 3)


def difference_step(tree: Any) -> float:
    """Step eps^⅓ of a central difference."""
    return _eps(tree) ** (1 / 3)


def inner(one: Any, other: Any) -> RealScalar:
    """Inner product of two trees."""
    products = jax.tree.map(lambda a, b: jnp.sum(a * b), one, other)
    return jnp.asarray(sum(jax.tree.leaves(products)))


def moved(tree: Any, direction: Any, by: float) -> Any:
    """The tree plus `by` times the direction."""
    return jax.tree.map(lambda leaf, change: leaf + by * change, tree, direction)


def normal_like(tree: Any, *, key: PRNGKey) -> Any:
    """Standard normal draws in the shape and type of a tree of arrays, or of their structures."""
    # numpy draws: jax.random would compile a program for each shape.
    generator = np.random.default_rng(np.asarray(jax.random.key_data(key)))
    return jax.tree.map(
        lambda leaf: jnp.asarray(generator.standard_normal(leaf.shape), leaf.dtype), tree
    )


def _eps(tree: Any) -> float:
    types = [jnp.result_type(leaf) for leaf in jax.tree.leaves(tree)]
    floating = [kind for kind in types if jnp.issubdtype(kind, jnp.floating)]
    return max((float(jnp.finfo(kind).eps) for kind in floating), default=0.0)


def _largest(leaf: Any) -> float:
    values = np.abs(np.asarray(leaf, np.float64))
    return float(np.max(values, initial=0.0, where=np.isfinite(values)))


def _difference(one: Any, other: Any) -> float:
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    unequal = one != other  # equal infinities agree
    return float(np.max(np.abs(one[unequal] - other[unequal]), initial=0.0))
