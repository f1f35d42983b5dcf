"""Smoothness energies of an array over its first and last axes, with free (Neumann) boundaries.

All are sums over the grid, so a weight means the same at any picture size. Axes in between are
independent fields, such as the channels of a picture side by side: their energies add.
"""

import jax.numpy as jnp

from tacit._typing import Array, Float, RealScalar, ScalarLike, Sequence


def dirichlet_energy(X: Float[Array, "m *fields n"]) -> RealScalar:
    """Dirichlet energy ½ Σ |∇X|², with forward differences down the rows and along the columns."""
    return (jnp.sum(jnp.diff(X, axis=0) ** 2) + jnp.sum(jnp.diff(X, axis=-1) ** 2)) / 2


def laplacian_energy(X: Float[Array, "m *fields n"]) -> RealScalar:
    """Laplacian energy ½ Σ (ΔX)² of the five-point Laplacian.

    Neumann boundaries: a step beyond the edge has no difference, so constants have no energy. With
    E the Dirichlet energy, ΔX = −∇E(X).
    """
    whole = [(0, 0)] * (X.ndim - 1)
    down = jnp.pad(jnp.diff(X, axis=0), [(1, 1), *whole])
    along = jnp.pad(jnp.diff(X, axis=-1), [*whole, (1, 1)])
    return jnp.sum((jnp.diff(down, axis=0) + jnp.diff(along, axis=-1)) ** 2) / 2


def hessian_variation(X: Float[Array, "m *fields n"], corner: ScalarLike = 0.1) -> RealScalar:
    """Smoothed second-order total variation Σ φ(X_rr) + φ(X_cc) + 2 φ(X_rc), edges cost little.

    φ(D) = ε(√(ε² + |D|²) − ε), ε the corner and |·| the norm over the fields of a place, so that an
    edge of one field makes edges of the others cheap. φ is ½|D|² far below ε, where this is close
    to the Laplacian energy, and linear beyond [charbonnier1997]. Affine planes have no energy.
    """
    # Field by field, since an axis of length 3 inside the differences defeats vector instructions.
    stacked = X.reshape(X.shape[0], -1, X.shape[-1])
    fields = [stacked[:, field] for field in range(stacked.shape[1])]
    down = [jnp.diff(plane, n=2, axis=0) for plane in fields]
    along = [jnp.diff(plane, n=2, axis=1) for plane in fields]
    mixed = [jnp.diff(jnp.diff(plane, axis=0), axis=1) for plane in fields]
    return (
        _charbonnier(down, corner) + _charbonnier(along, corner) + 2 * _charbonnier(mixed, corner)
    )


def _charbonnier(D: Sequence[Float[Array, "_ _"]], corner: ScalarLike) -> RealScalar:
    squares = sum(field**2 for field in D)
    return jnp.sum(corner * (jnp.sqrt(corner**2 + squares) - corner))
