"""Descent of a sum of outer products in PyTorch, as its users write it and as it is quickest."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch

Loop = Callable[[int], None]

_LETTERS = "abcdefgh"


def loops(factors: Sequence[np.ndarray], places: np.ndarray, y: np.ndarray) -> dict[str, "Make"]:
    """Ways to write the loop by name; each takes a step size and gives a `Run`.

    All descend the mean of squares over the entries at these places of the flattened tensor.
    `einsum` forms the tensor in one call, as the authors of [razin2021] do; `matrices` as one
    product of two matrices; `gather` multiplies rows of the factors at the entries; these with
    autograd and an update in place. `by hand` is the gradient of `matrices` without autograd.

    Args:
        factors: of an even number of modes, shape (side, components) each.
        places: of the entries that are seen.
        y: their values.
    """
    shape = tuple(len(factor) for factor in factors)
    half, width = len(shape) // 2, factors[0].shape[1]
    sides = math.prod(shape[:half]), math.prod(shape[half:])
    flat, target = torch.tensor(places), torch.tensor(y)
    index = torch.unravel_index(flat, shape)
    letters = _LETTERS[: len(shape)]
    formula = ",".join(f"{side}z" for side in letters) + "->" + letters

    def columnwise(W):
        whole = W[0]
        for factor in W[1:]:
            whole = (whole[:, None] * factor[None]).view(-1, width)
        return whole

    def by_einsum(W):
        return torch.einsum(formula, *W).reshape(-1).index_select(0, flat)

    def by_matrices(W):
        X = columnwise(W[:half]) @ columnwise(W[half:]).T
        return X.view(-1).index_select(0, flat)

    def by_gather(W):
        rows = W[0].index_select(0, index[0])
        for factor, place in zip(W[1:], index[1:], strict=True):
            rows = rows * factor.index_select(0, place)
        return rows.sum(1)

    def autograd(entries):
        def make(step: float) -> Run:
            W = [torch.tensor(factor, requires_grad=True) for factor in factors]

            def loop(steps: int) -> None:
                for _ in range(steps):
                    gradient = torch.autograd.grad((entries(W) - target).square().mean(), W)
                    with torch.no_grad():
                        for factor, downhill in zip(W, gradient, strict=True):
                            factor.sub_(downhill, alpha=step)

            return Run(loop, W)

        return make

    def by_hand(step: float) -> Run:
        W = [torch.tensor(factor) for factor in factors]
        C = torch.zeros(sides)
        rate = 2 * step / len(places)

        def gradients(pair, G):
            one, other = pair
            G = G.view(len(one), len(other), width)
            return torch.einsum("ijr,jr->ir", G, other), torch.einsum("ijr,ir->jr", G, one)

        def loop(steps: int) -> None:
            for _ in range(steps):
                L, R = columnwise(W[:half]), columnwise(W[half:])
                residual = torch.mm(L, R.T).view(-1).index_select(0, flat).sub_(target)
                C.view(-1)[flat] = residual
                downhill = (*gradients(W[:half], C @ R), *gradients(W[half:], C.T @ L))
                for factor, change in zip(W, downhill, strict=True):
                    factor.sub_(change, alpha=rate)

        return Run(loop, W)

    return {
        "einsum": autograd(by_einsum),
        "matrices": autograd(by_matrices),
        "gather": autograd(by_gather),
        "by hand": by_hand,
    }


class Run:
    """A loop of so many steps, and the factors that it moves."""

    def __init__(self, loop: Loop, factors: Sequence[torch.Tensor]):
        self.loop, self._factors = loop, factors

    def factors(self) -> list[np.ndarray]:
        """As they are now."""
        return [factor.detach().numpy().copy() for factor in self._factors]


Make = Callable[[float], Run]
