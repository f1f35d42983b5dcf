"""Models cut to a rank: a kind of model is cut if it is registered here, once."""

from functools import singledispatch

import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Callable
from tacit.models import AbstractFactorisation, Deep, Symmetric

Lift = Callable[[AbstractFactorisation], AbstractFactorisation]


@singledispatch
def narrowest_width(model: Any) -> int | None:
    """The largest rank that the model can be cut to; None for a kind that is not cut."""
    del model
    return None


@singledispatch
def cut(model: Any, rank: int) -> tuple[Any, Lift]:
    """The model of inner widths `rank` with the best product of that rank, and the way back."""
    raise TypeError(f"{type(model).__name__} is not cut to rank {rank}")


@narrowest_width.register
def _(model: Symmetric) -> int:
    return min(model.factor.shape)


@narrowest_width.register
def _(model: Deep) -> int | None:
    return min(min(W.shape) for W in model.factors) if model.depth > 1 else None


@cut.register
def _(model: Symmetric, rank: int) -> tuple[Symmetric, Lift]:
    U = np.asarray(model.factor, np.float64)
    Q = np.linalg.svd(U, full_matrices=False)[2][:rank].T
    dtype = model.factor.dtype

    def lift(narrow: Any) -> AbstractFactorisation:
        return Symmetric(jnp.asarray(np.asarray(narrow.factor, np.float64) @ Q.T, dtype))

    return Symmetric(jnp.asarray(U @ Q, dtype)), lift


@cut.register
def _(model: Deep, rank: int) -> tuple[Deep, Lift]:
    """W̃_j = Q_jᵀ W_j Q_{j−1} with Q_j an orthonormal basis of W_j ⋯ W_1 V, V of the best X_r."""
    factors = [np.asarray(factor, np.float64) for factor in model.factors]
    dtype = model.factors[0].dtype
    _, _, Vt = np.linalg.svd(np.linalg.multi_dot([*factors[::-1]]), full_matrices=False)
    V = Vt[:rank].T
    # The outer sides stay free, since the singular vectors of the saddle are not those of X.
    bases, image = [np.eye(len(V))], V
    for factor in factors[:-1]:
        bases.append(np.linalg.qr(factor @ image)[0])
        image = bases[-1]
    bases.append(np.eye(len(factors[-1])))

    def build(made: list[np.ndarray]) -> Deep:
        return Deep(tuple(jnp.asarray(factor, dtype) for factor in made))

    def lift(narrow: Any) -> AbstractFactorisation:
        return build(
            [
                bases[j + 1] @ np.asarray(factor, np.float64) @ bases[j].T
                for j, factor in enumerate(narrow.factors)
            ]
        )

    cut = [bases[j + 1].T @ factor @ bases[j] for j, factor in enumerate(factors)]
    cut[0] = cut[0] @ V @ V.T
    return build(cut), lift
