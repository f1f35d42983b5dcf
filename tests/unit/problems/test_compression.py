"""Compressed training against the training of the whole, and what cannot be compressed."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import low_rank_matrix
from tacit.dynamics import AutoStep, GradientDescent, GradientFlow
from tacit.models import Deep, balanced, gaussian, identity, orthogonal
from tacit.observers import Observer, loss, test_error
from tacit.operators import Dense, Entries
from tacit.problems import (
    Huber,
    LeastSquares,
    MeanSquared,
    Problem,
    Smoothness,
    completion,
    compress,
    full_observation,
)
from tacit.runs import Schedule, run

KEYS = jax.random.split(jax.random.key(7), 3)
error = test_error  # Under its own name pytest would take it for a test.
del test_error
layers = Observer(
    lambda t, model, problem: jnp.stack(model.factors), "layers", "W", ("layer", "row", "column")
)


def make(shape, rank, depth, widths=None, loss=LeastSquares(), dtype="float64", start=orthogonal):
    truth = low_rank_matrix(shape, rank, dtype, key=KEYS[0])
    problem = full_observation(truth / jnp.linalg.norm(truth, 2), loss)
    model = Deep.initialise(
        shape,
        depth=depth,
        widths=widths,
        init_scale=0.01,
        initialiser=start,
        dtype=dtype,
        key=KEYS[1],
    )
    return problem, model


def distance(left, right):
    """Largest of the layers, relative."""
    pairs = zip(left.factors, right.factors, strict=True)
    return max(float(jnp.linalg.norm(a - b) / jnp.linalg.norm(a)) for a, b in pairs)


CASES = {
    "one layer": ((9, 9), 2, 1, None, 5),
    "two layers": ((12, 12), 2, 2, None, 5),
    "three layers": ((12, 12), 3, 3, None, 7),
    "wide": ((9, 14), 1, 2, None, None),
    "tall, growing widths": ((14, 9), 1, 3, (10, 12), 3),
    "all widths": ((12, 9), 1, 3, (14, 11), None),
}


def descend(problem, model, step, counts, momentum=0.0):
    """Descent in numpy, from the gradient by hand: the layers after so many steps, each time."""
    M = np.asarray(problem.operator.adjoint(problem.y))
    weight = 2 / M.size if isinstance(problem.loss, MeanSquared) else 1.0
    if problem.weights is not None and isinstance(problem.loss, LeastSquares):
        weight = float(problem.weights[0])
    layers = [np.array(W) for W in model.factors]
    velocity = [np.zeros_like(W) for W in layers]
    done = 0
    for count in counts:
        for _ in range(count - done):
            before, after = [np.eye(M.shape[1])], [np.eye(M.shape[0])]
            for W in layers:
                before.append(W @ before[-1])
            for W in layers[::-1]:
                after.append(after[-1] @ W)
            residual = weight * (before[-1] - M)
            for j in range(len(layers)):
                gradient = after[len(layers) - 1 - j].T @ residual @ before[j].T
                velocity[j] = momentum * velocity[j] - step * gradient
            layers = [W + v for W, v in zip(layers, velocity, strict=True)]
        done = count
        yield Deep(tuple(jnp.asarray(W) for W in layers))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_descent_takes_the_path_of_the_whole(name, momentum):
    shape, rank, depth, widths, side = CASES[name]
    problem, model = make(shape, rank, depth, widths)
    small = compress(problem, model)
    if side is not None:
        assert small.model.factors[0].shape[1] == side
    assert sum(W.size for W in small.model.factors) < sum(W.size for W in model.factors)
    assert distance(model, small.expand(small.model)) < 1e-13

    given = (0.1, (1, 20, 300), momentum)
    whole = descend(problem, model, *given)
    for state, little in zip(whole, descend(small.problem, small.model, *given), strict=True):
        assert distance(state, small.expand(little)) < 1e-11
    assert float(problem.data_loss(state)) < 0.5 * float(problem.data_loss(model))


@pytest.mark.parametrize("weight", [None, 0.3])
@pytest.mark.parametrize("kind", [LeastSquares(), MeanSquared()], ids=["sum", "mean"])
def test_the_path_depends_on_the_loss_as_that_of_the_whole_does(kind, weight):
    problem, model = make((10, 12), 2, 2, loss=kind)
    if weight is not None:
        weights = jnp.full(problem.y.size, weight)
        problem = Problem(problem.operator, problem.y, kind, weights)
    small = compress(problem, model)

    # By automatic differentiation, so that the units of both losses are those of the library.
    direction = jax.grad(problem.objective)(model)
    little = jax.grad(small.problem.objective)(small.model)
    assert distance(direction, small.expand(little)) < 1e-12
    step = 0.1 if isinstance(kind, LeastSquares) else 5.0
    (done,), (found,) = (
        descend(p, start, step, (150,))
        for p, start in ((problem, model), (small.problem, small.model))
    )
    assert distance(done, small.expand(found)) < 1e-11
    assert float(problem.data_loss(done)) < 0.9 * float(problem.data_loss(model))


def test_flow_takes_the_path_of_the_whole_and_the_errors_agree():
    problem, model = make((10, 10), 2, 3)
    small = compress(problem, model)
    flow, times = GradientFlow(rtol=1e-11, atol=1e-13), Schedule.linear(60.0, 6)
    done, little = (
        run(p, start, flow, times, (loss, error))
        for p, start in ((problem, model), (small.problem, small.model))
    )
    assert distance(done.model, small.expand(little.model)) < 1e-8

    # Of the directions that are left alone all are counted in the one loss, and one in the other.
    rest, count = float(little.model()[-1, -1]), 10 - 4
    gap = (count - 1) * rest**2
    assert float(done["loss"][-1] - little["loss"][-1]) == pytest.approx(gap / 2, rel=1e-3)
    squares = done["test_error"][-1] ** 2 - little["test_error"][-1] ** 2
    assert squares == pytest.approx(gap / float(jnp.sum(problem.truth**2)), rel=1e-3)


def test_a_run_is_compressed_on_its_way_and_its_records_are_expanded():
    problem, model = make((16, 16), 2, 2)
    rule = GradientDescent(0.1)
    (middle,) = descend(problem, model, 0.1, (70,))
    small = compress(problem, middle)
    assert small.model.factors[0].shape == (5, 5)

    found = run(small.problem, small.model, rule, Schedule([0, 10, 50]), (layers,))
    whole = run(problem, middle, rule, Schedule([0, 10, 50]), (layers,))
    for record in range(3):
        little, large = (
            Deep(tuple(jnp.asarray(each["layers"][record]))) for each in (found, whole)
        )
        assert distance(large, small.expand(little)) < 1e-11


def test_single_precision_and_steps_of_its_own():
    problem, model = make((12, 12), 2, 2, dtype="float32")
    small = compress(problem, model)
    assert {W.dtype for W in jax.tree.leaves(small) if W.dtype.kind == "f"} == {np.dtype("f4")}
    assert small.model.factors[0].shape == (5, 5)
    done, little = (
        run(p, start, GradientDescent(AutoStep()), Schedule([0, 300]))
        for p, start in ((problem, model), (small.problem, small.model))
    )
    apart = jnp.linalg.norm(done.model() - small.expand(little.model)())
    assert float(apart / jnp.linalg.norm(done.model())) < 1e-3


def test_the_identity_is_orthogonal_and_a_normal_start_is_not():
    problem, model = make((12, 12), 2, 3, start=identity)
    assert compress(problem, model).model.factors[0].shape == (5, 5)
    for start in (gaussian, balanced):
        problem, model = make((12, 12), 2, 3, start=start)
        with pytest.raises(ValueError, match="0 directions of 12 are left alone"):
            compress(problem, model)


def test_what_cannot_be_compressed_is_refused():
    problem, model = make((12, 12), 2, 2)
    truth = problem.truth
    every = problem.operator
    dense = Dense(jnp.eye(144).reshape(144, 12, 12))
    twice = Entries(np.r_[every.rows, 0], np.r_[every.columns, 0], (12, 12), "float64")
    uneven = jnp.arange(144.0) + 1
    refused = {
        "must be Entries": Problem(dense, dense.mv(truth)),
        "143 of 144 entries": Problem(twice, twice.mv(truth)),
        "60 of 144 entries": completion(truth, 60, LeastSquares(), key=KEYS[2]),
        "penalty": Problem(every, problem.y, penalty=Smoothness(1.0)),
        "weights": Problem(every, problem.y, weights=uneven),
        "not Huber": Problem(every, problem.y, Huber()),
        "0 directions of 12": full_observation(
            low_rank_matrix((12, 12), 6, "float64", key=KEYS[2])
        ),
        "the problem \\(9, 9\\)": make((9, 9), 2, 2)[0],
    }
    for message, given in refused.items():
        with pytest.raises(ValueError, match=message):
            compress(given, model)

    zero = eqx.tree_at(lambda deep: deep.factors[0], model, jnp.zeros((12, 12)))
    with pytest.raises(ValueError, match="a layer is zero"):
        compress(problem, zero)
    with pytest.raises(ValueError, match="expand: factors of shapes"):
        compress(problem, model).expand(model)
