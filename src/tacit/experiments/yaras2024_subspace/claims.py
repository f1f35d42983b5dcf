"""What is claimed of a run of `yaras2024_subspace`."""

from functools import partial

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.yaras2024_subspace.config import Config

_ROUNDING = 1e-10
_WHOLE, _NORMAL, _SOME = "orthogonal, all seen", "normal, all seen", "orthogonal, some seen"


def claims(config: Config) -> tuple[Claim, ...]:
    """What stays in each layer, that few coordinates suffice, and what is needed for it."""
    return tuple(
        claim
        for depth in config.depths
        for claim in (
            *_claim_subspace(config, depth),
            *_claim_compressed(config, depth),
            *_claim_conditions(depth),
        )
    )


def _claim_subspace(config: Config, depth: int) -> tuple[Claim, ...]:
    kept = config.side - 2 * config.rank

    return (
        Claim(
            f"L={depth}: relative spread of {kept} singular values, largest of layers and records",
            partial(_largest, depth=depth, case=_WHOLE, name="spread"),
            "≤",
            _ROUNDING,
        ),
        Claim(
            f"L={depth}: distance of the others from them at the end, least",
            lambda dataset: float(_part(dataset, depth, _WHOLE)["next"].values[-1]),
            "≥",
            0.01,
        ),
        Claim(
            f"L={depth}: distance of the middle value from ρ − η ρ^(2L − 1), step by step",
            lambda dataset: _compare_middle(dataset, config, depth),
            "≤",
            _ROUNDING,
        ),
        Claim(
            f"L={depth}: σ_{2 * config.rank + 1} / σ_1 of what layers were changed by, largest",
            partial(_largest, depth=depth, case=_WHOLE, name="tail"),
            "≤",
            _ROUNDING,
        ),
        Claim(
            f"L={depth}: reconstruction error at the end",
            lambda dataset: float(np.abs(_part(dataset, depth, _WHOLE)["error"].values[-1])),
            "≤",
            1e-3,
        ),
    )


def _claim_compressed(config: Config, depth: int) -> tuple[Claim, ...]:
    """The same path with layers of side 2r + 1; the products of a gradient are 3 (L − 1)."""
    return (
        Claim(
            f"L={depth}: side of the compressed layers",
            partial(_side, depth=depth),
            "=",
            2 * config.rank + 1,
        ),
        Claim(
            f"L={depth}: distance of the layers, whole and compressed, relative, largest",
            lambda dataset: float(np.max(np.abs(dataset["apart"].sel(depth=depth).values))),
            "≤",
            _ROUNDING,
        ),
        Claim(
            f"L={depth}: distance of X, whole and compressed, relative, largest",
            lambda dataset: float(np.max(np.abs(dataset["apart_product"].sel(depth=depth).values))),
            "≤",
            _ROUNDING,
        ),
        Claim(
            f"L={depth}: multiplications of a gradient, whole over compressed",
            lambda dataset: (config.side / _side(dataset, depth)) ** 3,
            "≥",
            5,
        ),
        Claim(
            f"L={depth}: numbers in the layers, whole over compressed",
            lambda dataset: (config.side / _side(dataset, depth)) ** 2,
            "≥",
            5,
        ),
    )


def _claim_conditions(depth: int) -> tuple[Claim, ...]:
    """It takes the orthogonal start, and all entries."""
    return tuple(
        claim
        for case, words in ((_NORMAL, "a normal start"), (_SOME, "some entries"))
        for claim in (
            Claim(
                f"L={depth}, {words}: relative spread of those singular values at the end",
                lambda dataset, case=case: float(_part(dataset, depth, case)["spread"].values[-1]),
                "≥",
                0.1,
            ),
            Claim(
                f"L={depth}, {words}: that σ / σ_1 of what layers were changed by, at the end",
                lambda dataset, case=case: float(_part(dataset, depth, case)["tail"].values[-1]),
                "≥",
                1e-5,
            ),
        )
    )


def _part(dataset: xr.Dataset, depth: int, case: str) -> xr.Dataset:
    return dataset.sel(depth=depth, case=case)


def _largest(dataset: xr.Dataset, depth: int, case: str, name: str) -> float:
    return float(np.max(np.abs(_part(dataset, depth, case)[name].values)))


def _side(dataset: xr.Dataset, depth: int) -> float:
    return float(dataset["side"].sel(depth=depth))


def _compare_middle(dataset: xr.Dataset, config: Config, depth: int) -> float:
    """Largest relative distance from the recursion of one number."""
    middle = _part(dataset, depth, _WHOLE)["middle"].values
    expected = np.empty(config.steps + 1)
    expected[0] = config.init_scale ** (1 / depth)
    for step in range(config.steps):
        expected[step + 1] = expected[step] - config.step * expected[step] ** (2 * depth - 1)
    return float(np.max(np.abs(middle / expected[dataset["step"].values] - 1)))
