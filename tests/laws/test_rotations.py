"""Factors and their rotation inside are one X: which dynamics give them one path."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra import t_product, t_qr, t_transpose
from tacit.dynamics import EigenvalueRecursion, GreedyLowRank
from tacit.models import Deep, SymmetricTubal, Tubal

from .cases.base import draw, params
from .cases.dynamics import DYNAMICS


def rotate(model):
    """The same X from other factors, with an orthogonal Q Qᵀ between each two."""
    if isinstance(model, Deep):
        factors = [np.asarray(factor) for factor in model.factors]
        for at in range(len(factors) - 1):
            Q, _ = np.linalg.qr(draw((factors[at].shape[0],) * 2, seed=at))
            factors[at], factors[at + 1] = Q @ factors[at], factors[at + 1] @ Q.T
        return Deep(tuple(map(jnp.asarray, factors)))
    names = ("left", "right") if isinstance(model, Tubal) else ("factor",)
    factors = [getattr(model, name) for name in names]
    width, *tubes = factors[0].shape[1:]
    Q, _ = t_qr(draw((width, width, *tubes)))
    turned = [t_product(factor, t_transpose(Q)) for factor in factors]
    return eqx.tree_at(lambda m: [getattr(m, name) for name in names], model, turned)


def turns(case):
    """Whether a case has factors to rotate: zeros and multiples of the identity are left out."""
    rule, _, model, _ = case.build()
    fixed = isinstance(rule, EigenvalueRecursion | GreedyLowRank)
    return not fixed and isinstance(model, Deep | Tubal | SymmetricTubal)


@eqx.filter_jit
def _moved(rule, problem, model, gap):
    return rule.advance(problem, model, rule.init(problem, model), gap)[0]()


@pytest.mark.parametrize("case", params(DYNAMICS))
def test_a_rotation_of_the_factors_changes_the_path_of_entrywise_rules_alone(case):
    if not turns(case):
        pytest.skip("no factors between which to rotate")
    rule, problem, model, _ = case.build()
    twin = rotate(model)
    np.testing.assert_allclose(twin(), model(), atol=1e-12)
    X, other = (np.asarray(_moved(rule, problem, m, 5 * case.gap)) for m in (model, twin))
    defect = np.linalg.norm(X - other) / np.linalg.norm(X)
    moved = np.linalg.norm(X - np.asarray(model())) / np.linalg.norm(X)
    assert moved > 1e-2
    assert defect > 1e-3 if not case.rotates else defect < (case.tolerance or 1e-10)
