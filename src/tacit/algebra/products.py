"""Products of several matrices."""

from functools import reduce

import jax

from tacit._typing import Array, Float, Matrix, Sequence


@jax.custom_jvp
def product(left: Float[Array, "m r"], right: Float[Array, "r n"]) -> Matrix:
    """The product left · right, its derivative arranged for speed.

    Reverse mode needs leftᵀ · C. XLA's quick kernels on a CPU contract the last axis of what stands
    on the left, and it folds a transposition into the product to end in a slower one; so leftᵀ is
    laid out behind a barrier first. (Measured at 100 × 100: a descent step of depth 3 takes 0.95 of
    the time in float32, 0.75 in float64.)
    """
    return left @ right


@product.defjvp
def _product_jvp(primals, tangents):
    left, right = primals
    left_tangent, right_tangent = tangents
    transposed = jax.lax.optimization_barrier(left.T)
    return product(left, right), left_tangent @ right + transposed.T @ right_tangent


def chain_product(factors: Sequence[Float[Array, "_ _"]]) -> Matrix:
    """Product W_L ⋯ W_2 W_1 of the chain (W_1, …, W_L), W_1 first.

    Raises:
        ValueError: if the chain is empty.
    """
    if not factors:
        raise ValueError("chain_product: the chain is empty; give at least one factor")
    return reduce(lambda chain, factor: product(factor, chain), factors)
