"""The laws of measurements, over the registry."""

import jax
import jax.numpy as jnp
import lineax as lx
import numpy as np
import pytest

from tacit.operators import AbstractMeasurement, TensorEntries, entries
from tacit.testing import check_measurement
from tacit.testing.measurement import lineax_questions

from .cases.base import PRECISIONS, draw, params
from .cases.operators import OPERATORS

ONE_OF_EACH = {
    "entries of a mask",
    "dense on matrices",
    "entries of a tensor",
    "shared basis, tall",
}
"""One case of each class: quickly in both precisions, where the others are in float64 alone."""


def _in_precisions():
    for case in OPERATORS:
        for dtype in PRECISIONS:
            slow = case.slow or (dtype == jnp.float32 and case.name not in ONE_OF_EACH)
            marks = [pytest.mark.slow] if slow else []
            yield pytest.param(case, dtype, id=f"{case.name}-{dtype.__name__}", marks=marks)


@pytest.mark.parametrize(("case", "dtype"), list(_in_precisions()))
def test_measurement(case, dtype, key):
    check_measurement(case.build(dtype), key=key)


@pytest.mark.parametrize("chunk", [1, 3])
@pytest.mark.parametrize("case", params(OPERATORS[:5:3]))
def test_entries_of_a_factored_target_by_chunks(case, chunk, key, monkeypatch):
    # Small problems take the dense road of their own accord, and may have been compiled so.
    monkeypatch.setattr(entries, "GATHER_COST", 0)
    monkeypatch.setattr(entries, "CHUNK", chunk)
    jax.clear_caches()
    check_measurement(case.build(jnp.float64), key=key)
    jax.clear_caches()


@pytest.mark.parametrize(
    "positions", [[1, 5, 6], [1, 5, 5], [5, 1, 6], [5, 1, 5]], ids=lambda p: "-".join(map(str, p))
)
def test_entries_promise_only_the_order_that_they_have(positions):
    """XLA takes the promise on trust, and on other devices than this one it may count."""
    operator = entries.Entries(*np.divmod(positions, 4), (2, 4))
    assert operator.is_sorted == (positions == sorted(positions))
    assert not operator.is_unique or len(set(positions)) == 3
    assert operator.is_unique == (positions == [1, 5, 6])


def test_lineax_asks_what_it_asked():
    """The list of questions comes from lineax itself: here that it finds those known today."""
    names = {question.__name__ for question in lineax_questions()}
    known = {
        "conj",
        "diagonal",
        "has_unit_diagonal",
        "is_diagonal",
        "is_lower_triangular",
        "is_negative_semidefinite",
        "is_positive_semidefinite",
        "is_symmetric",
        "is_tridiagonal",
        "is_upper_triangular",
        "linearise",
        "materialise",
        "tridiagonal",
    }
    assert known <= names


@pytest.mark.parametrize("question", lineax_questions(), ids=lambda question: question.__name__)
def test_every_question_is_answered_for_the_abstract_base(question):
    unanswered = question.registry[object]
    assert question.dispatch(AbstractMeasurement) is not unanswered


@pytest.mark.parametrize("case", params(OPERATORS))
def test_structure_is_never_claimed(case):
    operator = case.build(jnp.float64)
    for question in lineax_questions():
        if question.__name__.startswith(("is_", "has_")):
            assert question(operator) is False


@pytest.mark.parametrize("case", params(OPERATORS[2:6:3]))
def test_lineax_solves_least_squares(case, key):
    """A measurement goes into lineax's solvers as it is."""
    operator = case.build(jnp.float64)
    y = jnp.ones(operator.size)
    found = lx.linear_solve(operator, y, lx.AutoLinearSolver(well_posed=False)).value
    expected = jnp.linalg.pinv(operator.as_matrix()) @ y
    assert jnp.allclose(found.ravel(), expected, atol=1e-10)


# Tensors.


def test_tubes_slices_and_entries_are_those_of_the_mask():
    X = np.asarray(draw((2, 3, 4, 2)))
    places = np.arange(6).reshape(2, 3) % 4 != 1
    frequencies = np.arange(8).reshape(4, 2) % 3 != 1
    mask = np.arange(48).reshape(X.shape) % 5 > 1
    for operator, expected in (
        (TensorEntries.from_tubes(places, (4, 2), jnp.float64), X[places]),
        (TensorEntries.from_slices(frequencies, (2, 3), jnp.float64), X[:, :, frequencies]),
        (TensorEntries.from_mask(mask, jnp.float64), X[mask]),
    ):
        np.testing.assert_array_equal(operator.mv(jnp.asarray(X)), expected.ravel())


@pytest.mark.parametrize("positions", [[1, 5, 6], [1, 5, 5], [5, 1, 6], [5, 1, 5]])
def test_entries_of_tensors_promise_only_the_order_that_they_have(positions):
    operator = TensorEntries(positions, (2, 2, 2))
    assert operator.is_sorted == (positions == sorted(positions))
    assert operator.is_unique == (positions == [1, 5, 6])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TensorEntries([8], (2, 2, 2)), r"outside 0\.\.7"),
        (lambda: TensorEntries([-1], (2, 2, 2)), "run from -1"),
        (lambda: TensorEntries([], (2, 2, 2)), "length ≥ 1"),
        (lambda: TensorEntries.from_tubes(np.zeros((2, 2), bool), (3,)), "say what is observed"),
        (lambda: TensorEntries.from_slices(np.zeros(3, bool), (2, 2)), "say what is observed"),
    ],
)
def test_operators_of_tensors_refuse(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("case", params([c for c in OPERATORS if c.name.startswith("entries")]))
def test_entries_are_those_of_numpy(case):
    """Forward and back by numpy: a law that holds each against the other misses what both miss."""
    operator = case.build(jnp.float64)
    if isinstance(operator, TensorEntries):
        places = np.asarray(operator.positions)
    else:
        places = np.asarray(operator.rows) * operator.shape[1] + np.asarray(operator.columns)
    X, y = draw(operator.shape, jnp.float64), draw((operator.size,), jnp.float64, seed=1)
    np.testing.assert_array_equal(operator.mv(X), np.asarray(X).ravel()[places])
    expected = np.bincount(places, np.asarray(y), minlength=X.size).reshape(X.shape)
    np.testing.assert_allclose(operator.adjoint(y), expected, rtol=1e-15)
