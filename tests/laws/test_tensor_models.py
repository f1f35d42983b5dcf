"""Tensor factorisations by second roads: einsum, loops, autodiff, and the matrix case."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tacit.algebra.formats import inner_nodes
from tacit.dynamics import GradientDescent, GradientFlow
from tacit.models import CP, Deep, HierarchicalTucker, TensorTrain, TreeTucker, Tucker
from tacit.operators import Entries, TensorEntries
from tacit.problems import Problem

from .cases.base import draw, params
from .cases.tensor_models import TENSOR_MODELS, canonical, train, transfers, tree, tucker

LETTERS = "abcdefgh"


def by_einsum(model) -> np.ndarray:
    """X in one sum over all inner indices, by numpy."""
    if isinstance(model, CP):
        factors = [chained(chain) for chain in model.layers]
        sides = LETTERS[: len(factors)]
        return np.einsum(",".join(side + "z" for side in sides) + "->" + sides, *factors)
    if isinstance(model, Tucker):
        factors = [chained(chain) for chain in model.layers]
        sides, inner = LETTERS[: len(factors)], "zyxwv"[: len(factors)]
        pairs = [side + rank for side, rank in zip(sides, inner, strict=True)]
        return np.einsum(f"{inner},{','.join(pairs)}->{sides}", model.core, *factors)
    if isinstance(model, TensorTrain):
        terms, arrays, bond = [], [], iter("ABCDEFGHIJKLMNOPQRSTUVW")
        last, sides = next(bond), LETTERS[: len(model.cores)]
        for mode, core in enumerate(model.cores):
            after = next(bond)
            terms.append(last + sides[mode] + after)
            arrays.append(core)
            last = after
            for matrix in model.bonds[mode] if mode < len(model.bonds) else ():
                after = next(bond)
                terms.append(last + after)
                arrays.append(matrix)
                last = after
        return np.einsum(",".join(terms) + "->" + sides, *arrays)
    if isinstance(model, TreeTucker):
        return by_sum(model)
    return by_loop(model)


def by_sum(model: TreeTucker) -> np.ndarray:
    """One sum over the indices of all leaves and transfers."""
    letters = iter("zyxwvutsrq")
    nodes = [*range(len(model.leaves)), *inner_nodes(model.tree)[:-1]]
    name = {node: next(letters) for node in nodes}
    first, second = model.tree
    name[second] = name[first]
    sides = LETTERS[: len(model.leaves)]
    terms = [side + name[mode] for mode, side in enumerate(sides)]
    terms += ["".join(name[part] for part in (*node, node)) for node in nodes[len(sides) :]]
    return np.einsum(",".join(terms) + "->" + sides, *model.leaves, *model.transfers)


def by_loop(model: HierarchicalTucker) -> np.ndarray:
    """The recursion of a tree, entry by entry."""
    X = np.zeros(model.factored().shape)

    def vector(node, places):
        matrix = np.asarray(model.matrix_of(node))
        if isinstance(node, int):
            return matrix[places[node]]
        joined = np.prod([vector(child, places) for child in node], axis=0)
        return np.array([joined @ matrix[:, column] for column in range(matrix.shape[1])])

    for places in np.ndindex(X.shape):
        X[places] = vector(model.tree, places)[0]
    return X


def chained(chain) -> np.ndarray:
    product = np.asarray(chain[0])
    for layer in chain[1:]:
        product = np.asarray(layer) @ product
    return product


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
@pytest.mark.parametrize("case", params(TENSOR_MODELS))
def test_the_tensor_is_its_sum_of_products(case, dtype):
    model, exact = case.build(dtype), by_einsum(case.build(jnp.float64))
    tolerance = 1e-12 if dtype == jnp.float64 else 1e-5
    np.testing.assert_allclose(model(), exact, atol=tolerance * np.abs(exact).max())


@pytest.mark.parametrize("case", params(TENSOR_MODELS))
def test_entries_are_those_of_the_tensor(case, monkeypatch):
    """Read from the factors, in several chunks, and their gradient."""
    monkeypatch.setattr("tacit.algebra.formats._base.GATHER_COST", 0)
    monkeypatch.setattr("tacit.algebra.formats._base._NUMBERS", 30)
    model = case.build(jnp.float64)
    size = int(np.prod(case.shape))
    places = np.random.default_rng(0).integers(0, size, 11)
    index = np.unravel_index(places, case.shape)
    operator = TensorEntries(places, case.shape, jnp.float64)
    if len(case.shape) == 2:
        operator = Entries(*index, case.shape, jnp.float64)
    problem = Problem(operator, draw((11,), seed=3))

    np.testing.assert_allclose(operator.mv_factored(model.factored()), model()[index], rtol=1e-11)
    read = jax.grad(problem.objective)(model)
    formed = jax.grad(lambda other: problem.loss_at(other()))(model)
    for one, two in zip(jax.tree.leaves(read), jax.tree.leaves(formed), strict=True):
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-9)


STARTS = {
    "CP": lambda **given: CP.initialise((4, 3, 5), width=6, **given),
    "CP, deep": lambda **given: CP.initialise((4, 3), width=2, depth=3, **given),
    "Tucker": lambda **given: Tucker.initialise((4, 3, 2), widths=(2, 3, 2), **given),
    "Tucker, deep": lambda **given: Tucker.initialise((3, 3, 2), depth=2, **given),
    "train": lambda **given: TensorTrain.initialise((4, 3, 5), **given),
    "train, deep": lambda **given: TensorTrain.initialise((3, 2, 3), widths=2, depth=3, **given),
    "tree": lambda **given: HierarchicalTucker.initialise((3, 2, 3, 2), widths=3, **given),
    "transfers": lambda **given: TreeTucker.initialise((3, 2, 3, 2), widths=3, **given),
}
NARROWEST = {
    "CP": 3,
    "CP, deep": 2,
    "Tucker": 2,
    "Tucker, deep": 2,
    "train": 3,
    "train, deep": 2,
    "tree": 2,
    "transfers": 2,
}


@pytest.mark.parametrize("name", STARTS)
def test_the_scale_of_a_start_is_exact_in_the_mean(name, key):
    """‖X(0)‖_F² = scale² q; the heavier the tails, the deeper, so the spread is measured."""

    def squared(key):
        model = STARTS[name](init_scale=0.5, dtype=jnp.float64, key=key)
        return jnp.sum(model() ** 2) / (0.25 * NARROWEST[name])

    ratios = jax.jit(jax.vmap(squared))(jax.random.split(key, 4_000))
    spread = float(jnp.std(ratios)) / np.sqrt(len(ratios))
    assert abs(float(jnp.mean(ratios)) - 1) < 4 * spread
    assert spread < 0.1


def test_cp_of_order_two_is_deep_of_depth_two_step_by_step():
    left, right = draw((5, 3), seed=1), draw((4, 3), seed=2)
    tensor, matrix = CP(((left,), (right,))), Deep((right.T, left))
    operator = Entries.from_mask(np.random.default_rng(0).random((5, 4)) < 0.7, jnp.float64)
    problem = Problem(operator, draw((operator.size,), seed=4))
    for rule in (GradientDescent(0.02), GradientFlow(rtol=1e-9, atol=1e-11)):
        one, two = tensor, matrix
        state, other = rule.init(problem, one), rule.init(problem, two)
        for _ in range(3):
            one, state = rule.advance(problem, one, state, 4)
            two, other = rule.advance(problem, two, other, 4)
            np.testing.assert_allclose(one(), two(), rtol=1e-7, atol=1e-9)


def speed(problem, model, function):
    """d/dt of a function of the model under gradient flow, by autodiff."""
    velocity = jax.tree.map(jnp.negative, jax.grad(problem.objective)(model))
    return jax.jvp(function, (model,), (velocity,))[1]


def observed(shape, key=0):
    mask = np.random.default_rng(key).random(shape) < 0.6
    operator = TensorEntries.from_mask(mask, jnp.float64)
    return Problem(operator, draw((operator.size,), seed=5))


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 2), (2, 3, 2, 2)])
def test_components_grow_by_the_law_of_razin2021(shape):
    """dσ_r/dt = N σ_r^{2 − 2/N} ⟨−∇ℓ, ⊗ û_r⟩ where the vectors of a component are balanced."""
    model, problem = canonical(shape, 3, 1, jnp.float64).balanced(), observed(shape)
    found = speed(problem, model, lambda model: model.component_norms())
    G, order = jax.grad(problem.loss_at)(model()), len(shape)
    unit = [factor / np.linalg.norm(factor, axis=0) for factor in map(np.asarray, model.factors)]
    sides = LETTERS[:order]
    terms = ",".join(side + "r" for side in sides)
    along = -np.einsum(f"{sides},{terms}->r", G, *unit)
    law = order * np.asarray(model.component_norms()) ** (2 - 2 / order) * along
    np.testing.assert_allclose(found, law, rtol=1e-8)
    np.testing.assert_allclose(model(), canonical(shape, 3, 1, jnp.float64)(), atol=1e-12)


def test_local_components_grow_by_the_law_of_razin2022():
    """At an inner node whose K vectors are balanced, by the tensor that a component alone makes."""
    shape, node = (2, 3, 2, 2), (0, 1)
    model, problem = tree(shape, 2, ((0, 1), (2, 3)), jnp.float64), observed(shape)
    model = balanced_at(model, node)
    found = speed(problem, model, lambda model: model.local_component_norms(node))
    G, K = jax.grad(problem.loss_at)(model()), 1 + len(node)
    norms = np.asarray(model.local_component_norms(node))
    at = list(inner_nodes(model.tree)).index(node)
    for r, norm in enumerate(norms):
        row = np.zeros_like(model.weights[at])
        row[r] = model.weights[at][r]
        alone = eqx.tree_at(lambda model: model.weights[at], model, jnp.asarray(row))
        along = -float(jnp.vdot(G, alone())) / norm
        assert found[r] == pytest.approx(K * norm ** (2 - 2 / K) * along, rel=1e-8)


def balanced_at(model, node):
    """The same X with the vectors of each component at a node of equal norms."""
    at = list(inner_nodes(model.tree)).index(node)
    rows = jnp.linalg.norm(model.weights[at], axis=1)
    columns = [jnp.linalg.norm(model.leaves[mode], axis=0) for mode in node]
    root = (rows * columns[0] * columns[1]) ** (1 / 3)
    model = eqx.tree_at(
        lambda model: model.weights[at], model, model.weights[at] * (root / rows)[:, None]
    )
    for mode, norms in zip(node, columns, strict=True):
        model = eqx.tree_at(
            lambda model, mode=mode: model.leaves[mode],
            model,
            model.leaves[mode] * (root / norms)[None, :],
        )
    return model


def test_flow_conserves_the_unbalancedness():
    """‖u_rⁿ‖² − ‖u_rᵐ‖² of CP, and the same at the nodes of a tree."""

    def of_cp(model):
        squares = jnp.stack([jnp.sum(factor**2, axis=0) for factor in model.factors])
        return squares - squares[:1]

    def of_tree(model):
        found = []
        for node in inner_nodes(model.tree):
            own = jnp.sum(model.matrix_of(node) ** 2, axis=1)
            found += [jnp.sum(model.matrix_of(child) ** 2, axis=0) - own for child in node]
        return jnp.concatenate(found)

    shape = (2, 3, 2, 2)
    for model, conserved in (
        (canonical(shape, 3, 1, jnp.float64), of_cp),
        (tree(shape, (2, 3, 2), ((0, 1), (2, 3)), jnp.float64), of_tree),
    ):
        drift = speed(observed(shape), model, conserved)
        assert float(jnp.abs(drift).max()) < 1e-10
        moved = speed(observed(shape), model, lambda model: model())
        assert float(jnp.abs(moved).max()) > 1e-2


WRONG = {
    "components differ": (lambda: CP(((draw((3, 2)),), (draw((4, 3)),))), "components"),
    "layers do not chain": (lambda: CP(((draw((3, 2)), draw((4, 2))),)), "do not chain"),
    "no modes": (lambda: CP(()), "no mode"),
    "core": (lambda: Tucker(draw((2, 2)), ((draw((3, 2)),), (draw((4, 3)),))), "core"),
    "bonds": (lambda: TensorTrain((draw((1, 3, 1)), draw((1, 2, 1))), ()), "bonds"),
    "train": (lambda: TensorTrain((draw((1, 3, 2)), draw((3, 2, 1))), ((),)), "do not chain"),
    "outer width": (lambda: TensorTrain((draw((2, 3, 1)),), ()), "outer width"),
    "mode twice": (
        lambda: tree((2, 3), 2, (0, 0), jnp.float64),
        "each of the modes 0 to 1 once",
    ),
    "widths": (
        lambda: TensorTrain.initialise((2, 3), init_scale=1, widths=(2, 2), key=jax.random.key(0)),
        "1 bonds",
    ),
    "no sides": (lambda: CP.initialise((), init_scale=1, key=jax.random.key(0)), "one side"),
    "one mode": (
        lambda: HierarchicalTucker.initialise((5,), init_scale=1, widths=2, key=jax.random.key(0)),
        "two modes",
    ),
    "scale": (lambda: CP.initialise((2, 3), init_scale=0, key=jax.random.key(0)), "init_scale"),
    "depth": (
        lambda: Tucker.initialise((2, 3), init_scale=1, depth=0, key=jax.random.key(0)),
        "depth",
    ),
    "deep is not balanced": (
        lambda: canonical((2, 3), 2, 2, jnp.float64).balanced(),
        "depth 1",
    ),
    "three children": (
        lambda: transfers((2, 2, 2), 2, (0, 1, 2), jnp.float64),
        "two children a node",
    ),
    "transfers": (lambda: TreeTucker((draw((2, 1)),) * 3, (), ((0, 1), 2)), "0 transfers"),
    "transfer": (
        lambda: TreeTucker((draw((2, 1)),) * 3, (draw((1, 2, 1)),), ((0, 1), 2)),
        "the children have",
    ),
    "root": (
        lambda: TreeTucker((draw((2, 1)),) * 3, (draw((1, 1, 2)),), ((0, 1), 2)),
        "the root's children have 2 and 1",
    ),
    "places": (
        lambda: TreeTucker.initialise(
            (2, 2, 2), init_scale=1, widths=(2, 2), key=jax.random.key(0)
        ),
        "for 3 places",
    ),
    "no such node": (
        lambda: tree((2, 3), 2, (0, 1), jnp.float64).local_component_norms((1, 0)),
        "no node",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_refused(name):
    build, words = WRONG[name]
    with pytest.raises(ValueError, match=words):
        build()


def test_train_of_order_two_is_deep():
    model = train((3, 4), (2,), 3, jnp.float64)
    first, second = model.bonds[0]
    matrix = Deep((model.cores[1][..., 0], second, first, model.cores[0][0]))
    np.testing.assert_allclose(model(), matrix(), rtol=1e-12)
    assert model.depth == 3


def test_tucker_of_order_two_is_deep():
    model = tucker((3, 4), (2, 3), 2, jnp.float64)
    (below, left), (under, right) = model.layers
    matrix = Deep((right.T, under.T, model.core, below, left))
    np.testing.assert_allclose(model(), matrix(), rtol=1e-12)
