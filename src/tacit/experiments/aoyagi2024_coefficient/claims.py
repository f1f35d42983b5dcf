"""What is claimed of a run of `aoyagi2024_coefficient`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.aoyagi2024_coefficient.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """The sampled estimate comes to λ, the slower the greater the multiplicity."""
    greatest = config.strengths[-1]
    where = f"t={greatest:g}"
    return (
        Claim(
            f"{where}: largest distance of the estimate from λ, over λ, all nets and draws",
            lambda dataset: _largest(_apart(dataset, greatest)),
            "≤",
            0.1,
        ),
        Claim(
            f"{where}: the same with the term (m − 1) / ln t of the multiplicity",
            lambda dataset: _largest(_apart(dataset, greatest, with_multiplicity=True)),
            "≤",
            0.05,
        ),
        Claim(
            "distance from λ falls with t, mean over nets and draws: largest ratio of neighbours",
            _largest_ratio,
            "<",
            1,
        ),
        # Half the parameters is what a regular model has: the estimate must tell the two apart.
        *(
            [
                Claim(
                    f"{where}: estimate over half the parameters, largest of deep nets",
                    _share_of_regular,
                    "<",
                    0.75,
                )
            ]
            if any(len(widths) > 2 for widths, _ in config.cases)
            else []
        ),
        *(
            [
                Claim(
                    f"{where}: distance of the estimate of one layer from half its parameters",
                    _regular_apart,
                    "≤",
                    0.05,
                )
            ]
            if any(len(widths) == 2 for widths, _ in config.cases)
            else []
        ),
    )


def _apart(dataset: xr.Dataset, strength: float, with_multiplicity: bool = False) -> xr.DataArray:
    """|estimate − λ| / λ at a strength, or of the estimate that m corrects."""
    estimate = dataset["estimate"].sel(strength=strength)
    if with_multiplicity:
        estimate = estimate + (dataset["multiplicity"] - 1) / np.log(strength)
    return abs(estimate / dataset["coefficient"] - 1)


def _largest(values: xr.DataArray) -> float:
    return float(values.max(skipna=False))


def _largest_ratio(dataset: xr.Dataset) -> float:
    means = [
        float(_apart(dataset, strength).mean(skipna=False))
        for strength in dataset["strength"].values.tolist()
    ]
    return float(np.max(np.array(means[1:]) / np.array(means[:-1])))


def _layers(dataset: xr.Dataset) -> np.ndarray:
    return np.array([name.count("-") for name in dataset["case"].values])


def _share_of_regular(dataset: xr.Dataset) -> float:
    last = dataset.isel(case=_layers(dataset) > 1, strength=-1)
    return _largest(abs(last["estimate"] / last["regular"]))


def _regular_apart(dataset: xr.Dataset) -> float:
    last = dataset.isel(case=_layers(dataset) == 1, strength=-1)
    return _largest(abs(last["estimate"] / last["regular"] - 1))
