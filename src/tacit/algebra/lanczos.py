"""The top of a symmetric operator's spectrum, from its products alone."""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Callable, Float, IntScalar, RealScalar, ScalarLike

Vector = Float[Array, " n"]


class TopPair(NamedTuple):
    """Largest eigenvalue λ₁ with its unit vector, the next one λ₂, ‖S q − λ₁ q‖ and products."""

    first: RealScalar
    second: RealScalar
    vector: Vector
    residual: RealScalar
    products: IntScalar


def top_eigenpair(
    product: Callable[[Vector], Vector],
    start: Vector,
    *,
    tolerance: ScalarLike,
    floor: ScalarLike = 0.0,
    steps: int = 32,
    cycles: int = 30,
) -> TopPair:
    """Largest eigenvalue λ₁ of a symmetric S with S q = λ₁ q, by restarted Lanczos steps.

    All vectors of a cycle are kept orthogonal to rounding. A cycle begins with the sum of the two
    leading Ritz vectors of the one before, until ‖S q − λ₁ q‖ ≤ max(tolerance · |λ₁|, floor); the
    value is then wrong by the square of that over the gap. A Krylov space has each eigenvector at
    most once: for a repeated λ₁ the second value is the next distinct one. Where the space is
    invariant before a cycle ends, zero joins the values.

    Args:
        product: v ↦ S v.
        start: not orthogonal to the vector sought.
        tolerance: relative accuracy of the pair.
        floor: absolute accuracy that is enough.
        steps: products in a cycle, at most the side.
        cycles: the most cycles.
    """
    steps = min(steps, start.shape[0])
    tolerance, floor = (jnp.asarray(number, start.dtype) for number in (tolerance, floor))

    def cycle(carry: tuple) -> tuple:
        begin, _, done = carry
        basis, tridiagonal, last = _lanczos(product, begin, steps)
        values, vectors = jnp.linalg.eigh(tridiagonal)
        first, second = basis.T @ vectors[:, -1], basis.T @ vectors[:, -min(2, steps)]
        found = TopPair(
            values[-1],
            values[-min(2, steps)],
            first,
            jnp.abs(last * vectors[-1, -1]),
            (done + 1) * steps,
        )
        return first + second, found, done + 1

    def unfinished(carry: tuple) -> Any:
        _, found, done = carry
        wanted = jnp.maximum(tolerance * jnp.abs(found.first), floor)
        return (done < cycles) & ~(found.residual <= wanted)

    zero, none = jnp.zeros((), start.dtype), jnp.zeros((), jnp.int32)
    nothing = TopPair(zero, zero, start, zero + jnp.inf, none)
    _, found, _ = jax.lax.while_loop(unfinished, cycle, (start, nothing, none))
    return found


def _lanczos(
    product: Callable[[Vector], Vector], start: Vector, steps: int
) -> tuple[Float[Array, "k n"], Float[Array, "k k"], RealScalar]:
    """Orthonormal basis Q, Qᵀ S Q, and the length of what the next product leaves outside Q."""
    rounding = 10 * jnp.finfo(start.dtype).eps

    def body(step: Any, carry: tuple) -> tuple:
        basis, diagonal, beside, vector = carry
        basis = basis.at[step].set(vector)
        image = product(vector)
        diagonal = diagonal.at[step].set(image @ vector)
        scale = jnp.linalg.norm(image)
        for _ in range(2):
            image = image - basis.T @ (basis @ image)
        length = jnp.linalg.norm(image)
        kept = length > rounding * scale
        beside = beside.at[step].set(jnp.where(kept, length, 0))
        image = jnp.where(kept, image / jnp.where(kept, length, 1), 0)
        return basis, diagonal, beside, image

    row = jnp.zeros(steps, start.dtype)
    carry = (
        jnp.zeros((steps, start.shape[0]), start.dtype),
        row,
        row,
        start / jnp.linalg.norm(start),
    )
    basis, diagonal, beside, _ = jax.lax.fori_loop(0, steps, body, carry)
    beneath = jnp.diag(beside[:-1], -1)
    return basis, jnp.diag(diagonal) + beneath + beneath.T, beside[-1]
