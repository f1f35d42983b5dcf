"""Every constructor of the core refuses bad arguments, and names them."""

import jax.numpy as jnp
import numpy as np
import pytest

from tacit.dynamics import (
    DINEOF,
    AutoStep,
    EigenvalueRecursion,
    GradientDescent,
    GradientFlow,
    GroupRMSprop,
    SoftImpute,
)
from tacit.models import Deep, Direct, Symmetric, identity
from tacit.operators import ChannelMix, Dense, Entries
from tacit.problems import Huber, Problem, Smoothness, full_observation
from tacit.runs import Schedule, Stalled, run
from tests.laws.cases.base import draw
from tests.laws.cases.problems import small_completion, symmetric_target

pytestmark = pytest.mark.usefixtures("unchecked")


def deep(key, **change):
    return Deep.initialise((3, 2), **{"depth": 2, "init_scale": 1.0, "key": key, **change})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        # Operators.
        (lambda: Entries([0, 1], [0], (2, 2)), r"Entries: rows and columns .*\(2,\) and \(1,\)"),
        (lambda: Entries([], [], (2, 2)), "Entries: rows and columns"),
        (lambda: Entries([0, 2], [0, 1], (2, 2)), "Entries: rows runs from 0 to 2"),
        (lambda: Entries([0, 1], [-1, 1], (2, 2)), "Entries: columns runs from -1"),
        (lambda: Entries.from_mask(np.zeros((2, 2), bool)), "Entries"),
        (lambda: Dense(jnp.ones(3)), r"Dense: arrays has shape \(3,\)"),
        (lambda: ChannelMix(Entries([0], [0], (2, 4)), jnp.eye(3)), "ChannelMix"),
        # Losses and penalties.
        (lambda: Huber(0.0), "Huber: delta"),
        (lambda: Huber(float("nan")), "Huber: delta"),
        (lambda: Smoothness(-1.0), "Smoothness: weight"),
        # Models.
        (lambda: Deep(()), "Deep: factors"),
        (lambda: Deep((jnp.ones((2, 3)), jnp.ones((4, 3)))), "Deep: factors of shapes"),
        # Dynamics.
        (lambda: GradientDescent(0.0), "GradientDescent: step"),
        (lambda: GradientDescent(-1), "GradientDescent: step"),
        (lambda: GradientDescent(float("nan")), "GradientDescent: step"),
        (lambda: GradientDescent("automatic"), "GradientDescent: step .*'automatic'"),
        (lambda: GradientDescent(0.1, 1.0), "GradientDescent: momentum"),
        (lambda: GradientDescent(0.1, -0.1), "GradientDescent: momentum"),
        (lambda: GradientDescent(0.1, nesterov=True), "GradientDescent: nesterov"),
        (lambda: AutoStep(fraction=1.0), "AutoStep: fraction"),
        (lambda: AutoStep(every=0), "AutoStep: every"),
        (lambda: AutoStep(iterations=0), "AutoStep: iterations"),
        (lambda: GradientFlow(rtol=0.0), "GradientFlow: rtol"),
        (lambda: GradientFlow(atol=-1.0), "GradientFlow: atol"),
        (lambda: GradientFlow(max_steps=0), "GradientFlow: max_steps"),
        (lambda: GroupRMSprop(step=0.0), "GroupRMSprop: step"),
        (lambda: GroupRMSprop(decay=1.0), "GroupRMSprop: decay"),
        (lambda: GroupRMSprop(epsilon=-1.0), "GroupRMSprop: epsilon"),
        (lambda: EigenvalueRecursion(0.0), "EigenvalueRecursion: step"),
        (lambda: DINEOF(rank=0), "DINEOF: rank must be positive"),
        (lambda: DINEOF(most=2, rank=3), "rank 3 is beyond the most, 2"),
        (lambda: DINEOF(tolerance=0.0), "DINEOF: tolerance"),
        (lambda: SoftImpute(decay=0.0), "SoftImpute: decay"),
        (lambda: SoftImpute(decay=1.1), "SoftImpute: decay"),
        (lambda: SoftImpute(tolerance=-1.0), "SoftImpute: tolerance"),
        (lambda: SoftImpute(floor=-1.0), "SoftImpute: floor"),
        (lambda: SoftImpute(penalty=-1.0), "SoftImpute: penalty"),
        # Stops.
        (lambda: Stalled("loss", 0), "Stalled: patience"),
        (lambda: Stalled("loss", tolerance=1.0), "Stalled: tolerance"),
    ],
)
def test_bad_arguments_are_named(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"depth": 0}, "Deep: depth"),
        ({"depth": 1.5}, "Deep: depth"),
        ({"init_scale": 0.0}, "Deep: init_scale"),
        ({"init_scale": -1}, "Deep: init_scale"),
        ({"widths": (2, 2)}, "Deep: widths"),
        ({"widths": 0}, "Deep: widths"),
        ({"depth": 1, "widths": (2,)}, "Deep: widths"),
    ],
)
def test_starts_of_deep_are_checked(change, message, key):
    with pytest.raises(ValueError, match=message):
        deep(key, **change)


@pytest.mark.parametrize("change", [{"init_scale": 0.0}, {"width": 0}])
def test_starts_of_symmetric_are_checked(change, key):
    (name,) = change
    with pytest.raises(ValueError, match=f"Symmetric: {name}"):
        Symmetric.initialise(3, **{"init_scale": 1.0, "key": key, **change})


def test_a_problem_checks_lengths():
    operator = Entries([0, 1], [1, 0], (2, 3), jnp.float64)
    with pytest.raises(ValueError, match="weights has 1 numbers"):
        Problem(operator, jnp.ones(2), weights=jnp.ones(1))


@pytest.mark.parametrize(
    ("problem", "model", "message"),
    [
        (small_completion(), None, "every entry"),
        (full_observation(draw((3, 3))), None, "symmetric"),
        (full_observation(symmetric_target([2.0, 1, 0]), Huber()), None, "LeastSquares"),
        (
            Problem(Entries([0, 0, 1, 1], [0, 0, 1, 1], (2, 2), jnp.float64), jnp.ones(4)),
            None,
            "exactly once",
        ),
        (full_observation(symmetric_target([2.0, 1, 0])), Direct(jnp.eye(3)), "Direct"),
        (
            full_observation(symmetric_target([2.0, 1, 0])),
            Deep((jnp.eye(3), 2 * jnp.eye(3))),
            "ident",
        ),
        (full_observation(symmetric_target([2.0, 1, 0])), Deep((draw((3, 3)),) * 2), "identity"),
    ],
)
def test_the_recursion_refuses_what_it_is_not_exact_for(problem, model, message, key):
    m, n = problem.operator.shape
    if model is None:
        model = Deep.initialise(
            (m, n), depth=2, init_scale=0.1, initialiser=identity, dtype=jnp.float64, key=key
        )
    with pytest.raises(ValueError, match=message):
        run(problem, model, EigenvalueRecursion(0.1), Schedule.every(1, 2))


@pytest.mark.parametrize(
    ("problem", "model"),
    [
        (small_completion(), Deep((draw((4, 4)), draw((5, 4))))),
        (small_completion(Huber()), Direct(draw((5, 4)))),
        (
            Problem(small_completion().operator, small_completion().y, penalty=Smoothness(1.0)),
            Direct(draw((5, 4))),
        ),
    ],
)
def test_soft_impute_refuses_what_it_does_not_minimise(problem, model):
    for rule in (SoftImpute(), DINEOF()):
        with pytest.raises(ValueError, match=type(rule).__name__):
            rule.init(problem, model)
