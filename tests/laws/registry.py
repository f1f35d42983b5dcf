"""What the laws run over: a new class is tested by being listed here, and must be listed."""

from collections.abc import Callable
from functools import partial, reduce
from itertools import pairwise
from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit import dynamics as moves
from tacit import models, observers, operators, problems
from tacit.algebra import (
    Cosine,
    Fourier,
    Haar,
    Linear,
    SmoothClamp,
    dirichlet_energy,
    hessian_variation,
    laplacian_energy,
    learned_transform,
    nuclear_norm,
    singular_values,
    t_product,
    t_qr,
    t_transpose,
    tanh,
)

KEY = jax.random.key(7)
PRECISIONS = (jnp.float32, jnp.float64)


class Case(NamedTuple):
    """A name for the test's report, and how to build the object once the test runs."""

    name: str
    build: Callable[..., Any]


def draw(shape: tuple[int, ...], dtype: Any = jnp.float64, seed: int = 7) -> jax.Array:
    """Standard normal numbers, by numpy: they compile nothing."""
    return jnp.asarray(np.random.default_rng(seed).standard_normal(shape), dtype)


def single(tree: Any) -> Any:
    """The tree with its float64 arrays in float32."""
    return jax.tree.map(
        lambda leaf: leaf.astype(jnp.float32) if eqx.is_inexact_array(leaf) else leaf, tree
    )


def ids(cases: list[Any]) -> dict[str, Any]:
    """Arguments of `pytest.mark.parametrize` after the name of the argument."""
    return {"argvalues": cases, "ids": [case.name for case in cases]}


# Transforms: lengths of the tubes -> transform; "linear" alone is no multiple of a unitary one.


def _orthogonal(tubes: tuple[int, ...]) -> Linear:
    return Linear(*(3 * np.linalg.qr(draw((length, length)))[0] for length in tubes))


def _linear(tubes: tuple[int, ...]) -> Linear:
    return Linear(*(2 * np.eye(length) + np.tri(length) for length in tubes))


TRANSFORMS = [
    Case("Fourier", lambda tubes: Fourier()),
    Case("cosine", lambda tubes: Cosine()),
    Case("Haar", lambda tubes: Haar()),
    Case("orthogonal, three times", _orthogonal),
    Case("linear", _linear),
    Case("learned", lambda tubes: learned_transform(draw((2, 3, *tubes)))),
]
TUBES = {"order 3": (4,), "order 4": (4, 4)}


# Operators: dtype -> operator, of targets with at most a few dozen entries.


def _entries(rows: Any, columns: Any, dtype: Any) -> operators.Entries:
    return operators.Entries(np.array(rows), np.array(columns), (4, 5), dtype)


def _mask(dtype: Any) -> operators.Entries:
    return operators.Entries.from_mask(np.arange(20).reshape(4, 5) % 3 != 1, dtype)


def _dense(shape: tuple[int, ...], dtype: Any) -> operators.Dense:
    return operators.Dense(draw(shape, dtype))


def _channels(dtype: Any) -> operators.ChannelMix:
    mask = np.arange(4 * 6).reshape(4, 6) % 5 != 2
    mixing = jnp.array([[1.0, 0.5, 0.0], [1.0, -0.25, 0.75], [1.0, 0.0, -2.0]], dtype)
    return operators.ChannelMix(operators.Entries.from_mask(mask, dtype), mixing)


def _shared_basis(shape: tuple[int, int], size: int, dtype: Any) -> operators.SharedBasis:
    """Singular vectors of a random matrix, random spectra."""
    U, _, Vt = np.linalg.svd(draw(shape, dtype, seed=3), full_matrices=False)
    spectra = draw((size, min(shape)), dtype, seed=4)
    return operators.SharedBasis(jnp.asarray(U), jnp.asarray(Vt.T), spectra)


