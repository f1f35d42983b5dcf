"""What [arora2019, theorem 3] asserts of a run of `arora2019_theorem`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.arora2019_theorem.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """The slope of every singular value, measured in three ways, and what turns the vectors."""
    return (
        Claim(
            "layers: largest distance of uᵣᵀ Ẇ vᵣ from the predicted slope, relative",
            lambda dataset: _find_furthest(dataset["layered_slope"], dataset["layered_predicted"]),
            "<",
            1e-8,
        ),
        # The product's flow has no layers: their spectra agree where both are of one depth.
        Claim(
            "largest distance of the spectrum of the product's flow from the layers', relative",
            _between_flows,
            "<",
            1e-8,
        ),
        *(
            Claim(
                f"product, depth {depth:g}: distance of the differences of σᵣ from the predicted "
                "slope, relative",
                lambda dataset, depth=depth: _find_furthest(
                    dataset["slope"].sel(product_depth=depth),
                    dataset["predicted"].sel(product_depth=depth),
                ),
                "<",
                1e-5,
            )
            for depth in config.product_depths
        ),
        # A step of length η differs from the flow by O(η): so do slopes, and half of it by half.
        Claim(
            "descent: largest distance of a step of σᵣ from the predicted one, relative",
            lambda dataset: float(dataset["descent_gap"].max(skipna=False)),
            "<",
            0.05,
        ),
        Claim(
            "descent is of first order: what halving η divides that distance by, distance from 2",
            _order,
            "<",
            0.1,
        ),
        # The vectors rest where nothing of ∇ℓ is off the diagonal, and turn as what is there says.
        Claim(
            "aligned start: ∇ℓ off the diagonal over ∇ℓ on it, largest",
            lambda dataset: float(
                (
                    _part(dataset, "off_diagonal", "aligned")
                    / _part(dataset, "diagonal", "aligned")
                ).max(skipna=False)
            ),
            "<",
            1e-10,
        ),
        Claim(
            "aligned start: turn of the leading singular vectors, largest",
            lambda dataset: float(_part(dataset, "turn", "aligned").max(skipna=False)),
            "<",
            1e-8,
        ),
        Claim(
            "completion: the leading singular vectors turn, in all",
            lambda dataset: float(
                np.trapezoid(
                    _part(dataset, "turn", "completion"), _part(dataset, "turn_time", "completion")
                )
            ),
            ">",
            1,
        ),
        Claim(
            "completion: distance of their turn from what is off the diagonal predicts, relative",
            lambda dataset: _find_furthest(
                _part(dataset, "turn", "completion"),
                _part(dataset, "predicted_turn", "completion"),
            ),
            "<",
            1e-3,
        ),
    )


def _part(dataset: xr.Dataset, name: str, start: str) -> xr.DataArray:
    return dataset[name].sel(start=start)


def _find_furthest(found: xr.DataArray, predicted: xr.DataArray) -> float:
    """Largest distance over the largest predicted size."""
    gap = np.abs(found.values - predicted.values)
    return float(np.max(gap) / np.max(np.abs(predicted.values)))


def _between_flows(dataset: xr.Dataset) -> float:
    layers = dataset["layered_singular_values"]
    product = dataset["singular_values"].sel(product_depth=layers["depth"].values.astype(float))
    return _find_furthest(product, layers)


def _order(dataset: xr.Dataset) -> float:
    gap = dataset["descent_gap"].values
    return float(np.max(np.abs(gap[:, 0] / gap[:, 1] - 2)))
