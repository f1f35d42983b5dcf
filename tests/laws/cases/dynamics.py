"""Dynamics: () → (dynamics, problem, model, what no gap raises), each with its gap."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from optax.contrib import MuonDimensionNumbers, scale_by_muon

from tacit import dynamics as moves
from tacit import models, operators, problems
from tacit.algebra import nuclear_norm, singular_values, t_product, t_transpose

from .base import KEY, draw
from .chains import deep
from .gaussian_factors import gaussian_factors
from .problems import small_completion, symmetric_target


class DynamicsCase(NamedTuple):
    """A dynamics on a problem that it fits."""

    name: str
    build: Callable[[], tuple[Any, problems.Problem, Any, Callable[..., Any] | None]]
    gap: int | float = 4
    tolerance: float | None = None
    slow: bool = False
    rotates: bool = True
    """Whether it gives one path of X from factors and from their rotation."""


def _on_completion(rule: Callable[[], Any], depth: int = 3, descends: bool = True) -> Any:
    problem = small_completion()
    start = deep((5, 4), (4,) * (depth - 1), jnp.float64)
    model = jax.tree.map(lambda factor: 0.4 * factor, start)
    return rule(), problem, model, (lambda m, _: problem.objective(m)) if descends else None


def _optimiser(rule: Any) -> Any:
    return moves.Optimiser(optax.chain(rule, optax.scale(-1.0)), 1e-2)


def _muon() -> Any:
    """Every leaf is a matrix; the rule asks for a tree that says so."""
    return scale_by_muon(
        weight_dimension_numbers=lambda tree: jax.tree.map(lambda _: MuonDimensionNumbers(), tree)
    )


def _recursion() -> Any:
    problem = problems.full_observation(symmetric_target([3.0, 1.0, 0.0, -0.5]))
    model = models.Deep.initialise(
        (4, 4), depth=3, init_scale=1e-2, initialiser=models.identity, dtype=jnp.float64, key=KEY
    )
    rule = moves.EigenvalueRecursion(1e-2)
    return rule, problem, model, lambda m, _: problem.objective(m)


def _soft_impute() -> Any:
    problem = small_completion()

    def penalised(model: models.Direct, state: Any) -> jax.Array:
        return problem.objective(model) + state.penalty * nuclear_norm(singular_values(model.array))

    model = models.Direct.zeros((5, 4), jnp.float64)
    return moves.SoftImpute(), problem, model, penalised


def _dineof() -> Any:
    """No objective that all its ranks share."""
    return moves.DINEOF(most=3), small_completion(), models.Direct.zeros((5, 4), jnp.float64), None


def _alternating() -> Any:
    rule, (_, problem, model, _) = moves.AlternatingLeastSquares(0.3, 0.1), _on_completion(tuple, 2)
    return rule, problem, model, lambda m, _: rule.objective(problem, m)


def _variational(full: bool) -> Any:
    """No objective that all dynamics share: it descends a free energy, which its tests hold."""
    seen = np.ones((5, 4), bool) if full else np.arange(20).reshape(5, 4) % 3 != 1
    operator = operators.Entries.from_mask(seen, jnp.float64)
    problem = problems.Problem(operator, operator.mv(draw((5, 4))))
    return moves.VariationalBayes(), problem, gaussian_factors(full, jnp.float64, 0.5), None


def _explicit(rule: Callable[[], Any]) -> Any:
    observed = np.random.default_rng(5).random((4, 3, 2)) < 0.6
    operator = operators.TensorEntries.from_mask(observed, jnp.float64)
    problem = problems.Problem(operator, operator.mv(draw((4, 3, 2))))
    return rule(), problem, models.Direct.zeros((4, 3, 2), jnp.float64), None


def _monte_carlo() -> Any:
    """No objective either: a draw moves the covariances."""
    y, weights = draw((4, 3, 2)), jnp.asarray(np.random.default_rng(5).random((4, 3, 2)) < 0.6)
    operator = operators.TensorEntries(np.arange(y.size), y.shape, jnp.float64)
    seen = weights.ravel().astype(jnp.float64)
    problem = problems.Problem(operator, seen * y.ravel(), weights=seen)
    roots = tuple(jnp.eye(side, dtype=jnp.float64) for side in y.shape)
    model = models.GaussianTensor(jnp.zeros_like(y), (roots,), jnp.asarray(0.1))
    return moves.MonteCarloEM(KEY, 1e-12, 200), problem, model, None


def _compact() -> Any:
    truth = draw((5, 4))
    problem = problems.shared_sensing(truth, 6, 1.0, problems.LeastSquares(), key=KEY)
    operator = problem.operator
    model = models.SpectralNetwork.aligned((operator.left, operator.right), (2, 3), key=KEY)
    return moves.CompactFlow(), problem, model, lambda m, _: problem.objective(m)


def _end_to_end(depth: float, side: int) -> Any:
    problem = small_completion()
    rule = moves.EndToEndFlow(depth, rtol=1e-9, atol=1e-11)
    return rule, problem, models.Direct(0.4 * draw((5, side))), lambda m, _: problem.objective(m)


def _tubal() -> Any:
    """Noisy measurements of a tensor, none of them tubal-symmetric, and a factor that is wide."""
    X = draw((3, 1, 4))
    truth = t_product(X, t_transpose(X))
    problem = problems.tubal_sensing(truth, 20, noise=0.1, key=KEY)
    model = models.SymmetricTubal(0.3 * draw((3, 5, 4), seed=8))
    return moves.TubalDescent(1e-2), problem, model, lambda m, _: problem.objective(m)


def _tubal_pair() -> Any:
    """Slices that are real and slices that are not."""
    problem = problems.sensing(draw((4, 3, 4)), 20, 0.2, key=KEY)
    model = models.Tubal(0.5 * draw((4, 2, 4), seed=8), 0.5 * draw((3, 2, 4), seed=9))
    rule = moves.ScaledDescent(0.1, 0.05, alternating=True)
    return rule, problem, model, lambda m, _: problem.objective(m)


def _greedy() -> Any:
    """More ranks than the stages of the law take, each with one minimum."""
    problem = problems.full_observation(draw((5, 4)))
    rule = moves.GreedyLowRank(moves.GradientDescent(0.05), size=1e-2, every=20, max_steps=400)
    model = models.Deep.zeros((5, 4), depth=3, width=3, dtype=jnp.float64)
    return rule, problem, model, lambda m, _: problem.objective(m)


DYNAMICS = [
    DynamicsCase("descent", partial(_on_completion, lambda: moves.GradientDescent(0.05))),
    DynamicsCase(
        "descent with momentum",
        partial(_on_completion, lambda: moves.GradientDescent(0.01, 0.9), descends=False),
    ),
    DynamicsCase(
        "descent with Nesterov's momentum",
        partial(
            _on_completion, lambda: moves.GradientDescent(0.01, 0.9, nesterov=True), descends=False
        ),
    ),
    # A stretch ends with the gap, so that gaps add up only when they are whole stretches.
    DynamicsCase(
        "descent, automatic",
        partial(_on_completion, lambda: moves.GradientDescent(moves.AutoStep(every=2))),
        slow=True,
    ),
    DynamicsCase(
        "descent, automatic, with momentum",
        partial(
            _on_completion, lambda: moves.GradientDescent(moves.AutoStep(every=2), 0.8), depth=2
        ),
        slow=True,
    ),
    DynamicsCase(
        "Levenberg–Marquardt",
        partial(_on_completion, lambda: moves.LevenbergMarquardt()),
        2,
        slow=True,
    ),
    DynamicsCase("greedy, depth 3", _greedy, 1, 1e-7, slow=True),
    DynamicsCase("group RMSprop", partial(_on_completion, lambda: moves.GroupRMSprop(1e-2))),
    DynamicsCase(
        "optimiser: Muon",
        partial(_on_completion, lambda: _optimiser(_muon()), descends=False),
    ),
    DynamicsCase(
        "optimiser: Adam",
        partial(_on_completion, lambda: _optimiser(optax.scale_by_adam()), depth=2, descends=False),
        rotates=False,
    ),
    DynamicsCase("gradient flow", partial(_on_completion, lambda: moves.GradientFlow()), 0.5, 1e-8),
    DynamicsCase("eigenvalue recursion", _recursion),
    DynamicsCase("soft impute", _soft_impute),
    DynamicsCase("DINEOF", _dineof),
    DynamicsCase("alternating least squares", _alternating),
    DynamicsCase(
        "scaled descent", partial(_on_completion, lambda: moves.ScaledDescent(0.1, 0.05), depth=2)
    ),
    DynamicsCase(
        "scaled descent, alternating",
        partial(_on_completion, lambda: moves.ScaledDescent(0.1, 0.05, alternating=True), depth=2),
    ),
    DynamicsCase("scaled descent of tubal tensors, alternating", _tubal_pair, slow=True),
    DynamicsCase("variational descent", partial(_variational, False)),
    DynamicsCase("variational descent with covariances", partial(_variational, True), slow=True),
    DynamicsCase("tensor nuclear norm", partial(_explicit, lambda: moves.TNN())),
    DynamicsCase("tensor correlated total variation", partial(_explicit, lambda: moves.TCTV())),
    DynamicsCase(
        "windows of correlated total variation",
        partial(_explicit, lambda: moves.WindowedTCTV(window=2, directions=(0, 1, 2))),
        slow=True,
    ),
    DynamicsCase("nuclear norms of unfoldings", partial(_explicit, lambda: moves.HaLRTC())),
    DynamicsCase("Monte-Carlo EM", _monte_carlo),
    DynamicsCase("tubal descent", _tubal, slow=True),
    DynamicsCase("compact flow", _compact, 0.5, 1e-8, slow=True),
    DynamicsCase(
        "end-to-end flow of depth 2.5", partial(_end_to_end, 2.5, 4), 0.5, 1e-8, slow=True
    ),
    DynamicsCase(
        "end-to-end flow of infinite depth", partial(_end_to_end, np.inf, 4), 0.5, 1e-8, slow=True
    ),
]
