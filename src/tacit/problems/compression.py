"""A deep factorisation trained in the few coordinates in which its training moves it."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Array, Float, Matrix, Sequence
from tacit.models import Deep
from tacit.operators import Entries
from tacit.problems.losses import AbstractLoss, LeastSquares, MeanSquared
from tacit.problems.problem import Problem

_SLACK = 10
"""Singular values below this many times the larger side and rounding count as zero."""


class Compressed(eqx.Module):
    """A problem and a `Deep` of few coordinates, and how the layers of the whole are made of them.

    With C_j of `frames` and O_j of `others`, whose columns are orthonormal together, a whole layer
    is W_j = C_j W̃_j C_{j−1}ᵀ + ρ_j O_j O_{j−1}ᵀ, ρ_j the last entry of the diagonal of W̃_j: the
    directions of O_j go the way of the last one of C_j.
    """

    problem: Problem
    model: Deep
    frames: tuple[Float[Array, "_ _"], ...]
    others: tuple[Float[Array, "_ _"], ...]

    def expand(self, model: Deep) -> Deep:
        """The whole factorisation of a compressed one, at its start or later.

        Raises:
            ValueError: if its factors have not the shapes of `self.model`.
        """
        shapes, wanted = ([W.shape for W in each.factors] for each in (model, self.model))
        if shapes != wanted:
            raise ValueError(
                f"Compressed.expand: factors of shapes {shapes}; they must be {wanted}"
            )
        frames, others = self.frames, self.others
        return Deep(
            tuple(
                frames[j + 1] @ W @ frames[j].T + W[-1, -1] * (others[j + 1] @ others[j].T)
                for j, W in enumerate(model.factors)
            )
        )


def compress(problem: Problem, model: Deep) -> Compressed:
    """Find the coordinates in which training moves a `Deep` from an orthogonal start [yaras2024].

    Where all entries are seen, ℓ = ½‖X − M‖_F² with M of rank r, and the layers of the start are
    multiples of orthogonal matrices, there are d − 2r directions that M and all that is learnt pass
    by: on them every layer stays the same multiple ρ_j of an isometry. One of them stands for all,
    and layers of side 2r + 1 take the path of those of side d, to rounding, by any rule whose step
    is linear in gradients or adapts to none of their norms: descent, with momentum too, and flow.
    The loss of the compressed problem counts ρ² once, where that of the whole counts d − 2r of it.

    The directions are found from what is given, so other widths do too, and layers that are
    multiples of isometries on some directions only; each that is not costs a coordinate.

    Args:
        problem: Every entry of a matrix seen once, all with one weight; `LeastSquares` or
            `MeanSquared`, no penalty.
        model: The start, or a factorisation on its way from one.

    Raises:
        ValueError: if the problem is another, or there are not two directions to stand for.
    """
    M, weight = _read_target(problem)
    if (shape := (model.factors[-1].shape[0], model.factors[0].shape[1])) != M.shape:
        raise ValueError(f"compress: the model has shape {shape} and the problem {M.shape}")
    dtype = model.factors[0].dtype
    layers = [np.asarray(W, np.float64) for W in model.factors]
    chain = _find_directions(layers, M, float(jnp.finfo(dtype).eps))

    count = chain[0].shape[1]
    frames = [np.hstack([np.linalg.qr(V, mode="complete")[0][:, count:], V[:, :1]]) for V in chain]
    small = [frames[j + 1].T @ W @ frames[j] for j, W in enumerate(layers)]
    inner = _make_problem(frames[-1].T @ M @ frames[0], weight, dtype)
    if problem.truth is not None:
        truth = frames[-1].T @ np.asarray(problem.truth, np.float64) @ frames[0]
        inner = eqx.tree_at(
            lambda given: given.truth,
            inner,
            jnp.asarray(truth, dtype),
            is_leaf=lambda leaf: leaf is None,
        )

    def tidy(arrays: Sequence[NDArray[np.float64]]) -> tuple[Matrix, ...]:
        return tuple(jnp.asarray(array, dtype) for array in arrays)

    return Compressed(inner, Deep(tidy(small)), tidy(frames), tidy([V[:, 1:] for V in chain]))


def _read_target(problem: Problem) -> tuple[NDArray[np.float64], float | None]:
    """M and c of the loss c ‖X − M‖_F² / 2, None for a c of one."""
    operator, loss = problem.operator, problem.loss
    if not isinstance(operator, Entries):
        raise ValueError(
            f"compress: the operator must be Entries of a matrix, not {type(operator).__name__}"
        )
    counts = np.asarray(operator.adjoint(jnp.ones(operator.size, operator.dtype)))
    if np.any(counts != 1):
        raise ValueError(
            f"compress: {int(np.sum(counts == 1))} of {counts.size} entries are seen once; it "
            "takes all of them, for what is not seen mixes the directions"
        )
    if problem.penalty is not None:
        raise ValueError("compress: a penalty mixes the directions; leave it out")
    weights = None if problem.weights is None else np.asarray(problem.weights, np.float64)
    if weights is not None and np.any(weights != weights[0]):
        raise ValueError("compress: weights must be all the same")
    M = np.asarray(operator.adjoint(problem.y), np.float64)
    return M, _find_weight(loss, weights, M.size)


def _find_weight(
    loss: AbstractLoss, weights: NDArray[np.float64] | None, size: int
) -> float | None:
    if isinstance(loss, MeanSquared):
        return 2 / size
    if not isinstance(loss, LeastSquares):
        raise ValueError(
            f"compress: the loss must be LeastSquares or MeanSquared, not {type(loss).__name__}"
        )
    return None if weights is None else float(weights[0])


def _find_directions(
    layers: list[NDArray[np.float64]], M: NDArray[np.float64], eps: float
) -> list[NDArray[np.float64]]:
    """Orthonormal V_0, V_1 = W_1 V_0 / ρ_1, … that M passes by and each layer carries alike."""
    # Of a multiple of an isometry all singular values are the same, and on the way most are.
    multiples = [float(np.median(np.linalg.svd(W, compute_uv=False))) for W in layers]
    if min(multiples) == 0 or not np.all(np.isfinite(multiples)):
        raise ValueError(
            "compress: a layer is zero or not finite; start from initialiser=orthogonal"
        )
    units = [W / multiple for W, multiple in zip(layers, multiples, strict=True)]

    # M v = 0, Mᵀ W_L ⋯ W_1 v = 0, and WᵀW w = ρ² w at every layer, all of them linear in v.
    size = np.linalg.norm(M, 2) or 1.0
    conditions, reached = [M / size], np.eye(M.shape[1])
    for W in units:
        conditions.append(W.T @ (W @ reached) - reached)
        reached = W @ reached
    conditions.append(M.T @ reached / size)

    _, values, Vt = np.linalg.svd(np.vstack(conditions))
    bound = _SLACK * max(max(W.shape) for W in layers) * eps * max(1.0, values[0])
    chain = [Vt[int(np.sum(values > bound)) :].T]
    if (count := chain[0].shape[1]) < 2:
        raise ValueError(
            f"compress: {count} directions of {M.shape[1]} are left alone, and it takes two; the "
            "rank of the data must be below half of the sides, and the start of "
            "initialiser=orthogonal"
        )
    for W in units:
        chain.append(W @ chain[-1])
    return chain


def _make_problem(M: NDArray[np.float64], weight: float | None, dtype: Any) -> Problem:
    """The problem of the compressed target, its loss in the units of the whole."""
    operator = Entries.from_mask(np.ones(M.shape, bool), dtype)
    y = operator.mv(jnp.asarray(M, dtype))
    weights = None if weight is None else jnp.full(M.size, weight, dtype)
    return Problem(operator, y, LeastSquares(), weights)
