"""Very many narrow matrices at once: their singular values changed, without a call a matrix.

A stack of them is held column by column, since an axis of length 3 defeats vector instructions.
"""

from itertools import combinations

import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Callable, Float, Sequence

_WIDEST = 4
"""Columns up to which rotations are written out; beyond, one eigenproblem a matrix is quicker."""

Columns = Sequence[Float[Array, "*shape"]]
Entries = dict[tuple[int, int], Float[Array, "..."]]
"""The entries (i, j), i ≤ j, of symmetric matrices, each over all of the matrices."""


def scale_singular_values(
    columns: Columns, axis: int, factor: Callable[[Float[Array, "..."]], Float[Array, "..."]]
) -> list[Float[Array, "*shape"]]:
    """A ↦ A V diag(f(σ)) Vᵀ, which multiplies each singular value σ of A = U S Vᵀ by f(σ).

    Singular values below √eps times the largest of their matrix are not told apart from zero, as
    they come from the c × c Gram matrices, by Jacobi's rotations [golub2013].

    Args:
        columns: the c columns of every matrix, each an array over which the matrices are spread.
        axis: axis of these arrays along which a column runs.
        factor: f, of non-negative numbers, elementwise.
    """
    if len(columns) > _WIDEST:
        return _scaled_by_matrices(columns, axis, factor)
    each = range(len(columns))
    gram = {
        (i, j): jnp.sum(columns[i] * columns[j], axis, keepdims=True)
        for i in each
        for j in each[i:]
    }
    # Of trace 1, squares of the entries neither vanish nor overflow.
    trace = _sum(gram[i, i] for i in each)
    trace = jnp.where(trace > 0, trace, 1)
    unit = {place: entry / trace for place, entry in gram.items()}
    shares, V = _rotated(unit, len(columns))
    factors = [factor(jnp.sqrt(jnp.maximum(trace * share, 0))) for share in shares]
    changed = []
    for j in each:
        mixing = [_sum(V[i][k] * factors[k] * V[j][k] for k in each) for i in each]
        changed.append(_sum(columns[i] * mixing[i] for i in each))
    return changed


def _rotated(gram: Entries, count: int) -> tuple[list, list]:
    """Eigenvalues and eigenvectors by cyclic rotations, each of which clears an entry."""
    one = jnp.ones_like(gram[0, 0])
    V = [[one if i == j else jnp.zeros_like(one) for j in range(count)] for i in range(count)]

    def swept(_: Any, carry: tuple[Entries, list]) -> tuple[Entries, list]:
        a, V = dict(carry[0]), [list(row) for row in carry[1]]
        for p, q in combinations(range(count), 2):
            _clear(a, V, p, q)
        return a, V

    # Convergence is quadratic: for c columns, float64 is exhausted after c + 1 sweeps.
    sweeps = count + 1 if count > 1 else 0
    # Unrolled, the sweeps would be merged into loops over all entries, and repeated for each.
    a, V = jax.lax.fori_loop(0, sweeps, swept, (gram, V))
    return [a[i, i] for i in range(count)], V


def _clear(a: Entries, V: list, p: int, q: int) -> None:
    """Turn axes p and q by the lesser angle that makes a_pq zero."""
    gap, off = a[q, q] - a[p, p], 2 * a[p, q]
    size = jnp.maximum(jnp.abs(gap) + jnp.sqrt(gap**2 + off**2), jnp.abs(off))
    tangent = jnp.where(gap < 0, -off, off) / jnp.where(size > 0, size, 1)
    cosine = 1 / jnp.sqrt(1 + tangent**2)
    sine = tangent * cosine
    a[p, p], a[q, q] = a[p, p] - tangent * a[p, q], a[q, q] + tangent * a[p, q]
    a[p, q] = jnp.zeros_like(gap)
    for r in set(range(len(V))) - {p, q}:
        low, high = (min(p, r), max(p, r)), (min(q, r), max(q, r))
        a[low], a[high] = cosine * a[low] - sine * a[high], sine * a[low] + cosine * a[high]
    for row in V:
        row[p], row[q] = cosine * row[p] - sine * row[q], sine * row[p] + cosine * row[q]


def _scaled_by_matrices(
    columns: Columns, axis: int, factor: Callable[[Float[Array, "..."]], Float[Array, "..."]]
) -> list[Float[Array, "*shape"]]:
    """The same by one eigenproblem a matrix, of its shorter side."""
    A = jnp.moveaxis(jnp.stack(columns, -1), axis, -2)
    wide = A.shape[-1] > A.shape[-2]
    tall = A.mT if wide else A
    squares, V = jnp.linalg.eigh(tall.mT @ tall)
    factors = factor(jnp.sqrt(jnp.maximum(squares, 0)))
    changed = tall @ ((V * factors[..., None, :]) @ V.mT)
    stacked = jnp.moveaxis(changed.mT if wide else changed, -2, axis)
    return [stacked[..., column] for column in range(len(columns))]


def _sum(terms) -> Float[Array, "*shape"]:
    first, *rest = terms
    return sum(rest, start=first)
