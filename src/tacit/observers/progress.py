"""How far training has come: loss, objective, norm of the gradient."""

import equinox as eqx
import jax
import jax.numpy as jnp

from tacit._typing import RealScalar, ScalarLike
from tacit.models import AbstractFactorisation
from tacit.observers._base import Observer
from tacit.problems import Problem


def _loss(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t
    return problem.data_loss(model)


def _objective(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t
    return problem.objective(model)


def _gradient_norm(t: ScalarLike, model: AbstractFactorisation, problem: Problem) -> RealScalar:
    del t
    gradient = eqx.filter_grad(problem.objective)(model)
    return jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(gradient)))


loss = Observer(_loss, "loss", "training loss ℓ")
objective = Observer(_objective, "objective", "objective L")
gradient_norm = Observer(_gradient_norm, "gradient_norm", "‖∇L‖")
