"""Factors that are known up to a variance, with a bias for each row and each column."""

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import Any, Array, Float, PRNGKey, Target
from tacit.algebra import Factored
from tacit.models._base import AbstractThinFactorisation


class Gaussians(eqx.Module):
    """Normal coordinates of one side, row by row: w of a factor, and last of all a bias.

    Attributes:
        mean: of the coordinates.
        variance: of each coordinate, where they are independent; else their covariance.
    """

    mean: Float[Array, "m w"]
    variance: Float[Array, "m w"] | Float[Array, "m w w"]

    @property
    def factor(self) -> Float[Array, "m r"]:
        """Mean of the factor, without the bias."""
        return self.mean[:, :-1]

    @property
    def bias(self) -> Float[Array, " m"]:
        """Mean of the biases."""
        return self.mean[:, -1]

    @property
    def is_full(self) -> bool:
        """Whether covariances are kept."""
        return self.variance.ndim == 3

    @property
    def marginal(self) -> Float[Array, "m w"]:
        """Variance of each coordinate."""
        if self.is_full:
            return jnp.diagonal(self.variance, axis1=1, axis2=2)
        return self.variance

    def turned(self, T: Float[Array, "r r"]) -> "Gaussians":
        """The factors times T, the bias as it is."""
        width = self.mean.shape[1]
        whole = jnp.eye(width, dtype=T.dtype).at[:-1, :-1].set(T)
        if self.is_full:
            return Gaussians(self.mean @ whole, whole.T @ self.variance @ whole)
        return Gaussians(self.mean @ whole, self.variance @ whole**2)


class GaussianFactors(AbstractThinFactorisation):
    """X_ij = u_i · v_j + b_i + c_j with normal u, v, b, c; the model is their law.

    The target X(θ) is the expectation, a matrix of rank at most w + 2. The width w is generous:
    coordinates that the data do not speak for end with mean 0, because variances count as misfit
    (the regularisation induced by integrating factors out [nakajima2010]).

    Attributes:
        rows: u and b, one row for each row of X.
        columns: v and c, one row for each column of X.
        precision: 1/σ² of an observation about X, for each column.
    """

    rows: Gaussians
    columns: Gaussians
    precision: Float[Array, " n"]

    def __call__(self) -> Target:
        """The expectation of X."""
        return self.factored().dense()

    def factored(self) -> Factored:
        """[u b 1] · [v 1 c]ᵀ."""
        ones = jnp.ones_like(self.rows.mean[:, :1]), jnp.ones_like(self.columns.mean[:, :1])
        left = jnp.concatenate([self.rows.mean, ones[0]], axis=1)
        right = jnp.concatenate([self.columns.factor, ones[1], self.columns.bias[:, None]], axis=1)
        return Factored(left, right.T)

    def of_factors(self) -> Factored:
        """The part u · v, without biases."""
        return Factored(self.rows.factor, self.columns.factor.T)

    def variances(self) -> Factored:
        """Variance of each X_ij, Σ_ab E[x_a x_b] E[z_a z_b] − E[x_a] E[x_b] E[z_a] E[z_b].

        Here x = [u b 1] and z = [v 1 c]; a = b alone where coordinates are independent.
        """
        factored = self.factored()
        x, z = factored.left, factored.right.T
        # Of x the last coordinate is known, of z the one before it.
        s = _with_known(self.rows.variance, -1)
        t = _with_known(self.columns.variance, -2)
        if self.rows.is_full:
            x, z = (means[:, :, None] * means[:, None, :] for means in (x, z))
            x, z, s, t = (moments.reshape(len(moments), -1) for moments in (x, z, s, t))
        else:
            x, z = x**2, z**2
        left, right = jnp.concatenate([x + s, s], axis=1), jnp.concatenate([t, z], axis=1)
        return Factored(left, right.T)

    @classmethod
    def initialise(
        cls,
        shape: tuple[int, int],
        *,
        width: int,
        init_scale: Any,
        noise: Any = 1.0,
        full: bool = False,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "GaussianFactors":
        """Draw factors of standard deviation `init_scale`, with variances of its square, no biases.

        Args:
            shape: (m, n).
            width: number of components.
            init_scale: standard deviation of the entries of the factors.
            noise: standard deviation of an observation about X.
            full: whether the coordinates of a row have covariances.
            dtype: precision.
            key: JAX random key.

        Raises:
            ValueError: if the width is below 1 or `init_scale` is not positive.
        """
        if width < 1:
            raise ValueError(f"GaussianFactors: the width must be at least 1, got {width}")
        if isinstance(init_scale, int | float) and not init_scale > 0:
            raise ValueError(f"GaussianFactors: init_scale must be positive, got {init_scale}")
        init_scale = jnp.asarray(init_scale, dtype)
        sides = []
        for side, of_side in zip(shape, jax.random.split(key), strict=True):
            drawn = init_scale * jax.random.normal(of_side, (side, width), dtype)
            mean = jnp.concatenate([drawn, jnp.zeros((side, 1), dtype)], axis=1)
            variance = jnp.full_like(mean, init_scale**2)
            if full:
                variance = variance[:, :, None] * jnp.eye(width + 1, dtype=dtype)[None]
            sides.append(Gaussians(mean, variance))
        rows, columns = sides
        return cls(rows, columns, jnp.full(shape[1], jnp.asarray(noise, dtype) ** -2))


def _with_known(variance: Array, place: int) -> Array:
    """Variances, or covariances, with zeros for one more coordinate, at the end or before it."""
    order = variance.ndim - 1
    padded = jnp.pad(variance, ((0, 0), *((0, 1),) * order))
    if place == -1:
        return padded
    swapped = (
        jnp.arange(padded.shape[1])
        .at[-2:]
        .set(jnp.array([padded.shape[1] - 1, padded.shape[1] - 2]))
    )
    padded = padded[:, swapped]
    return padded[:, :, swapped] if order == 2 else padded