OPERATORS = [
    Case("entries of a mask", _mask),
    Case("entries, unsorted", partial(_entries, [3, 0, 2, 0], [1, 4, 2, 0])),
    Case("entries, sorted, one twice", partial(_entries, [0, 1, 1, 3], [2, 0, 0, 4])),
    Case("entries, unsorted, one twice", partial(_entries, [3, 0, 3], [1, 4, 1])),
    Case("entries, one only", partial(_entries, [2], [3])),
    Case("dense on matrices", partial(_dense, (6, 3, 4))),
    Case("dense on more matrices than numbers", partial(_dense, (15, 3, 4))),
    Case("dense on tensors", partial(_dense, (5, 2, 3, 2))),
    Case("dense on vectors", partial(_dense, (5, 4))),
    Case(
        "entries of a tensor",
        lambda dtype: operators.TensorEntries.from_mask(
            np.arange(24).reshape(2, 3, 2, 2) % 5 > 1, dtype
        ),
    ),
    Case(
        "entries of a tensor, unsorted, one twice",
        lambda dtype: operators.TensorEntries([11, 3, 11, 0], (2, 3, 2), dtype),
    ),
    Case(
        "tubes",
        lambda dtype: operators.TensorEntries.from_tubes(
            np.arange(6).reshape(2, 3) % 4 != 1, (2, 2), dtype
        ),
    ),
    Case(
        "frontal slices",
        lambda dtype: operators.TensorEntries.from_slices(
            np.arange(6).reshape(3, 2) % 4 != 1, (2, 3), dtype
        ),
    ),
    Case("channel mix of entries", _channels),
    Case("shared basis, tall", partial(_shared_basis, (5, 3), 2)),
    Case("shared basis, square, more measurements than values", partial(_shared_basis, (4, 4), 7)),
]


# Models: dtype -> (model, its target's shape, closed form of J Jᵀ, models with the same target).


class ModelCase(NamedTuple):
    """A model with what is known of it."""

    name: str
    build: Callable[[Any], models.AbstractFactorisation]
    shape: tuple[int, ...]
    preconditioner: Callable[[Any], Callable[[jax.Array], jax.Array]] | None = None
    symmetries: Callable[[Any], list[Any]] | None = None


def _deep(shape: tuple[int, int], widths: tuple[int, ...], dtype: Any) -> models.Deep:
    sides = (shape[1], *widths, shape[0])
    return models.Deep(
        tuple(draw((upper, lower), dtype, seed=lower) for lower, upper in pairwise(sides))
    )


def _product(factors: Any, side: int) -> np.ndarray:
    """The product of a chain by numpy, first factor first; the identity of the side if empty."""
    return reduce(lambda below, factor: factor @ below, map(np.asarray, factors), np.eye(side))


def _deep_preconditioner(model: models.Deep) -> Callable[[jax.Array], jax.Array]:
    """Σ_j (W_L ⋯ W_{j+1}) (W_L ⋯ W_{j+1})ᵀ G (W_{j−1} ⋯ W_1)ᵀ (W_{j−1} ⋯ W_1)."""
    factors = model.factors

    def closed_form(G: jax.Array) -> jax.Array:
        total = np.zeros(G.shape)
        for j in range(len(factors)):
            above = _product(factors[j + 1 :], factors[j].shape[0])
            below = _product(factors[:j], factors[0].shape[1])
            total = total + above @ above.T @ np.asarray(G) @ below.T @ below
        return jnp.asarray(total, G.dtype)

    return closed_form


def _deep_symmetries(model: models.Deep) -> list[models.Deep]:
    """(W_{j+1} Q⁻¹, Q W_j) for a random invertible Q at every inner width."""
    twins = []
    for j, (lower, upper) in enumerate(pairwise(map(np.asarray, model.factors))):
        side = lower.shape[0]
        Q = 2 * np.eye(side) + np.random.default_rng(j).random((side, side)) / side
        changed = list(model.factors)
        changed[j] = jnp.asarray(Q @ lower)
        changed[j + 1] = jnp.asarray(upper @ np.linalg.inv(Q))
        twins.append(models.Deep(tuple(changed)))
    return twins


def _symmetric_preconditioner(model: models.Symmetric) -> Callable[[jax.Array], jax.Array]:
    """J Jᵀ G = (G + Gᵀ) U Uᵀ + U Uᵀ (G + Gᵀ)."""
    square = np.asarray(model.factor) @ np.asarray(model.factor).T

    def closed_form(G: jax.Array) -> jax.Array:
        doubled = np.asarray(G) + np.asarray(G).T
        return jnp.asarray(doubled @ square + square @ doubled)

    return closed_form


