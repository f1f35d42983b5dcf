"""A problem: what was measured, how misfit is counted, what else is asked of the target."""

import equinox as eqx
import jax
import numpy as np

from tacit._typing import Any, Measurements, Penalty, PRNGKey, RealScalar, Target
from tacit.models import (
    AbstractFactorisation,
    AbstractTensorFactorisation,
    AbstractThinFactorisation,
)
from tacit.operators import AbstractMeasurement
from tacit.problems.losses import AbstractLoss, LeastSquares


class Problem(eqx.Module):
    """Find X with A X ≈ y: minimise ℓ(A X − y; w) + penalty(X).

    Models and operators are strangers to each other and meet only here. `truth` is for observers;
    no dynamics looks at it.
    """

    operator: AbstractMeasurement
    y: Measurements
    loss: AbstractLoss = LeastSquares()
    weights: Measurements | None = None
    penalty: Penalty | None = None
    truth: Target | None = None

    def __check_init__(self):
        size = self.operator.size
        for name, values in (("y", self.y), ("weights", self.weights)):
            if values is not None and values.shape[-1] != size:
                raise ValueError(
                    f"Problem: {name} has {values.shape[-1]} numbers but the operator makes {size} "
                    "measurements"
                )
        if self.truth is not None and self.truth.shape[-len(self.operator.shape) :] != tuple(
            self.operator.shape
        ):
            raise ValueError(
                f"Problem: truth has shape {self.truth.shape}, the operator's target "
                f"{self.operator.shape}"
            )

    def residual(self, model: AbstractFactorisation) -> Measurements:
        """Residual A X(θ) − y, read from the factors where that is cheaper than forming X."""
        if isinstance(model, AbstractThinFactorisation | AbstractTensorFactorisation):
            return self.operator.mv_factored(model.factored()) - self.y
        return self.operator.mv(model()) - self.y

    def loss_at(self, X: Target) -> RealScalar:
        """Loss ℓ(A X − y) of a target, without the penalty."""
        return self.loss(self.operator.mv(X) - self.y, self.weights)

    def data_loss(self, model: AbstractFactorisation) -> RealScalar:
        """Loss ℓ(A X(θ) − y) of a model, without the penalty."""
        return self.loss(self.residual(model), self.weights)

    def objective(self, model: AbstractFactorisation) -> RealScalar:
        """What training descends: loss plus penalty. Its gradient has the model's own type."""
        if self.penalty is None:
            return self.data_loss(model)
        X = model()
        return self.loss_at(X) + self.penalty(X)

    def take(self, index: Any) -> "Problem":
        """The same problem with only the measurements listed."""
        index = np.asarray(index)
        return eqx.tree_at(
            lambda problem: (problem.operator, problem.y, problem.weights),
            self,
            (
                self.operator.take(index),
                self.y[index],
                None if self.weights is None else self.weights[index],
            ),
            is_leaf=lambda leaf: leaf is None,
        )

    def split(self, fraction: float, *, key: PRNGKey) -> tuple["Problem", "Problem"]:
        """Measurements divided at random into (train, held out), `fraction` of them held out.

        Raises:
            ValueError: if either part would be empty.
        """
        size = self.operator.size
        held = round(fraction * size)
        if not 0 < held < size:
            raise ValueError(
                f"Problem.split: a fraction of {fraction} of {size} measurements leaves one part "
                "empty"
            )
        order = np.asarray(jax.random.permutation(key, size))
        return self.take(np.sort(order[held:])), self.take(np.sort(order[:held]))
