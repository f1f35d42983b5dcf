"""The laws of observers."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit import observers
from tacit.algebra import t_outer
from tacit.models import (
    CP,
    Deep,
    Direct,
    GaussianFactors,
    Gaussians,
    HierarchicalTucker,
    SpectralNetwork,
    Symmetric,
    SymmetricTubal,
)
from tacit.observers import Law, Observer
from tacit.problems import (
    LeastSquares,
    Problem,
    full_observation,
    shared_sensing,
    tubal_sensing,
)

from .cases.base import KEY, draw, params, single
from .cases.observers import OBSERVERS
from .cases.problems import small_completion

CASES = {case.name: case for case in OBSERVERS}
MODEL = Deep((draw((6, 4)), draw((4, 6)), draw((5, 4))))
FACTOR = draw((4, 2, 3), seed=8)
TUBAL = {
    "model": SymmetricTubal(draw((4, 2, 3))),
    "problem": tubal_sensing(t_outer(FACTOR, FACTOR), 30, key=KEY),
}
ARGUMENTS = {
    "held_out": (small_completion(),),
    "schatten_norm": (0.5,),
    "top_singular_values": (2,),
    "angle_to_spectral_tensor": (TUBAL["problem"], 2),
    "angle_to_truth": (TUBAL["problem"].truth, 2),
    "power_iterate_angle": (TUBAL["problem"], TUBAL["model"], 1e-3, 2),
    "tensor_nuclear_norm": ("sum",),
    "tubal_rank": (),
    "component_norms": (2,),
    "local_component_norms": ((0, 1), 2),
    "unfolding_ranks": (0.1,),
    "tube_error": (TUBAL["problem"].truth, 2),
}
ON_TENSORS = {*ARGUMENTS, "factor_spectrum"} - {
    "held_out",
    "schatten_norm",
    "top_singular_values",
    "component_norms",
    "local_component_norms",
    "unfolding_ranks",
}


# Observers of spectral networks are defined for those alone.
SPECTRAL = {
    "model": SpectralNetwork(draw((2, 5, 4)), draw((2, 4, 4), seed=8), (draw((2, 1)),)),
    "problem": shared_sensing(draw((5, 4)), 6, 1.0, LeastSquares(), key=KEY),
}


# As are those of laws of factors.
GAUSSIAN = GaussianFactors(
    Gaussians(draw((5, 3)), draw((5, 3), seed=8) ** 2),
    Gaussians(draw((4, 3), seed=9), draw((4, 3)) ** 2),
    jnp.array([1.0, 4.0, 4.0, 1.0]),
)


CANONICAL = CP(((draw((5, 3)),), (draw((4, 3), seed=8),)))
TREE = HierarchicalTucker((draw((5, 3)), draw((4, 3), seed=8)), (draw((3, 1), seed=9),), (0, 1))


def given(name):
    """Model and problem that suit an observer."""
    if name in ("noise", "component_singular_values"):
        return GAUSSIAN, small_completion()
    if name in ("component_norms", "component_balance"):
        return CANONICAL, small_completion()
    if name == "local_component_norms":
        return TREE, small_completion()
    if name.startswith("spectral"):
        return SPECTRAL["model"], SPECTRAL["problem"]
    if name in ON_TENSORS:
        return TUBAL["model"], TUBAL["problem"]
    return MODEL, small_completion()


def build(name, start=None):
    start = given(name)[0] if start is None else start
    thing = CASES[name].thing
    if isinstance(thing, Law):
        return thing.drift_from(start)
    return thing if isinstance(thing, Observer) else thing(*ARGUMENTS[name])


@pytest.mark.parametrize("case", params(OBSERVERS))
def test_record_has_the_declared_axes(case):
    observer, (model, problem) = build(case.name), given(case.name)
    look = jax.jit(lambda model: observer(0.0, model, problem))
    record = look(model)
    assert record.shape == case.lengths
    assert record.ndim == len(observer.dims)
    assert np.isfinite(record).all()
    assert observer.name
    assert observer.label
    lanes = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), model)
    np.testing.assert_allclose(jax.vmap(look)(lanes), np.stack([record, record]), rtol=1e-9)


def test_names_are_distinct_but_for_the_three_spectra():
    names = [build(name).name for name in CASES]
    assert len(set(names)) == len(names) - 2


@pytest.mark.parametrize("case", params(OBSERVERS))
def test_record_keeps_float32(case):
    model, problem = map(single, given(case.name))
    observer = single(build(case.name))
    if isinstance(case.thing, Law):
        observer = case.thing.drift_from(model)
    assert observer(0.0, model, problem).dtype == jnp.float32


def test_records_are_what_they_say():
    """Each against a formula in numpy."""
    problem, X = small_completion(), np.asarray(MODEL())
    general = [name for name in CASES if given(name)[0] is MODEL]
    record = {name: np.asarray(build(name)(0.0, MODEL, problem)) for name in general}
    truth = np.asarray(problem.truth)
    r = np.asarray(problem.operator.mv(MODEL()) - problem.y)
    s = np.linalg.svd(X, compute_uv=False)
    W1, W2, W3 = map(np.asarray, MODEL.factors)
    gradient = jax.tree.leaves(jax.grad(problem.objective)(MODEL))
    expected = {
        "loss": np.sum(r**2) / 2,
        "objective": np.sum(r**2) / 2,
        "held_out": np.sqrt(np.mean(r**2)),
        "test_error": np.linalg.norm(X - truth) / np.linalg.norm(truth),
        "reconstruction_error": np.mean((X - truth) ** 2),
        "singular_values": s,
        "top_singular_values": s[:2],
        "nuclear_norm": s.sum(),
        "schatten_norm": np.sum(np.sqrt(s)) ** 2,
        "nuclear_rank": s.sum() / s[0],
        "stable_rank": np.sum(X**2) / s[0] ** 2,
        "balancedness": max(
            np.linalg.norm(W2.T @ W2 - W1 @ W1.T), np.linalg.norm(W3.T @ W3 - W2 @ W2.T)
        ),
        "balance": 0.0,
        "train_error": np.linalg.norm(r) / np.linalg.norm(problem.y),
        "gradient_norm": np.sqrt(sum(np.sum(np.square(g)) for g in gradient)),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(record[name], value, rtol=1e-10, atol=1e-14, err_msg=name)


def test_spectrum_of_a_narrow_model_has_its_width():
    model, problem = Deep((draw((2, 4)), draw((5, 2)))), small_completion()
    found = observers.singular_values(0.0, model, problem)
    np.testing.assert_allclose(found, np.linalg.svd(model(), compute_uv=False)[:2], rtol=1e-12)


def test_of_a_posterior_the_noise_and_the_components_are_seen():
    """The mean variance of [1, ¼, ¼, 1]; biases are no component."""
    found = observers.noise(0.0, GAUSSIAN, small_completion())
    np.testing.assert_allclose(found, np.sqrt(2.5 / 4), rtol=1e-12)
    X = np.asarray(GAUSSIAN.rows.mean)[:, :2] @ np.asarray(GAUSSIAN.columns.mean)[:, :2].T
    found = observers.component_singular_values(0.0, GAUSSIAN, small_completion())
    np.testing.assert_allclose(found, np.linalg.svd(X, compute_uv=False)[:2], rtol=1e-10)


def test_held_out_weighs():
    problem = small_completion()
    weights = jnp.arange(12.0)
    held = Problem(problem.operator, problem.y, LeastSquares(), weights)
    r = np.asarray(problem.residual(MODEL))
    expected = np.sqrt(np.sum(np.arange(12) * r**2) / 66)
    found = observers.held_out(held)(0.0, MODEL, problem)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_alignment_is_one_where_the_gradient_shares_the_singular_vectors():
    U, _, Vt = np.linalg.svd(draw((5, 4)), full_matrices=False)
    X = jnp.asarray((U * np.array([4.0, 3.0, 2.0, 1.0])) @ Vt)
    full = full_observation(jnp.zeros((5, 4)))
    np.testing.assert_allclose(observers.alignment(0.0, Direct(X), full), 1, rtol=1e-12)
    rotated = jnp.asarray((np.roll(U, 1, axis=1) * np.array([4.0, 3.0, 2.0, 1.0])) @ Vt)
    apart = Problem(full.operator, full.operator.mv(X + rotated))
    np.testing.assert_allclose(observers.alignment(0.0, Direct(X), apart), 0, atol=1e-12)


def test_drift_is_the_largest_change():
    moved = Deep((MODEL.factors[0], MODEL.factors[1], 2 * MODEL.factors[2]))
    W3 = np.asarray(MODEL.factors[2])
    found = build("balance")(0.0, moved, small_completion())
    np.testing.assert_allclose(found, np.abs(3 * W3.T @ W3).max(), rtol=1e-12)


def test_balance_of_one_factor_is_nothing():
    model, problem = Deep((draw((5, 4)),)), small_completion()
    assert observers.balancedness(0.0, model, problem) == 0
    assert observers.balance.drift_from(model)(0.0, model, problem) == 0


def test_observers_refuse_what_they_cannot_see():
    problem = small_completion()
    blind = Problem(problem.operator, problem.y)
    for observer in (observers.test_error, observers.reconstruction_error):
        with pytest.raises(ValueError, match="truth"):
            observer(0.0, MODEL, blind)
    for observer in (observers.noise, observers.component_singular_values):
        with pytest.raises(ValueError, match=r"GaussianFactors, not .* Deep"):
            observer(0.0, MODEL, problem)
    with pytest.raises(ValueError, match="Symmetric"):
        observers.balancedness(0.0, Symmetric(draw((4, 2))), problem)
    with pytest.raises(ValueError, match="slice_singular_values"):
        observers.nuclear_norm(0.0, Direct(draw((2, 3, 2))), problem)


def test_components_and_unfoldings_by_numpy():
    cube, problem = Direct(draw((3, 4, 2))), small_completion()
    X = np.asarray(cube())
    spectra = [
        np.linalg.svd(np.moveaxis(X, mode, 0).reshape(X.shape[mode], -1), compute_uv=False)
        for mode in range(3)
    ]
    shares = [found / found.sum() for found in spectra]
    ranks = [np.exp(-np.sum(share * np.log(share))) for share in shares]
    look = {name: build(name)(0.0, cube, problem) for name in CASES if name.startswith("unfolding")}
    np.testing.assert_allclose(look["unfolding_effective_ranks"], ranks, rtol=1e-10)
    np.testing.assert_allclose(
        look["unfolding_nuclear_norm"], np.mean([found.sum() for found in spectra]), rtol=1e-10
    )
    over = observers.unfolding_ranks(0.5)(0.0, cube, problem)
    np.testing.assert_array_equal(over, [np.sum(found > 0.5 * found[0]) for found in spectra])

    norms = [np.linalg.norm(np.asarray(factor), axis=0) for factor in CANONICAL.factors]
    expected = np.sort(norms[0] * norms[1])[::-1]
    np.testing.assert_allclose(build("component_norms")(0.0, CANONICAL, problem), expected[:2])
    mixed = [*(np.linalg.norm(leaf, axis=0) for leaf in TREE.leaves), abs(TREE.weights[0][:, 0])]
    expected = np.sort(np.prod(mixed, axis=0))[::-1]
    np.testing.assert_allclose(build("local_component_norms")(0.0, TREE, problem), expected[:2])
    for name in ("component_norms", "local_component_norms"):
        with pytest.raises(ValueError, match="those of a"):
            build(name)(0.0, MODEL, problem)
    with pytest.raises(ValueError, match="that of a CP"):
        observers.component_balance.drift_from(MODEL)


def test_the_balance_of_components_moves_with_either_layer():
    """Of two modes by two layers: the first layer of the second mode is doubled, then the last."""
    W = [[np.asarray(draw(shape, seed=seed)) for seed in (1, 2)] for shape in ((3, 3), (5, 3))]
    layers = ((W[0][0], W[1][0]), (W[0][1], W[1][1]))
    drift = observers.component_balance.drift_from(CP(jax.tree.map(jnp.asarray, layers)))
    problem = small_completion()

    def found(first, last):
        moved = CP(jax.tree.map(jnp.asarray, (layers[0], (first * W[0][1], last * W[1][1]))))
        return drift(0.0, moved, problem)

    np.testing.assert_allclose(found(1, 1), 0)
    squares, inner = 3 * np.sum(W[0][1] ** 2, axis=0), 3 * W[0][1] @ W[0][1].T
    np.testing.assert_allclose(found(2, 1), max(squares.max(), np.abs(inner).max()), rtol=1e-12)
    np.testing.assert_allclose(found(1, 2), np.abs(3 * W[1][1].T @ W[1][1]).max(), rtol=1e-12)
