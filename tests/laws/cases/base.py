"""A case of a law: its name, how to build it, whether it is slow; and draws without JAX."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

KEY = jax.random.key(7)
PRECISIONS = (jnp.float32, jnp.float64)


class Case(NamedTuple):
    """A name for the test's report, and how to build the object once the test runs.

    `slow` leaves its tests to `make test-slow`: it compiles for longer than its siblings, which
    check the same in the quick run.
    """

    name: str
    build: Callable[..., Any]
    slow: bool = False


def draw(shape: tuple[int, ...], dtype: Any = jnp.float64, seed: int = 7) -> jax.Array:
    """Standard normal numbers, by numpy: they compile nothing."""
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape), dtype)


def single(tree: Any) -> Any:
    """The tree with its float64 arrays in float32."""
    return jax.tree.map(
        lambda leaf: leaf.astype(jnp.float32) if eqx.is_inexact_array(leaf) else leaf, tree
    )


def params(cases: Iterable[Any]) -> list[Any]:
    """Values for `pytest.mark.parametrize`: each case under its name, marked slow if it says so."""
    return [
        pytest.param(case, id=case.name, marks=[pytest.mark.slow] if case.slow else [])
        for case in cases
    ]
