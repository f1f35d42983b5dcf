import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from tacit.algebra import chain_product, product
from tacit.algebra.products import khatri_rao

SHAPES = [(4, 3, 5), (1, 3, 2), (4, 1, 4)]


@pytest.fixture(params=SHAPES, ids=str)
def pair(request, key):
    m, r, n = request.param
    left, right = jax.random.split(key)
    return jax.random.normal(left, (m, r)), jax.random.normal(right, (r, n))


def test_product_and_its_derivatives_to_second_order(pair):
    left, right = pair
    np.testing.assert_allclose(product(left, right), left @ right)
    # Finite differences come as numpy arrays.
    on_jax = lambda left, right: product(jnp.asarray(left), jnp.asarray(right))  # noqa: E731
    check_grads(on_jax, pair, order=2, modes=("fwd", "rev"))


def test_product_maps_over_either_side(pair):
    left, right = pair
    lefts = jnp.stack([left, 2 * left])

    def objective(left, right):
        return jnp.sum(product(left, right) ** 2)

    mapped = jax.vmap(jax.grad(objective), (0, None))(lefts, right)
    np.testing.assert_allclose(mapped, jnp.stack([jax.grad(objective)(a, right) for a in lefts]))


def test_chain_product_multiplies_the_first_factor_first(key):
    shapes = [(3, 2), (4, 3), (5, 4)]
    keys = jax.random.split(key, 3)
    first, second, third = (
        jax.random.normal(k, shape) for k, shape in zip(keys, shapes, strict=True)
    )
    np.testing.assert_allclose(chain_product((first, second, third)), third @ second @ first)


def test_chain_product_of_nothing_is_refused():
    with pytest.raises(ValueError, match="chain is empty"):
        chain_product(())


# Of few rows the copies are concatenated, of many broadcast; either side may have many.
@pytest.mark.parametrize("rows", [(2, 3), (1, 4), (3, 20), (20, 3)], ids=str)
def test_khatri_rao_and_its_derivatives_are_those_of_an_einsum(rows, key):
    keys = jax.random.split(key, 5)
    pair, tangents = (
        [jax.random.normal(k, (n, 4)) for k, n in zip(part, rows, strict=True)]
        for part in (keys[:2], keys[2:4])
    )
    cotangent = jax.random.normal(keys[4], (rows[0] * rows[1], 4))

    def by_einsum(left, right):
        return jnp.einsum("ir,jr->ijr", left, right).reshape(-1, 4)

    # Kronecker products of columns, by numpy: their order is told by nothing of ours.
    columns = zip(*(np.asarray(side).T for side in pair), strict=True)
    expected = np.stack([np.kron(u, v) for u, v in columns], 1)
    np.testing.assert_allclose(khatri_rao(*pair), expected, rtol=1e-6)

    back = [jax.vjp(of, *pair)[1](cotangent) for of in (khatri_rao, by_einsum)]
    for ours, theirs in zip(*back, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    forward = [jax.jvp(of, pair, tangents)[1] for of in (khatri_rao, by_einsum)]
    np.testing.assert_allclose(*forward, rtol=1e-5, atol=1e-6)
    check_grads(lambda a, b: khatri_rao(jnp.asarray(a), jnp.asarray(b)), pair, order=2)
