"""Roads to a spectral map and its first two derivatives: SVD, Gram matrix, products.

Matrices are tall, m ≥ n, one or many along leading axes. A road prepares what value and derivatives
share, once; all else is a formula in that.
"""

from abc import abstractmethod

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.custom_batching import custom_vmap

from tacit._typing import Any, Array, BoolScalar, Float
from tacit.algebra import _divided_differences as difference
from tacit.algebra import _odd_polynomial as odd
from tacit.algebra.activations import Activation, variation_scale

Tall = Float[Array, "*batch m n"]
Shared = tuple[Array, ...]


class AbstractRoad(eqx.Module):
    """How Γ(X), DΓ(X)[H] and D²Γ(X)[H, K] are computed. Each derivative is self-adjoint."""

    @abstractmethod
    def prepare(self, X: Tall) -> Shared:
        """What the formulas share; never differentiated."""

    @abstractmethod
    def value(self, gamma: Activation, X: Tall, shared: Shared) -> Tall:
        """Γ(X)."""

    @abstractmethod
    def first(self, gamma: Activation, X: Tall, shared: Shared, H: Tall) -> Tall:
        """DΓ(X)[H]."""

    @abstractmethod
    def second(self, gamma: Activation, X: Tall, shared: Shared, H: Tall, K: Tall) -> Tall:
        """D²Γ(X)[H, K]."""


class BySvd(AbstractRoad):
    """The thin SVD."""

    def prepare(self, X: Tall) -> Shared:
        """U, s and Vᵀ."""
        return tuple(jnp.linalg.svd(X, full_matrices=False))

    def value(self, gamma: Activation, X: Tall, shared: Shared) -> Tall:
        """U γ(S) Vᵀ."""
        U, s, Vt = shared
        return (U * difference.values(gamma, s)[..., None, :]) @ Vt

    def first(self, gamma: Activation, X: Tall, shared: Shared, H: Tall) -> Tall:
        """U (F⁻∘sym M + F⁺∘skew M) Vᵀ + (1 − UUᵀ) H V diag(F⁺) Vᵀ, M = Uᵀ H V.

        F⁻ and F⁺ are the divided differences of γ at (s_i, s_j) and (s_i, −s_j).
        """
        U, s, Vt = shared
        rows, columns = s[..., :, None], s[..., None, :]
        rows, columns = jnp.broadcast_arrays(rows, columns)
        minus = difference.within(gamma, rows, columns)
        plus = difference.across(gamma, rows, columns)
        HV = H @ _transposed(Vt)
        M = _transposed(U) @ HV
        inner = ((minus + plus) * M + (minus - plus) * _transposed(M)) / 2
        if U.shape[-2] == U.shape[-1]:
            return U @ inner @ Vt
        # U (inner − M diag F⁺) + H V diag F⁺: the part of H outside the columns of U is scaled.
        scale = jnp.diagonal(plus, axis1=-2, axis2=-1)[..., None, :]
        return (U @ (inner - M * scale) + HV * scale) @ Vt

    def second(self, gamma: Activation, X: Tall, shared: Shared, H: Tall, K: Tall) -> Tall:
        """Upper right block of D²f(Y)[Ĥ, K̂], f the odd extension of γ, Y, Ĥ, K̂ the dilations.

        With Y = W Λ Wᵀ it is W (Σ_k f[λ_i, λ_k, λ_j] (H̃_ik K̃_kj + K̃_ik H̃_kj)) Wᵀ
        [daletskii1965, horn1991]; one k after the other, so memory stays O((m + n)²).
        """
        flat = [array.reshape(-1, *array.shape[-2:]) for array in (H, K, shared[0], shared[2])]
        s = shared[1].reshape(-1, shared[1].shape[-1])
        images = jax.vmap(lambda *one: _second_by_dilation(gamma, *one))(*flat, s)
        return images.reshape(H.shape)


class ByGram(AbstractRoad):
    """Eigenvectors of XᵀX; for odd γ, Γ(X) = X h(XᵀX) with h(t) = γ(√t)/√t smooth."""

    def prepare(self, X: Tall) -> Shared:
        """Eigenvectors V of XᵀX and s = √λ."""
        eigenvalues, V = jnp.linalg.eigh(_transposed(X) @ X)
        return jnp.sqrt(jnp.maximum(eigenvalues, 0)), V

    def value(self, gamma: Activation, X: Tall, shared: Shared) -> Tall:
        """X V diag(h) Vᵀ."""
        s, V = shared
        return ((X @ V) * difference.across(gamma, s, s)[..., None, :]) @ _transposed(V)

    def first(self, gamma: Activation, X: Tall, shared: Shared, H: Tall) -> Tall:
        """H h(XᵀX) + X V (F∘Vᵀ(HᵀX + XᵀH)V) Vᵀ, F the divided differences of h.

        For small s rounding spoils F, but it is multiplied by s_i (s_i + s_j).
        """
        s, V = shared
        XV, HV = X @ V, H @ V
        M = _transposed(XV) @ HV
        turned = XV @ (_gram_differences(gamma, s) * (M + _transposed(M)))
        h = difference.across(gamma, s, s)[..., None, :]
        return (HV * h + turned) @ _transposed(V)

    def second(self, gamma: Activation, X: Tall, shared: Shared, H: Tall, K: Tall) -> Tall:
        """By the SVD."""
        road = BySvd()
        return road.second(gamma, X, road.prepare(X), H, K)


