"""How far training has come: loss, objective, norm of the gradient."""

import equinox as eqx

from tacit._typing import RealScalar, ScalarLike
from tacit.algebra.tree_math import norm
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
    return norm(eqx.filter_grad(problem.objective)(model))


loss = Observer(_loss, "loss", "training loss ℓ")
objective = Observer(_objective, "objective", "objective L")
gradient_norm = Observer(_gradient_norm, "gradient_norm", "‖∇L‖")
