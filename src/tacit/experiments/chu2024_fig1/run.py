"""The run of `chu2024_fig1`."""

import jax
import numpy as np
import xarray as xr

from tacit.algebra import singular_values
from tacit.experiments._experiment import Report
from tacit.experiments.chu2024_fig1.config import Config
from tacit.models import SpectralNetwork


def run(config: Config, report: Report) -> xr.Dataset:
    """Pass the inputs through the network, and through the formulas of the paper by numpy."""
    report(0.0, "forward")
    model = SpectralNetwork.gaussian(
        (config.side, config.side),
        config.widths,
        init_scale=config.init_scale,
        dtype=config.dtype,
        key=jax.random.key(config.seed),
    )

    # Layers differ in width: what is not there stays NaN.
    layers = [np.asarray(layer) for layer in model.layers()]
    most = max(len(layer) for layer in layers)
    spectrum = np.full((len(layers), most, config.side), np.nan)
    for at, layer in enumerate(layers):
        for node, X in enumerate(layer):
            spectrum[at, node] = np.asarray(singular_values(jax.numpy.asarray(X)))
    mixer = np.full((len(model.mixers), most, most), np.nan)
    for at, alpha in enumerate(model.mixers):
        mixer[at, : alpha.shape[0], : alpha.shape[1]] = alpha

    difference = np.max(np.abs(layers[-1][0] - _compute_by_hand(model)))
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


def _compute_by_hand(model: SpectralNetwork) -> np.ndarray:
    """The output by the formulas of the paper, matrix by matrix."""
    inputs = [np.asarray(U) @ np.asarray(V).T for U, V in zip(model.left, model.right, strict=True)]
    for alpha in map(np.asarray, model.mixers):
        mapped = []
        for X in inputs:
            U, s, Vt = np.linalg.svd(X)
            mapped.append((U * np.tanh(s)) @ Vt)
        inputs = [np.tensordot(weights, np.stack(mapped), 1) for weights in alpha.T]
    return inputs[0]
