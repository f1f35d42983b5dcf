"""What the algebra of tubal tensors refuses."""

import jax
import numpy as np
import pytest

from tacit.algebra import (
    Haar,
    Linear,
    learned_transform,
    low_tubal_rank_tensor,
    shrink_slices,
    t_chain_product,
    t_eigh,
    t_outer,
    t_product,
    t_svd,
    t_transpose,
    tensor_nuclear_norm,
    tensor_spectral_norm,
    tubal_condition_number,
    tubal_frame,
    tubal_principal_angles,
)

from .cases.base import draw

REFUSED = {
    "different tubes": (lambda: t_product(draw((2, 2, 3)), draw((2, 2, 4))), "tubes must agree"),
    "no chain": (lambda: t_product(draw((2, 2, 3)), draw((3, 2, 3))), "do not chain"),
    "other columns": (lambda: t_outer(draw((2, 2, 3)), draw((2, 3, 3))), "must agree"),
    "no factors": (lambda: t_chain_product([]), "the chain is empty"),
    "no chain of factors": (
        lambda: t_chain_product([draw((2, 2, 3)), draw((2, 2, 4))]),
        "do not chain",
    ),
    "a matrix": (lambda: t_product(draw((2, 2)), draw((2, 2))), "order ≥ 3"),
    "a matrix transposed": (lambda: t_transpose(draw((2, 2))), "order ≥ 3"),
    "singular": (lambda: Linear(np.ones((2, 2))), "not invertible, its condition number is"),
    "not finite": (lambda: Linear(np.full((2, 2), np.nan)), "not invertible"),
    "not square": (lambda: Linear(np.ones((2, 3))), "square"),
    "complex": (lambda: Linear(1j * np.eye(2)), "complex"),
    "none": (lambda: Linear(), "no matrix"),
    "other tubes": (lambda: t_svd(draw((2, 2, 3)), Linear(np.eye(4))), "made for tubes"),
    "Haar of 3": (lambda: t_svd(draw((2, 2, 3)), Haar()), "power of two"),
    "learned from a matrix": (lambda: learned_transform(draw((2, 2))), "order ≥ 3"),
    "eigentubes": (lambda: t_eigh(draw((3, 2, 4))), "is not square"),
    "rank 0": (lambda: t_svd(draw((2, 2, 3)), rank=0), "rank 0"),
    "rank 3": (lambda: t_svd(draw((2, 2, 3)), rank=3), "rank 3"),
    "drawn rank": (
        lambda: low_tubal_rank_tensor((2, 2, 3), 3, key=jax.random.key(0)),
        "rank 3 is not in 1..2",
    ),
    "wide frame": (lambda: tubal_frame((2, 3, 3), key=jax.random.key(0)), "wider than high"),
    "kind": (lambda: tensor_nuclear_norm(draw((2, 2, 3)), kind="other"), "'sum' or 'mean'"),
    "angles": (
        lambda: tubal_principal_angles(draw((3, 2, 3)), draw((4, 2, 3))),
        "one height",
    ),
}


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_refusals(call, message):
    with pytest.raises(ValueError, match=message) as error:
        call()
    assert "\n" not in str(error.value)


UNITARY_ONLY = {
    "truncated by rank": lambda T, t: t_svd(T, t, rank=1),
    "truncated by threshold": lambda T, t: t_svd(T, t, threshold=0.1),
    "spectral norm": tensor_spectral_norm,
    "nuclear norm": lambda T, t: tensor_nuclear_norm(T, t, kind="sum"),
    "condition number": tubal_condition_number,
    "principal angles": lambda T, t: tubal_principal_angles(T, T, t),
    "shrinkage": lambda T, t: shrink_slices(T, 0.1, t),
}


@pytest.mark.parametrize("call", UNITARY_ONLY.values(), ids=UNITARY_ONLY)
def test_what_needs_a_unitary_transform_is_refused_without(call):
    with pytest.raises(ValueError, match="M Mᴴ = c I"):
        call(draw((3, 2, 2)), Linear([[1.0, 1.0], [0.0, 1.0]]))
