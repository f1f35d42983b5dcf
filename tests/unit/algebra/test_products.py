import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.test_util import check_grads

from tacit.algebra import chain_product, product

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