def _symmetric_symmetries(model: models.Symmetric) -> list[models.Symmetric]:
    """U Q with Q orthogonal."""
    side = model.factor.shape[1]
    Q, _ = np.linalg.qr(draw((side, side)))
    return [models.Symmetric(jnp.asarray(np.asarray(model.factor) @ Q))]


def _spectral(
    shape: tuple[int, int], widths: tuple[int, ...], activation: Any, dtype: Any
) -> models.SpectralNetwork:
    inputs = tuple(0.7 * draw((widths[0], side, 3), dtype, seed=side) for side in shape)
    sides = pairwise((*widths, 1))
    mixers = tuple(draw(sides, dtype, seed=at) for at, sides in enumerate(sides))
    return models.SpectralNetwork(*inputs, mixers, activation)


def _spectral_symmetries(model: models.SpectralNetwork) -> list[models.SpectralNetwork]:
    """U_k Q and V_k Q with Q orthogonal; the inputs in another order."""
    Q, _ = np.linalg.qr(draw((3, 3)))
    turned = eqx.tree_at(lambda m: (m.left, m.right), model, (model.left @ Q, model.right @ Q))
    order = np.arange(model.widths[0])[::-1]
    mixed = eqx.tree_at(
        lambda m: (m.left, m.right, m.mixers[0]),
        model,
        (model.left[order], model.right[order], model.mixers[0][order]),
    )
    return [turned, mixed]


def _deep_case(name: str, shape: tuple[int, int], widths: tuple[int, ...]) -> ModelCase:
    build = partial(_deep, shape, widths)
    return ModelCase(f"deep, {name}", build, shape, _deep_preconditioner, _deep_symmetries)


def _tubal_matrix(T: jax.Array) -> np.ndarray:
    """The block-circulant matrix of a tensor of order 3, by numpy."""
    values = np.asarray(T)
    k = values.shape[2]
    return np.block([[values[:, :, (j - l) % k] for l in range(k)] for j in range(k)])  # noqa: E741


