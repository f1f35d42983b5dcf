"""Descent of a depth-3 factorisation in PyTorch, as its users write it."""

from collections.abc import Callable, Sequence

import numpy as np
import torch

Loop = Callable[[int], None]


def loops(
    factors: Sequence[np.ndarray], truth: np.ndarray, rows: np.ndarray, columns: np.ndarray
) -> dict[str, Callable[[float], Loop]]:
    """Ways to write the loop by name; each takes a step size and gives a loop of so many steps.

    All descend the mean of squares over the observed entries. `index` and `mask` are autograd with
    an update in place; `optimiser` is the textbook's `zero_grad`, `backward`, `step`; `by hand` is
    the gradient written out in fused calls without autograd.
    """
    X = torch.tensor(truth)
    flat = torch.tensor(rows * truth.shape[1] + columns)
    y = X.view(-1).index_select(0, flat)
    mask = torch.zeros_like(X)
    mask.view(-1)[flat] = 1
    seen = mask * X
    count = len(rows)

    def product(W):
        return W[2] @ (W[1] @ W[0])

    def by_index(W):
        return (product(W).view(-1).index_select(0, flat) - y).square().mean()

    def by_mask(W):
        return (mask * product(W) - seen).square().sum() / count

    def weights():
        return [torch.tensor(factor, requires_grad=True) for factor in factors]

    def autograd(loss):
        def make(step: float) -> Loop:
            W = weights()

            def loop(steps: int) -> None:
                for _ in range(steps):
                    gradient = torch.autograd.grad(loss(W), W)
                    with torch.no_grad():
                        for factor, downhill in zip(W, gradient, strict=True):
                            factor.sub_(downhill, alpha=step)

            return loop

        return make

    def optimiser(step: float) -> Loop:
        W = weights()
        rule = torch.optim.SGD(W, lr=step)

        def loop(steps: int) -> None:
            for _ in range(steps):
                rule.zero_grad()
                by_index(W).backward()
                rule.step()

        return loop

    def by_hand(step: float) -> Loop:
        lower, middle, upper = (torch.tensor(factor) for factor in factors)
        chain, residual, back, change = (torch.empty_like(X) for _ in range(4))
        scale = 2 * step / count
        scaled_mask, scaled_seen = scale * mask, scale * seen

        def loop(steps: int) -> None:
            for _ in range(steps):
                torch.mm(middle, lower, out=chain)
                torch.mm(upper, chain, out=residual)
                residual.mul_(scaled_mask).sub_(scaled_seen)
                torch.mm(upper.T, residual, out=back)
                upper.addmm_(residual, chain.T, alpha=-1)
                torch.mm(back, lower.T, out=change)
                lower.addmm_(middle.T, back, alpha=-1)
                middle.sub_(change)

        return loop

    return {
        "index": autograd(by_index),
        "mask": autograd(by_mask),
        "optimiser": optimiser,
        "by hand": by_hand,
    }


def on_threads(count: int, loop: Loop, steps: int) -> Callable[[], None]:
    """The loop of so many steps as a call, on `count` threads."""

    def call() -> None:
        torch.set_num_threads(count)
        loop(steps)

    return call
