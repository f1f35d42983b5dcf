"""A chain of cores, with matrices on its bonds."""

import math
from itertools import pairwise

import jax.numpy as jnp

from tacit._typing import Any, Array, Float, PRNGKey, ScalarLike, Sequence
from tacit.algebra import TrainFormat, chain_product
from tacit.models._base import AbstractTensorFactorisation
from tacit.models._tensor_start import draw_arrays, refuse_tensor_start, widths_of


class TensorTrain(AbstractTensorFactorisation):
    """X[i_1, …, i_N] = G_1[i_1] B_1 G_2[i_2] B_2 ⋯ G_N[i_N], any order and depth [milanesi2021].

    G_n has shape (r_{n−1}, n_n, r_n) with r_0 = r_N = 1, and each bond matrix is a product of L − 1
    square ones, B_n = V_n,1 ⋯ V_n,L−1, none at depth 1. Of order 2 and depth L it is `Deep` of
    depth L + 1.

    Attributes:
        cores: G_1, …, G_N.
        bonds: the matrices V_n,1, …, V_n,L−1 of every bond, from left to right.
    """

    cores: tuple[Float[Array, "_ _ _"], ...]
    bonds: tuple[tuple[Float[Array, "_ _"], ...], ...]

    def __check_init__(self):
        if not self.cores or len(self.bonds) != len(self.cores) - 1:
            raise ValueError(
                f"TensorTrain: {len(self.cores)} cores have {max(len(self.cores) - 1, 0)} bonds "
                f"between them, and {len(self.bonds)} were given"
            )
        if self.cores[0].shape[0] != 1 or self.cores[-1].shape[2] != 1:
            raise ValueError("TensorTrain: the first and the last core need an outer width of 1")
        shapes = [core.shape for core in self.cores]
        for (left, right), bond in zip(pairwise(shapes), self.bonds, strict=True):
            widths = [left[2], *(side for matrix in bond for side in matrix.shape), right[0]]
            if any(a != b for a, b in zip(widths[::2], widths[1::2], strict=True)):
                raise ValueError(f"TensorTrain: cores of shapes {shapes} do not chain")

    @property
    def depth(self) -> int:
        """L, one more than the matrices on a bond."""
        return 1 + max((len(bond) for bond in self.bonds), default=0)

    def factored(self) -> TrainFormat:
        """The cores, each multiplied by the matrices on the bond after it."""
        merged = [
            core @ chain_product(bond[::-1]) if bond else core
            for core, bond in zip(self.cores, self.bonds, strict=False)
        ]
        return TrainFormat((*merged, self.cores[-1]))

    @classmethod
    def initialise(
        cls,
        shape: tuple[int, ...],
        *,
        init_scale: ScalarLike,
        widths: int | Sequence[int] | None = None,
        depth: int = 1,
        dtype: Any = jnp.float32,
        key: PRNGKey,
    ) -> "TensorTrain":
        """Draw normal entries of one deviation.

        Args:
            shape: of X, any order.
            init_scale: root mean square of the singular values that an unfolding of X(0) can have,
                in the mean: ‖X(0)‖_F² = init_scale² q, q the narrowest side or width.
            widths: r_1, …, r_{N−1} of the bonds, or one for all; default the smaller of the
                products of the sides on the left and on the right, which constrains nothing.
            depth: L, one more than the square matrices on a bond.
            dtype: floating-point type of the parameters.
            key: JAX random key.

        Raises:
            ValueError: if a side, a width, the depth or `init_scale` is not positive, or the number
                of widths is not that of the bonds.
        """
        count = len(shape) - 1
        if widths is None:
            cuts = range(1, len(shape))
            widths = [min(math.prod(shape[:cut]), math.prod(shape[cut:])) for cut in cuts]
        ranks = widths_of("TensorTrain", widths, count, "bonds")
        refuse_tensor_start("TensorTrain", shape, init_scale, depth, ranks)

        ends = (1, *ranks, 1)
        cores = list(zip(ends[:-1], shape, ends[1:], strict=True))
        drawn = draw_arrays(
            [*cores, *((rank, rank) for rank in ranks for _ in range(depth - 1))],
            init_scale=init_scale,
            narrowest=min((*shape, *ranks)),
            squared_terms=math.prod(shape) * math.prod(ranks) ** depth,
            dtype=dtype,
            key=key,
        )
        matrices = drawn[len(cores) :]
        bonds = (matrices[bond * (depth - 1) : (bond + 1) * (depth - 1)] for bond in range(count))
        return cls(drawn[: len(cores)], tuple(bonds))