def _tubal_tensor(circulant: np.ndarray, k: int) -> jax.Array:
    """The tensor whose block-circulant matrix is given: its first block column."""
    column = circulant[:, : circulant.shape[1] // k]
    return jnp.asarray(np.moveaxis(column.reshape(k, -1, column.shape[1]), 0, -1))


def _tubal_frame(side: int, k: int) -> jax.Array:
    """An orthogonal Q, Qᵀ * Q = I."""
    return t_qr(draw((side, side, k)))[0]


def _symmetric_tubal_preconditioner(model: Any) -> Callable[[jax.Array], jax.Array]:
    """J Jᵀ G = (G + Gᵀ) * U * Uᵀ + U * Uᵀ * (G + Gᵀ)."""
    U = _tubal_matrix(model.factor)

    def closed_form(G: jax.Array) -> jax.Array:
        doubled = _tubal_matrix(G) + _tubal_matrix(G).T
        return _tubal_tensor(doubled @ U @ U.T + U @ U.T @ doubled, G.shape[2])

    return closed_form


def _tubal_preconditioner(model: Any) -> Callable[[jax.Array], jax.Array]:
    """J Jᵀ G = G * V * Vᵀ + U * Uᵀ * G."""
    U, V = _tubal_matrix(model.left), _tubal_matrix(model.right)

    def closed_form(G: jax.Array) -> jax.Array:
        return _tubal_tensor(_tubal_matrix(G) @ V @ V.T + U @ U.T @ _tubal_matrix(G), G.shape[2])

    return closed_form


def _deep_tubal_preconditioner(model: Any) -> Callable[[jax.Array], jax.Array]:
    """That of `Deep`, with the t-product for the product."""
    chain = models.Deep(tuple(jnp.asarray(_tubal_matrix(factor)) for factor in model.factors))
    of_matrices = _deep_preconditioner(chain)
    return lambda G: _tubal_tensor(
        np.asarray(of_matrices(jnp.asarray(_tubal_matrix(G)))), G.shape[2]
    )


def _turned(*names: str) -> Callable[[Any], list[Any]]:
    """The same orthogonal Q behind each of the named factors of width 2, tubes of 4."""

    def symmetries(model: Any) -> list[Any]:
        factors = tuple(t_product(getattr(model, name), _tubal_frame(2, 4)) for name in names)
        return [eqx.tree_at(lambda m: tuple(getattr(m, name) for name in names), model, factors)]

    return symmetries


def _gaussians(rows: int, full: bool, dtype: Any, scale: float = 1.0) -> models.Gaussians:
    """Two factors and a bias a row, with a law."""
    root = scale * draw((rows, 3, 3), dtype, seed=rows)
    variance = jnp.asarray(np.asarray(root) @ np.asarray(root).swapaxes(1, 2), dtype)
    diagonal = np.diagonal(variance, axis1=1, axis2=2)
    return models.Gaussians(
        scale * draw((rows, 3), dtype, seed=rows + 1), variance if full else jnp.asarray(diagonal)
    )


def _gaussian_factors(full: bool, dtype: Any, scale: float = 1.0) -> models.GaussianFactors:
    sides = (_gaussians(rows, full, dtype, scale) for rows in (5, 4))
    return models.GaussianFactors(*sides, jnp.full(4, 2, dtype))


def _gaussian_preconditioner(
    model: models.GaussianFactors,
) -> Callable[[jax.Array], jax.Array]:
    """J Jᵀ G = G (V Vᵀ + 1 1ᵀ) + (U Uᵀ + 1 1ᵀ) G: variances and precision have no part in X."""
    U, V = (np.asarray(side.factor) for side in (model.rows, model.columns))

    def closed_form(G: jax.Array) -> jax.Array:
        return jnp.asarray(np.asarray(G) @ (V @ V.T + 1) + (U @ U.T + 1) @ np.asarray(G))

    return closed_form


def _gaussian_symmetries(model: models.GaussianFactors) -> list[models.GaussianFactors]:
    """U T and V T⁻ᵀ for an invertible T; the biases one up and one down."""
    T = 2 * np.eye(2) + draw((2, 2)) / 3
    sides = model.rows.turned(T), model.columns.turned(jnp.asarray(np.linalg.inv(T).T))
    turned = models.GaussianFactors(*sides, model.precision)
    means = model.rows.mean.at[:, -1].add(1), model.columns.mean.at[:, -1].add(-1)
    shifted = eqx.tree_at(lambda m: (m.rows.mean, m.columns.mean), model, means)
    return [turned, shifted]


TUBAL_MODELS = [
    ModelCase(
        "symmetric tubal",
        lambda dtype: models.SymmetricTubal(draw((3, 2, 4), dtype)),
        (3, 3, 4),
        _symmetric_tubal_preconditioner,
        _turned("factor"),
    ),
    ModelCase(
        "tubal",
        lambda dtype: models.Tubal(draw((4, 2, 4), dtype), draw((3, 2, 4), dtype, seed=8)),
        (4, 3, 4),
        _tubal_preconditioner,
        _turned("left", "right"),
    ),
    ModelCase(
        "tubal of order 4, cosine",
        lambda dtype: models.Tubal(
            draw((3, 2, 2, 3), dtype), draw((2, 2, 2, 3), dtype, seed=8), Cosine()
        ),
        (3, 2, 2, 3),
    ),
    ModelCase(
        "deep tubal, depth 3",
        lambda dtype: models.DeepTubal(
            tuple(
                draw((*sides, 3), dtype, seed=at)
                for at, sides in enumerate([(2, 3), (3, 2), (4, 3)])
            )
        ),
        (4, 3, 3),
        _deep_tubal_preconditioner,
    ),
    ModelCase(
        "deep tubal, depth 1",
        lambda dtype: models.DeepTubal((draw((2, 3, 3), dtype),)),
        (2, 3, 3),
        lambda model: lambda G: G,
    ),
]

MODELS = [
    *TUBAL_MODELS,
    ModelCase(
        "direct",
        lambda dtype: models.Direct(draw((3, 4), dtype)),
        (3, 4),
        lambda model: lambda G: G,
    ),
    ModelCase(
        "direct, a tensor",
        lambda dtype: models.Direct(draw((2, 3, 2), dtype)),
        (2, 3, 2),
        lambda model: lambda G: G,
    ),
    ModelCase(
        "symmetric",
        lambda dtype: models.Symmetric(draw((4, 3), dtype)),
        (4, 4),
        _symmetric_preconditioner,
        _symmetric_symmetries,
    ),
    *(
        ModelCase(
            f"Gaussian factors with {name}",
            partial(_gaussian_factors, full),
            (5, 4),
            _gaussian_preconditioner,
            _gaussian_symmetries,
        )
        for name, full in (("variances", False), ("covariances", True))
    ),
    _deep_case("depth 1", (3, 4), ()),
    _deep_case("depth 2", (4, 3), (3,)),
    _deep_case("depth 3, wide then narrow", (4, 5), (6, 2)),
    _deep_case("depth 4, narrow then wide", (5, 3), (2, 3, 7)),
    *(
        ModelCase(
            f"spectral, {name}",
            partial(_spectral, shape, widths, activation),
            shape,
            symmetries=_spectral_symmetries,
        )
        for name, shape, widths, activation in (
            ("depth 1", (4, 3), (3,), tanh),
            ("depth 2, wide", (3, 4), (2, 3), SmoothClamp()),
            ("depth 3, linear", (3, 3), (2, 1, 2), None),
        )
    ),
]


# Dynamics: () -> (dynamics, problem, model, what no gap raises), each with its gap.


class DynamicsCase(NamedTuple):
    """A dynamics on a problem that it fits."""

    name: str
    build: Callable[[], tuple[Any, problems.Problem, Any, Callable[..., Any] | None]]
    gap: int | float = 4
    tolerance: float | None = None


def small_completion(loss: problems.AbstractLoss | None = None) -> problems.Problem:
    """Twelve entries of a 5 × 4 matrix of rank one."""
    truth = draw((5, 1)) @ draw((1, 4), seed=8)
    return problems.completion(truth, 12, loss or problems.LeastSquares(), key=KEY)


def symmetric_target(eigenvalues: Any) -> jax.Array:
    """A symmetric matrix with the given eigenvalues."""
    Q, _ = np.linalg.qr(draw((len(eigenvalues), len(eigenvalues))))
    target = (Q * np.array(eigenvalues)) @ Q.T
    return jnp.asarray((target + target.T) / 2)


def _on_completion(rule: Callable[[], Any], depth: int = 3, descends: bool = True) -> Any:
    problem = small_completion()
    start = _deep((5, 4), (4,) * (depth - 1), jnp.float64)
    model = jax.tree.map(lambda factor: 0.4 * factor, start)
    return rule(), problem, model, (lambda m, _: problem.objective(m)) if descends else None


def _recursion() -> Any:
    problem = problems.full_observation(symmetric_target([3.0, 1.0, 0.0, -0.5]))
    model = models.Deep.initialise(
        (4, 4), depth=3, scale=1e-2, initialiser=models.identity, dtype=jnp.float64, key=KEY
    )
    rule = moves.EigenvalueRecursion(1e-2)
    return rule, problem, model, lambda m, _: problem.objective(m)


def _soft_impute() -> Any:
    problem = small_completion()

    def penalised(model: models.Direct, state: Any) -> jax.Array:
        return problem.objective(model) + state.penalty * nuclear_norm(singular_values(model.array))

    model = models.Direct.zeros((5, 4), jnp.float64)
    return moves.SoftImpute(), problem, model, penalised


def _alternating() -> Any:
    rule, (_, problem, model, _) = moves.AlternatingLeastSquares(0.3, 0.1), _on_completion(tuple, 2)
    return rule, problem, model, lambda m, _: rule.objective(problem, m)


def _variational(full: bool) -> Any:
    """No objective that all dynamics share: it descends a free energy, which its tests hold."""
    seen = np.ones((5, 4), bool) if full else np.arange(20).reshape(5, 4) % 3 != 1
    operator = operators.Entries.from_mask(seen, jnp.float64)
    problem = problems.Problem(operator, operator.mv(draw((5, 4))))
    grouped = moves.VariationalDescent
    rule = grouped.on_grid((5, 4)) if full else grouped.on(operator)
    return rule, problem, _gaussian_factors(full, jnp.float64, 0.5), None


def _explicit(rule: Callable[[], Any]) -> Any:
    observed = np.random.default_rng(5).random((4, 3, 2)) < 0.6
    operator = operators.TensorEntries.from_mask(observed, jnp.float64)
    problem = problems.Problem(operator, operator.mv(draw((4, 3, 2))))
    return rule(), problem, models.Direct.zeros((4, 3, 2), jnp.float64), None


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
    ),
    DynamicsCase(
        "descent, automatic, with momentum",
        partial(
            _on_completion, lambda: moves.GradientDescent(moves.AutoStep(every=2), 0.8), depth=2
        ),
    ),
    DynamicsCase(
        "Levenberg–Marquardt", partial(_on_completion, lambda: moves.LevenbergMarquardt()), 2
    ),
    DynamicsCase(
        "greedy, depth 3",
        _greedy,
        1,
        1e-7,
    ),
    DynamicsCase("group RMSprop", partial(_on_completion, lambda: moves.GroupRMSprop(1e-2))),
    DynamicsCase("gradient flow", partial(_on_completion, lambda: moves.GradientFlow()), 0.5, 1e-8),
    DynamicsCase("eigenvalue recursion", _recursion),
    DynamicsCase("soft impute", _soft_impute),
    DynamicsCase("alternating least squares", _alternating),
    DynamicsCase(
        "scaled descent", partial(_on_completion, lambda: moves.ScaledDescent(0.1, 0.05), depth=2)
    ),
    DynamicsCase("variational descent", partial(_variational, False)),
    DynamicsCase("variational descent with covariances", partial(_variational, True)),
    DynamicsCase("tensor nuclear norm", partial(_explicit, lambda: moves.TNN())),
    DynamicsCase("tensor correlated total variation", partial(_explicit, lambda: moves.TCTV())),
    DynamicsCase(
        "windows of correlated total variation",
        partial(_explicit, lambda: moves.WindowedTCTV(window=2, directions=(0, 1, 2))),
    ),
    DynamicsCase("nuclear norms of unfoldings", partial(_explicit, lambda: moves.HaLRTC())),
    DynamicsCase("tubal descent", _tubal),
    DynamicsCase("compact flow", _compact, 0.5, 1e-8),
    DynamicsCase("end-to-end flow of depth 2.5", partial(_end_to_end, 2.5, 4), 0.5, 1e-8),
    DynamicsCase("end-to-end flow of infinite depth", partial(_end_to_end, np.inf, 4), 0.5, 1e-8),
]


