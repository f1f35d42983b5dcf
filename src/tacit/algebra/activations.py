"""Activations γ of spectral networks: scalar functions of a singular value."""

from functools import singledispatch

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Callable, Float

Activation = Callable[[Float[Array, "..."]], Float[Array, "..."]]
"""A smooth scalar function, applied to each singular value."""


def tanh(s: Float[Array, "..."]) -> Float[Array, "..."]:
    """Hyperbolic tangent, odd; the activation of [chu2024]."""
    return jnp.tanh(s)


def sigmoid(s: Float[Array, "..."]) -> Float[Array, "..."]:
    """Logistic function 1 / (1 + e^{−s}); γ(0) = ½: its map jumps where rank is lost."""
    return jax.nn.sigmoid(s)


def softplus(s: Float[Array, "..."]) -> Float[Array, "..."]:
    """Softplus ln(1 + e^s); γ(0) = ln 2: its map jumps where rank is lost."""
    return jax.nn.softplus(s)


def identity(s: Float[Array, "..."]) -> Float[Array, "..."]:
    """γ(s) = s; its spectral map is the identity."""
    return s


class SmoothClamp(eqx.Module):
    """γ(s) = s / (1 + (s/c)⁸)^{1/8}: odd, analytic, s for |s| ≪ c and ±c for |s| ≫ c."""

    level: float | int = eqx.field(static=True, default=0.8)

    def __check_init__(self):
        if not self.level > 0:
            raise ValueError(f"SmoothClamp: level must be positive, got {self.level}")

    def __call__(self, s: Float[Array, "..."]) -> Float[Array, "..."]:
        """The clamped value, written so that no power overflows."""
        ratio = s / self.level
        small = jnp.where(jnp.abs(ratio) < 1, ratio, 1 / jnp.where(ratio == 0, 1, ratio))
        root = (1 + small**8) ** 0.125
        return jnp.where(jnp.abs(ratio) < 1, s / root, self.level * jnp.sign(s) / root)


@singledispatch
def variation_scale(gamma: Any) -> float:
    """The scale on which γ varies, 1 for all that are not registered here with one of their own.

    Derivatives of a spectral map take singular values for equal that are close on this scale.
    """
    del gamma
    return 1.0


@variation_scale.register
def _(gamma: SmoothClamp) -> float:
    return float(gamma.level)
