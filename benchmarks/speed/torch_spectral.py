"""Spectral networks in PyTorch, differentiated through its SVD as in the authors' code."""

from collections.abc import Callable, Sequence

import numpy as np
import torch


def spectral_map(X: torch.Tensor) -> torch.Tensor:
    """U tanh(S) Vᵀ for a batch of matrices."""
    U, s, Vt = torch.linalg.svd(X, full_matrices=False)
    return (U * torch.tanh(s)[..., None, :]) @ Vt


def network(
    left: np.ndarray,
    right: np.ndarray,
    mixers: Sequence[np.ndarray],
    arrays: np.ndarray,
    y: np.ndarray,
    step: float,
) -> Callable[[int], None]:
    """A loop of so many steps of descent on the mean square, the state kept from call to call."""
    U, V = (torch.tensor(factor, requires_grad=True) for factor in (left, right))
    alphas = [torch.tensor(mixer, requires_grad=True) for mixer in mixers]
    A = torch.tensor(arrays.reshape(len(arrays), -1))
    target = torch.tensor(y)
    weights = [U, V, *alphas]

    def loss() -> torch.Tensor:
        X = U @ V.transpose(1, 2)
        for alpha in alphas:
            H = spectral_map(X)
            X = (alpha.T @ H.reshape(H.shape[0], -1)).reshape(-1, *H.shape[1:])
        return (A @ X[0].reshape(-1) - target).square().mean()

    def loop(steps: int) -> None:
        for _ in range(steps):
            gradient = torch.autograd.grad(loss(), weights)
            with torch.no_grad():
                for weight, downhill in zip(weights, gradient, strict=True):
                    weight.sub_(downhill, alpha=step)

    return loop


def map_and_gradient(X: np.ndarray, C: np.ndarray) -> Callable[[int], None]:
    """Value of ⟨Γ(X), C⟩ and its gradient, so many times."""
    matrices, weights = torch.tensor(X, requires_grad=True), torch.tensor(C)

    def loop(times: int) -> None:
        for _ in range(times):
            torch.autograd.grad((spectral_map(matrices) * weights).sum(), matrices)

    return loop