# Observers, each with the length of its axes on a 5 × 4 problem; laws as observers of their drift.

OBSERVERS = {
    "alignment": (observers.alignment, ()),
    "angle_to_spectral_tensor": (observers.angle_to_spectral_tensor, ()),
    "angle_to_truth": (observers.angle_to_truth, ()),
    "balance": (observers.balance, ()),
    "balancedness": (observers.balancedness, ()),
    "effective_rank": (observers.effective_rank, ()),
    "factor_spectrum": (observers.factor_spectrum, (3, 2)),
    "gradient_norm": (observers.gradient_norm, ()),
    "HeldOut": (observers.HeldOut, ()),
    "loss": (observers.loss, ()),
    "noise": (observers.noise, ()),
    "nuclear_norm": (observers.nuclear_norm, ()),
    "objective": (observers.objective, ()),
    "power_iterate_angle": (observers.power_iterate_angle, ()),
    "reconstruction_error": (observers.reconstruction_error, ()),
    "schatten_norm": (observers.schatten_norm, ()),
    "singular_values": (observers.singular_values, (4,)),
    "spectral_balance": (observers.spectral_balance, ()),
    "spectral_rates": (observers.spectral_rates, (2,)),
    "stable_rank": (observers.stable_rank, ()),
    "strengths": (observers.strengths, (2,)),
    "tensor_nuclear_norm": (observers.tensor_nuclear_norm, ()),
    "test_error": (observers.test_error, ()),
    "top_singular_values": (observers.top_singular_values, (2,)),
    "train_error": (observers.train_error, ()),
    "tubal_rank": (observers.tubal_rank, ()),
    "tube_error": (observers.tube_error, ()),
}

LOSSES = [
    Case("least squares", problems.LeastSquares),
    Case("mean squared", problems.MeanSquared),
    Case("Huber", lambda: problems.Huber(0.7)),
]

INITIALISERS = [
    Case("gaussian", models.gaussian),
    Case("balanced", models.balanced),
    Case("orthogonal", models.orthogonal),
    Case("identity", models.identity),
]

# Energies, with the planes that have none: 0 for constants, 1 for affine planes too.
ENERGIES = [
    (dirichlet_energy, 0),
    (laplacian_energy, 0),
    (hessian_variation, 1),
]
