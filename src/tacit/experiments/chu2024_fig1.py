"""The anatomy of a spectral neural network [chu2024, figure 1].

K_1 inputs U_k V_kᵀ pass through layers; each maps the singular values of its matrices by the
activation and aggregates the results by trained weights. Here the network itself is drawn: its
blocks with their singular values, its connections with their weights.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import jax
import numpy as np
import xarray as xr

from tacit import plots
from tacit.algebra import singular_values
from tacit.experiments._base import Claim, Presets, Report
from tacit.models import SpectralNetwork

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["PRESETS", "Claim", "Config", "claims", "plot", "run"]


@dataclass(frozen=True)
class Config:
    """A network of side × side matrices with the given widths; `scale` is that of its output."""

    seed: int = 0
    dtype: str = "float64"
    side: int = 10
    widths: tuple[int, ...] = (2, 2, 2, 2)
    scale: float = 0.5

    def __post_init__(self):
        if self.side < 1 or not self.widths or min(self.widths) < 1:
            raise ValueError(
                f"side {self.side} and widths {self.widths}: give whole numbers ≥ 1, at least one "
                "width"
            )


PRESETS = Presets(smoke=Config(side=6, widths=(2, 3)), paper=Config())


def run(config: Config, report: Report) -> xr.Dataset:
    """Pass the inputs through the network, and through the formulas of the paper by numpy."""
    report(0.0, "forward")
    model = SpectralNetwork.gaussian(
        (config.side, config.side),
        config.widths,
        scale=config.scale,
        dtype=config.dtype,
        key=jax.random.key(config.seed),
    )
    layers = [np.asarray(layer) for layer in model.layers()]
    most = max(len(layer) for layer in layers)
    spectrum = np.full((len(layers), most, config.side), np.nan)
    for at, layer in enumerate(layers):
        for node, X in enumerate(layer):
            spectrum[at, node] = np.asarray(singular_values(jax.numpy.asarray(X)))
    mixer = np.full((len(model.mixers), most, most), np.nan)
    for at, alpha in enumerate(model.mixers):
        mixer[at, : alpha.shape[0], : alpha.shape[1]] = alpha
    difference = np.max(np.abs(layers[-1][0] - _by_hand(model)))
    report(1.0, "done")
    return xr.Dataset(
        {
            "spectrum": (("layer", "node", "index"), spectrum, {"long_name": "singular values"}),
            "mixer": (("step", "source", "target"), mixer, {"long_name": "weights α"}),
            "width": ("layer", [len(layer) for layer in layers], {"long_name": "matrices"}),
            "parameters": float(sum(leaf.size for leaf in jax.tree.leaves(model))),
            "difference": float(difference),
        },
        attrs={
            "shape": f"{config.side} × {config.side}",
            "activation": "tanh",
            "parameters": sum(leaf.size for leaf in jax.tree.leaves(model)),
        },
    )


def claims(config: Config) -> tuple[Claim, ...]:
    """The network is the one that the paper writes down."""
    widths = (*config.widths, 1)
    count = 2 * config.widths[0] * config.side**2
    count += sum(one * other for one, other in pairwise(widths))
    return (
        Claim(
            "trained numbers: 2 K₁ n² and the weights of every aggregation",
            lambda dataset: float(dataset["parameters"]),
            "=",
            count,
        ),
        Claim(
            "largest difference of the output from the paper's formulas, matrix by matrix",
            lambda dataset: float(dataset["difference"]),
            "<",
            1e-12,
        ),
        Claim(
            "one output",
            lambda dataset: float(dataset["width"].isel(layer=-1)),
            "=",
            1,
        ),
    )


def plot(dataset: xr.Dataset) -> "Figure":
    """Blocks, widths and connections."""
    return plots.anatomy(dataset)


def _by_hand(model: SpectralNetwork) -> np.ndarray:
    inputs = [np.asarray(U) @ np.asarray(V).T for U, V in zip(model.left, model.right, strict=True)]
    for alpha in map(np.asarray, model.mixers):
        mapped = []
        for X in inputs:
            U, s, Vt = np.linalg.svd(X)
            mapped.append((U * np.tanh(s)) @ Vt)
        inputs = [np.tensordot(weights, np.stack(mapped), 1) for weights in alpha.T]
    return inputs[0]
