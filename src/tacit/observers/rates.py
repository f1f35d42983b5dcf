"""How fast a spectral network can learn: the extreme eigenvalues of M in ẋ = M λ."""

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree

from tacit._typing import Array, Float, ScalarLike
from tacit.models import AbstractFactorisation, SpectralNetwork
from tacit.models.spectral_coordinates import align
from tacit.observers._base import Law, Observer
from tacit.operators import SharedBasis
from tacit.problems import Problem


def _rates(
    t: ScalarLike, model: AbstractFactorisation, problem: Problem
) -> Float[Array, " extreme"]:
    del t
    operator = problem.operator
    if not (isinstance(model, SpectralNetwork) and isinstance(operator, SharedBasis)):
        raise ValueError("spectral_rates is defined for a SpectralNetwork and a SharedBasis")
    flat, restore = ravel_pytree(align(model, (operator.left, operator.right)).coordinates)
    activation = model.activation
    J = jax.jacobian(lambda flat: restore(flat).output(activation))(flat)
    eigenvalues = jnp.linalg.eigvalsh(J @ J.T)
    return jnp.stack([eigenvalues[0], eigenvalues[-1]])


spectral_rates = Observer(_rates, "spectral_rates", "extreme eigenvalues of M = JJᵀ", ("extreme",))
"""λ_min and λ_max of M(t) = J Jᵀ, J = ∂x/∂(ū, v̄, α): ẋ = M λ, λ = −∂ℓ/∂x [chu2024]."""


def _imbalance(model: AbstractFactorisation) -> Float[Array, "K r r"]:
    if not isinstance(model, SpectralNetwork):
        raise ValueError(
            f"spectral_balance is defined for SpectralNetworks, not {type(model).__name__}"
        )
    gram = jnp.swapaxes(model.left, 1, 2) @ model.left
    return gram - jnp.swapaxes(model.right, 1, 2) @ model.right


spectral_balance = Law(_imbalance, "spectral_balance_drift", "drift of U_kᵀU_k − V_kᵀV_k")
"""U_kᵀU_k − V_kᵀV_k = G_kᵀ diag(ū_k² − v̄_k²) G_k of each input, which gradient flow conserves."""