class ByProducts(AbstractRoad):
    """Products alone where a bound says that ‖X‖₂ allows it for every matrix; else the SVD."""

    polynomial: odd.OddPolynomial = eqx.field(static=True)

    def prepare(self, X: Tall) -> Shared:
        """Whether the polynomial serves, the SVD if not, and the stages of the polynomial."""
        found = odd.stages(self.polynomial, X)
        bound = odd.largest_value_bound(self.polynomial, found)
        serves = _all_at_most_one(bound / self.polynomial.bound)
        decomposition = jax.eval_shape(BySvd().prepare, X)

        def nothing(X: Tall) -> Shared:
            return tuple(jnp.zeros(part.shape, part.dtype) for part in decomposition)

        return serves, *jax.lax.cond(serves, nothing, BySvd().prepare, X), *found[0], *found[1]

    def value(self, gamma: Activation, X: Tall, shared: Shared) -> Tall:
        """p(X)."""
        serves, decomposition, found = self._parts(shared)
        return jax.lax.cond(
            serves,
            lambda: odd.evaluate(X, found),
            lambda: BySvd().value(gamma, X, decomposition),
        )

    def first(self, gamma: Activation, X: Tall, shared: Shared, H: Tall) -> Tall:
        """Dp(X)[H]."""
        serves, decomposition, found = self._parts(shared)
        return jax.lax.cond(
            serves,
            lambda: odd.derivative(self.polynomial, X, found, H),
            lambda: BySvd().first(gamma, X, decomposition, H),
        )

    def second(self, gamma: Activation, X: Tall, shared: Shared, H: Tall, K: Tall) -> Tall:
        """D²p(X)[H, K]."""
        serves, decomposition, _ = self._parts(shared)

        def turn(X: Tall) -> Tall:
            return odd.derivative(self.polynomial, X, odd.stages(self.polynomial, X), H)

        return jax.lax.cond(
            serves,
            lambda: jax.jvp(turn, (X,), (K,))[1],
            lambda: BySvd().second(gamma, X, decomposition, H, K),
        )

    def _parts(self, shared: Shared) -> tuple[Array, Shared, odd.Stages]:
        serves, *rest = shared
        at = 3 + self.polynomial.block
        return serves, tuple(rest[:3]), odd.Stages(tuple(rest[3:at]), tuple(rest[at:]))


@custom_vmap
def _all_at_most_one(ratios: Float[Array, "*batch"]) -> BoolScalar:
    """One answer for the whole batch, under any vmap: a branch taken for all stays a branch."""
    return jnp.all(ratios <= 1)


@_all_at_most_one.def_vmap
def _all_in_batch(size: Any, batched: Any, ratios: Float[Array, "*batch"]) -> tuple:
    del size, batched
    return _all_at_most_one(ratios), False


def _gram_differences(gamma: Activation, s: Float[Array, "*batch n"]) -> Float[Array, "*batch n n"]:
    """h[t_i, t_j] at t = s²: the quotient, or the mean of h' = (γ' − h)/2t where two are near."""
    t = jnp.maximum(s**2, jnp.finfo(s.dtype).eps * variation_scale(gamma) ** 2)
    rows, columns = jnp.broadcast_arrays(t[..., :, None], t[..., None, :])
    near = jnp.abs(rows - columns) < difference.closeness(s.dtype) * (rows + columns)

    def h(t: Array) -> Array:
        return difference.across(gamma, jnp.sqrt(t), jnp.sqrt(t))

    def slope(t: Array) -> Array:
        return (difference.slopes(gamma, jnp.sqrt(t)) - h(t)) / (2 * t)

    mean = difference.gauss_mean(slope, rows, columns)
    return jnp.where(near, mean, (h(rows) - h(columns)) / jnp.where(near, 1, rows - columns))


def _second_by_dilation(
    gamma: Activation,
    H: Float[Array, "m n"],
    K: Float[Array, "m n"],
    U: Float[Array, "m n"],
    Vt: Float[Array, "n n"],
    s: Float[Array, " n"],
) -> Float[Array, "m n"]:
    m, n = H.shape
    half = 2**-0.5
    outside = jnp.linalg.qr(U, mode="complete")[0][:, n:]
    top = jnp.concatenate([half * U, half * U, outside], axis=1)
    bottom = jnp.concatenate([half * Vt.T, -half * Vt.T, jnp.zeros((n, m - n), H.dtype)], axis=1)
    eigenvalues = jnp.concatenate([s, -s, jnp.zeros(m - n, H.dtype)])

    def rotated(H: Float[Array, "m n"]) -> Float[Array, "N N"]:
        corner = top.T @ H @ bottom
        return corner + corner.T

    Ht, Kt = rotated(H), rotated(K)
    rows, columns = jnp.broadcast_arrays(eigenvalues[:, None], eigenvalues[None, :])

    def add(total: Float[Array, "N N"], k: Any) -> tuple[Float[Array, "N N"], None]:
        through = difference.second(gamma, rows, jnp.full_like(rows, eigenvalues[k]), columns)
        both = jnp.outer(Ht[:, k], Kt[k]) + jnp.outer(Kt[:, k], Ht[k])
        return total + through * both, None

    total, _ = jax.lax.scan(add, jnp.zeros_like(Ht), jnp.arange(m + n))
    return top @ total @ bottom.T


def _transposed(X: Array) -> Array:
    return jnp.swapaxes(X, -1, -2)
