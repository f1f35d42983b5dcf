"""A spectral network in the basis that it shares with its measurements."""

from typing import NamedTuple

import equinox as eqx
import jax.numpy as jnp

from tacit._typing import Array, Float, RealScalar
from tacit.algebra import Activation
from tacit.models.spectral import SpectralNetwork

Bases = tuple[Float[Array, "m d"], Float[Array, "n d"]]


class SpectralCoordinates(NamedTuple):
    """ū, v̄ and α of a network U_k = Φ diag(ū_k) G_k, V_k = Ψ diag(v̄_k) G_k [chu2024].

    (ū, v̄, α) ↦ (U, V, α) is an isometry, so gradient flow in these coordinates is that of the
    network, at a cost of O(K d) in place of K decompositions a step.
    """

    u: Float[Array, "K d"]
    v: Float[Array, "K d"]
    mixers: tuple[Float[Array, "_ _"], ...]

    def layers(self, activation: Activation | None) -> tuple[Float[Array, "_ d"], ...]:
        """Coordinates z^(0) = ū v̄, z^(l) = (α^(l))ᵀ f(z^(l−1)) of every matrix of every layer.

        f(z) = sign(z) γ(|z|): a negative z is a singular value |z| with a turned vector.
        """
        found = [self.u * self.v]
        for mixer in self.mixers:
            found.append(mixer.T @ _extended(activation, found[-1]))
        return tuple(found)

    def output(self, activation: Activation | None) -> Float[Array, " d"]:
        """Coordinates x of X = Φ diag(x) Ψᵀ."""
        return self.layers(activation)[-1][0]


class Alignment(NamedTuple):
    """Coordinates of a network, its frames G_k, and how far the network is from having any.

    `mismatch` is the largest ‖U_k − Φ diag(ū_k) G_k‖_F, ‖V_k − Ψ diag(v̄_k) G_k‖_F or
    what G_k G_kᵀ has off its diagonal, weighted by ū and v̄, relative to the largest ‖U_k‖_F or
    ‖V_k‖_F.
    """

    coordinates: SpectralCoordinates
    frames: Float[Array, "K d r"]
    mismatch: RealScalar


def align(model: SpectralNetwork, bases: Bases) -> Alignment:
    """Read the coordinates of a network off the bases Φ, Ψ, with ū ≥ 0."""
    Phi, Psi = bases
    rows, others = Phi.T @ model.left, Psi.T @ model.right
    longer = jnp.where(_lengths(rows) >= _lengths(others), rows, others)
    length = _lengths(longer)
    frames = longer / jnp.where(length > 0, length, 1)
    u, v = jnp.sum(rows * frames, axis=2), jnp.sum(others * frames, axis=2)
    flip = jnp.where(u < 0, -1, 1).astype(u.dtype)
    u, v, frames = u * flip, v * flip, frames * flip[:, :, None]
    coordinates = SpectralCoordinates(u, v, model.mixers)
    twin = place(model, bases, coordinates, frames)
    gram = frames @ jnp.swapaxes(frames, 1, 2)
    off = gram - jnp.eye(gram.shape[1], dtype=gram.dtype)[None] * gram
    weight = jnp.sqrt(u**2 + v**2)
    size = jnp.maximum(jnp.max(_norms(model.left)), jnp.max(_norms(model.right)))
    gaps = [
        _norms(model.left - twin.left),
        _norms(model.right - twin.right),
        _norms(off * weight[:, :, None] * weight[:, None, :]) / jnp.where(size > 0, size, 1),
    ]
    mismatch = jnp.max(jnp.stack(gaps)) / jnp.where(size > 0, size, 1)
    return Alignment(coordinates, frames, mismatch)


def place(
    model: SpectralNetwork,
    bases: Bases,
    coordinates: SpectralCoordinates,
    frames: Float[Array, "K d r"],
) -> SpectralNetwork:
    """The network with the given coordinates and frames in the bases.

    Args:
        model: whose mixers and activation are kept.
        bases: (Φ, Ψ), orthonormal columns.
        coordinates: ū, v̄ and the mixers in the bases.
        frames: G_k, one a matrix of the input layer.
    """
    Phi, Psi = bases
    arrays = (
        Phi @ (coordinates.u[:, :, None] * frames),
        Psi @ (coordinates.v[:, :, None] * frames),
        coordinates.mixers,
    )
    return eqx.tree_at(lambda network: (network.left, network.right, network.mixers), model, arrays)


def _extended(activation: Activation | None, z: Float[Array, "_ d"]) -> Float[Array, "_ d"]:
    if activation is None:
        return z
    size = jnp.where(z < 0, -z, z)
    return jnp.where(z < 0, -activation(size), activation(size))


def _lengths(rows: Float[Array, "K d r"]) -> Float[Array, "K d 1"]:
    return jnp.linalg.norm(rows, axis=2, keepdims=True)


def _norms(arrays: Float[Array, "K _ _"]) -> Float[Array, " K"]:
    return jnp.sqrt(jnp.sum(arrays**2, axis=(1, 2)))
