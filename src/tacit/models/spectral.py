"""Spectral neural networks."""

from itertools import pairwise
from typing import Literal

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Array, Float, Matrix, PRNGKey, ScalarLike, Sequence
from tacit.algebra import Activation, spectral_map, tanh
from tacit.algebra import orthogonal_frame as frame
from tacit.models._base import AbstractFactorisation

Widths = Sequence[int]


class SpectralNetwork(AbstractFactorisation):
    """X = X^(D)_1 of a spectral neural network with widths K_1, …, K_D [chu2024].

    It begins with K_1 products X^(0)_k = U_k V_kᵀ. A layer maps the singular values of each of its
    inputs by the activation, then aggregates the results:

        H^(l)_k = Γ(X^(l−1)_k),   X^(l)_j = Σ_k α^(l)_{kj} H^(l)_k,   l = 1, …, D,   K_{D+1} = 1.

    No activation follows the last aggregation. `left` and `right` hold the U_k and V_k along their
    first axis; `mixers` the α^(l), K_l × K_{l+1}. An `activation` of None leaves the layers linear:
    the network "without activation" of the paper. All arrays are trained.

    Raises:
        ValueError: if the mixers do not lead from K_1 to one output, the inputs do not fit
            together, or γ or its slope is not finite at some s from 0 to 10.
    """

    left: Float[Array, "K m r"]
    right: Float[Array, "K n r"]
    mixers: tuple[Float[Array, "_ _"], ...]
    activation: Activation | None = eqx.field(static=True, default=tanh)
    method: Literal["auto", "svd", "gram", "products"] = eqx.field(static=True, default="auto")

    def __check_init__(self):
        _check_widths(self.widths, self.mixers)
        if self.left.shape[::2] != self.right.shape[::2]:
            raise ValueError(
                f"SpectralNetwork: left has shape {self.left.shape} and right "
                f"{self.right.shape}; they must agree in their first and last axis"
            )
        if self.activation is not None:
            _check_activation(self.activation)

    def __call__(self) -> Matrix:
        """The output X."""
        return self.layers()[-1][0]

    def layers(self) -> tuple[Float[Array, "_ m n"], ...]:
        """X^(0), …, X^(D), the matrices of a layer along the first axis."""
        found = [self.left @ jnp.swapaxes(self.right, 1, 2)]
        for mixer in self.mixers:
            H = found[-1]
            if self.activation is not None:
                H = spectral_map(self.activation, H, self.method)
            found.append((mixer.T @ H.reshape(H.shape[0], -1)).reshape(-1, *H.shape[1:]))
        return tuple(found)

    @property
    def widths(self) -> tuple[int, ...]:
        """Widths (K_1, …, K_D)."""
        return self.left.shape[0], *(mixer.shape[1] for mixer in self.mixers[:-1])

    @property
    def depth(self) -> int:
        """Number D of layers."""
        return len(self.mixers)

    @classmethod
    def aligned(
        cls,
        bases: tuple[Float[Array, "m d"], Float[Array, "n d"]],
        widths: Widths,
        *,
        init_scale: ScalarLike = 1.0,
        equal: bool = False,
        activation: Activation | None = tanh,
        key: PRNGKey,
    ) -> "SpectralNetwork":
        """Start U_k = Φ diag(ū_k) G_k, V_k = Ψ diag(v̄_k) G_k of Assumption 2, Φ, Ψ = `bases`.

        ū_k and v̄_k are `init_scale` times uniform draws from [0, 1] in descending order, one draw
        for both if `equal`; G_k is a Haar orthogonal matrix; the α are uniform on [0, 1].
        """
        Phi, Psi = bases
        d, dtype, widths = Phi.shape[1], Phi.dtype, _checked(widths)
        left_key, right_key, frame_key, mixer_key = jax.random.split(key, 4)

        def draw(key: PRNGKey) -> Float[Array, "K d 1"]:
            values = jax.random.uniform(key, (widths[0], d), dtype)
            return (
                jnp.asarray(init_scale, dtype)
                * jnp.sort(values, axis=1, descending=True)[:, :, None]
            )

        u = draw(left_key)
        v = u if equal else draw(right_key)
        G = jnp.stack([frame((d, d), dtype, key=k) for k in jax.random.split(frame_key, widths[0])])
        return cls(
            Phi @ (u * G), Psi @ (v * G), _uniform_mixers(widths, dtype, mixer_key), activation
        )

    @classmethod
    def identity(
        cls,
        shape: tuple[int, int],
        widths: Widths,
        *,
        init_scale: ScalarLike = 1e-4,
        noise: ScalarLike = 1e-6,
        activation: Activation | None = tanh,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "SpectralNetwork":
        """Start U_k, V_k = init_scale · I + noise · diag(N(0, 1)), fresh noise in each.

        For a rectangular shape I is m × d and n × d, d = min(m, n). The α are uniform on [0, 1].
        """
        (m, n), widths = shape, _checked(widths)
        d = min(m, n)
        left_key, right_key, mixer_key = jax.random.split(key, 3)

        def draw(rows: int, key: PRNGKey) -> Float[Array, "K rows d"]:
            diagonal = init_scale + noise * jax.random.normal(key, (widths[0], 1, d), dtype)
            return jnp.eye(rows, d, dtype=dtype)[None] * diagonal

        mixers = _uniform_mixers(widths, dtype, mixer_key)
        return cls(draw(m, left_key), draw(n, right_key), mixers, activation)

    @classmethod
    def gaussian(
        cls,
        shape: tuple[int, int],
        widths: Widths,
        *,
        init_scale: ScalarLike,
        activation: Activation | None = tanh,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "SpectralNetwork":
        """Normal U_k, V_k with ‖X(0)‖_F² = init_scale² d in the mean; α as above.

        `init_scale` is the root mean square of the singular values of X(0), exactly so for a linear
        network and to first order in the scale for γ(s) ≈ γ'(0) s.

        Raises:
            ValueError: if γ(0) ≠ 0 or γ'(0) = 0, where X(0) has no small scale.
        """
        (m, n), widths = shape, _checked(widths)
        left_key, right_key, mixer_key = jax.random.split(key, 3)
        mixers = _uniform_mixers(widths, dtype, mixer_key)
        slope = 1.0 if activation is None else _slope_at_zero(activation)
        weights = jnp.ones((1, 1), dtype)
        for mixer in reversed(mixers):
            weights = slope * (mixer @ weights)
        # ‖U Vᵀ‖_F² is m n d in the mean for standard normal factors.
        size = (jnp.asarray(init_scale, dtype) / (jnp.linalg.norm(weights) * (m * n) ** 0.5)) ** 0.5
        d = min(m, n)
        U = size * jax.random.normal(left_key, (widths[0], m, d), dtype)
        V = size * jax.random.normal(right_key, (widths[0], n, d), dtype)
        return cls(U, V, mixers, activation)


def _uniform_mixers(widths: Widths, dtype: Any, key: PRNGKey) -> tuple[Float[Array, "_ _"], ...]:
    keys = jax.random.split(key, len(widths))
    shapes = pairwise((*widths, 1))
    return tuple(jax.random.uniform(k, s, dtype) for k, s in zip(keys, shapes, strict=True))


def _checked(widths: Widths) -> tuple[int, ...]:
    whole = all(isinstance(width, int | np.integer) and width >= 1 for width in widths)
    if not widths or not whole:
        raise ValueError(
            f"SpectralNetwork: widths {tuple(widths)} must be one or more whole numbers ≥ 1; "
            "the one output is not listed"
        )
    return tuple(int(width) for width in widths)


def _check_widths(widths: tuple[int, ...], mixers: tuple[Array, ...]) -> None:
    sides = [mixer.shape for mixer in mixers]
    expected = list(pairwise((*widths, 1)))
    if not mixers or sides != expected:
        raise ValueError(
            f"SpectralNetwork: mixers of shapes {sides} do not lead from {widths[0]} inputs to one "
            "output; each must have as many rows as the one before has columns, the last 1 column"
        )


def _check_activation(activation: Activation) -> None:
    s = np.linspace(0, 10, 41)
    with jax.ensure_compile_time_eval():
        points = jnp.asarray(s)
        values = np.asarray(jax.vmap(activation)(points))
        slopes = np.asarray(jax.vmap(jax.grad(activation))(points))
    bad = s[~(np.isfinite(values) & np.isfinite(slopes))]
    if bad.size:
        raise ValueError(
            "SpectralNetwork: activation is not finite, or has no finite slope, at "
            f"s = {bad[0]:g}; it must be smooth for every singular value s ≥ 0"
        )


def _slope_at_zero(activation: Activation) -> float:
    with jax.ensure_compile_time_eval():
        value, slope = (float(f(jnp.zeros(()))) for f in (activation, jax.grad(activation)))
    if value != 0 or slope == 0:
        raise ValueError(
            f"SpectralNetwork.gaussian: activation has γ(0) = {value:g} and γ'(0) = {slope:g}, so "
            "that X(0) has no small scale; use `aligned` or `identity`, whose scale is that of U_k"
        )
    return slope
