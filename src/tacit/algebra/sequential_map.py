"""Factorisations of batches, one after another."""

import jax
import jax.numpy as jnp

from tacit._typing import Any, Callable, Sequence


def sequential_map(function: Callable[[Any], Any], parts: Sequence[Any]) -> list[Any]:
    """f(part) for each part, an array or a tree, none begun before the one before has ended.

    On a CPU, LAPACK's routines share a batch among the threads that call them, and wait: two of
    them at once, on two threads, wait for each other for ever (jaxlib 0.10). A product with zero of
    the result before is a dependence that the compiler keeps.
    """
    results: list[Any] = []
    for part in parts:
        if results:
            before = jnp.real(jax.tree.leaves(results[-1])[0].ravel()[0])
            part = jax.tree.map(lambda leaf, zero=0 * before: leaf + zero.astype(leaf.dtype), part)
        results.append(function(part))
    return results
