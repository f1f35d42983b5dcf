"""What is claimed of a run of `razin2020_norms`."""

from functools import partial

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.razin2020_norms.config import Config

_ROUNDING = 1e-9
_TAIL = 0.02
"""Loss below which growth is measured: what comes before is the way from the start."""


def claims(config: Config) -> tuple[Claim, ...]:
    """The bounds, growth at depth 3 and more, the other sign, and where the sign is lost."""
    deep = [depth for depth in config.depths if depth > 2]
    return (
        Claim(
            "det > 0, every depth: (1 − s)² / s over |w11|, largest of all records",
            _entry_bound,
            "≤",
            1 + _ROUNDING,
        ),
        Claim(
            "det > 0, every depth: σ2 over s, largest of all records",
            _rank_bound,
            "≤",
            1 + _ROUNDING,
        ),
        *(claim for depth in deep for claim in _claim_growth(config, depth)),
        *(claim for depth in config.depths for claim in _claim_other_sign(depth)),
        *_claim_lost_sign(config),
    )


def _claim_growth(config: Config, depth: int) -> tuple[Claim, ...]:
    """From det > 0 at depth 3 and more, in every draw."""
    case = f"L={depth}, det > 0"
    norms = {f"Schatten-{order:.2g}": order for order in (2 / depth, 1, 2)}
    norms["spectral"] = np.inf

    return (
        Claim(
            f"{case}: share of all records with det > 0",
            lambda dataset: float(np.mean(_part(dataset, depth, "det > 0")["determinant"] > 0)),
            "=",
            1,
        ),
        Claim(
            f"{case}: distance from ½ of the slope of ln |w11| in ln 1/ℓ, largest of the draws",
            lambda dataset: float(np.max(np.abs(_slopes(dataset, depth) - 0.5))),
            "≤",
            0.1,
        ),
        Claim(
            f"{case}: |w11| at the end over ((2L + 2) t)^(L / (2L + 2)), farthest from 1",
            lambda dataset: float(np.max(np.abs(_find_rate(dataset, config, depth) - 1))),
            "≤",
            0.05,
        ),
        *(
            Claim(
                f"{case}: least growth of the {name} norm from record to record",
                partial(_least_growth, depth=depth, order=order),
                ">",
                1,
            )
            for name, order in norms.items()
        ),
        *(
            Claim(
                f"{case}: {name} norm over the least that fits, least of the draws",
                partial(_final_norm, depth=depth, order=order),
                "≥",
                5,
            )
            for name, order in norms.items()
        ),
        Claim(
            f"{case}: effective rank, largest ratio to the record before",
            lambda dataset: _largest_ratio(_tail(_effective_ranks, dataset, depth)),
            "<",
            1,
        ),
        Claim(
            f"{case}: effective rank at the end, largest of the draws",
            lambda dataset: max(path[-1] for path in _tail(_effective_ranks, dataset, depth)),
            "≤",
            1.01,
        ),
        Claim(
            f"{case}: σ2, the distance to rank one: largest ratio to the record before",
            lambda dataset: _largest_ratio(_tail(_distances, dataset, depth)),
            "<",
            1,
        ),
    )


def _claim_other_sign(depth: int) -> tuple[Claim, ...]:
    """From the mirrored start the loss vanishes while |w11| comes to rest."""
    case = f"L={depth}, det < 0"

    return (
        Claim(
            f"{case}: share of all records with det < 0",
            lambda dataset: float(np.mean(_part(dataset, depth, "det < 0")["determinant"] < 0)),
            "=",
            1,
        ),
        Claim(
            f"{case}: loss at the end, largest of the draws",
            lambda dataset: _final_loss(_part(dataset, depth, "det < 0")),
            "≤",
            1e-8,
        ),
        Claim(
            f"{case}: |w11| at the end, median of the draws",
            lambda dataset: float(np.median(_final_entry(_part(dataset, depth, "det < 0")))),
            "≤",
            3,
        ),
        Claim(
            f"{case}: effective rank at the end, median of the draws",
            lambda dataset: float(
                np.median(_effective_ranks(_part(dataset, depth, "det < 0"))[:, -1])
            ),
            "≥",
            1.3,
        ),
    )


def _claim_lost_sign(config: Config) -> tuple[Claim, ...]:
    """At depth 2 by the step, from normal layers at every depth."""
    return (
        Claim(
            "L=2, det > 0: share of draws whose sign descent loses",
            lambda dataset: _share_lost(_part(dataset, 2, "det > 0")),
            "=",
            1,
        ),
        Claim(
            "L=2, det > 0: loss at the end, largest of the draws",
            lambda dataset: _final_loss(_part(dataset, 2, "det > 0")),
            "≤",
            1e-8,
        ),
        Claim(
            "L=2, det > 0: largest |w11| on the way there, largest of the draws",
            lambda dataset: float(np.max(_largest_entry(dataset))),
            "≤",
            10,
        ),
        Claim(
            f"L=2, det > 0: how much larger with a step 1/{config.refined:g}, least of the draws",
            lambda dataset: float(np.min(dataset["finer_entry"].values - _largest_entry(dataset))),
            ">",
            0.1,
        ),
        *(
            Claim(
                f"L={depth}, normal layers, det > 0: share of draws that lose the sign",
                lambda dataset, depth=depth: _share_lost(_part(dataset, depth, "normal")),
                "≥",
                0.5,
            )
            for depth in config.depths
        ),
    )


def _part(dataset: xr.Dataset, depth: int, start: str) -> xr.Dataset:
    return dataset.sel(depth=depth, start=start).transpose("draw", "record", "index", ...)


def _misfit(dataset: xr.Dataset) -> np.ndarray:
    """s = √(2ℓ), the size of the residual."""
    return np.sqrt(2 * dataset["loss"].values)


def _where_positive(dataset: xr.Dataset) -> tuple[xr.Dataset, np.ndarray]:
    """The starts with det > 0, and which records have s < 1 and a determinant above rounding."""
    some = dataset.sel(start="det > 0").transpose("depth", "draw", "record", "index", ...)
    return some, (some["determinant"].values > _ROUNDING) & (_misfit(some) < 1)


def _entry_bound(dataset: xr.Dataset) -> float:
    some, meant = _where_positive(dataset)
    s, entry = _misfit(some)[meant], np.abs(some["entry"].values[meant])
    return float(np.max((1 - s) ** 2 / (s * entry))) if meant.any() else np.nan


def _rank_bound(dataset: xr.Dataset) -> float:
    some, meant = _where_positive(dataset)
    values = some["spectrum"].values[..., 1][meant]
    return float(np.max(values / _misfit(some)[meant])) if meant.any() else np.nan


def _paths(values: np.ndarray, loss: np.ndarray) -> list[np.ndarray]:
    """Each draw where its loss is small, up to the record at which it stopped."""
    found = []
    for path, losses in zip(values, loss, strict=True):
        moving = np.append(True, np.diff(losses) != 0)
        found.append(path[(losses < _TAIL) & moving])
    return found


def _tail(function, dataset: xr.Dataset, depth: int) -> list[np.ndarray]:
    """`function` of the starts with det > 0 at a depth, in the tail of each draw."""
    part = _part(dataset, depth, "det > 0")
    paths = _paths(function(part), part["loss"].values)
    return paths if all(len(path) > 3 for path in paths) else [np.array([np.nan, np.nan])]


def _slopes(dataset: xr.Dataset, depth: int) -> np.ndarray:
    entries = _tail(lambda part: np.abs(part["entry"].values), dataset, depth)
    losses = _tail(lambda part: part["loss"].values, dataset, depth)
    if not all(np.all(path > 0) for path in (*entries, *losses)):
        return np.array([np.nan])
    return np.array(
        [
            np.polyfit(-np.log(loss), np.log(entry), 1)[0]
            for entry, loss in zip(entries, losses, strict=True)
        ]
    )


def _find_rate(dataset: xr.Dataset, config: Config, depth: int) -> np.ndarray:
    """|w11| at the end over what the flow along the valley of rank one gives."""
    time = float(dataset["step"].values[-1]) * config.step
    power = depth / (2 * depth + 2)
    return _final_entry(_part(dataset, depth, "det > 0")) / ((2 * depth + 2) * time) ** power


def _norms(part: xr.Dataset, order: float | int) -> np.ndarray:
    """Schatten norm, over that of two singular values of 1."""
    values = part["spectrum"].values
    if np.isinf(order):
        return values.max(axis=-1)
    return np.mean(values**order, axis=-1) ** (1 / order)


def _least_growth(dataset: xr.Dataset, depth: int, order: float | int) -> float:
    paths = _tail(partial(_norms, order=order), dataset, depth)
    return min(float(np.min(path[1:] / path[:-1])) for path in paths)


def _final_norm(dataset: xr.Dataset, depth: int, order: float | int) -> float:
    return float(np.min(_norms(_part(dataset, depth, "det > 0"), order)[:, -1]))


def _largest_ratio(paths: list[np.ndarray]) -> float:
    return max(float(np.max(path[1:] / path[:-1])) for path in paths)


def _distances(part: xr.Dataset) -> np.ndarray:
    return part["spectrum"].values[..., 1]


def _effective_ranks(part: xr.Dataset) -> np.ndarray:
    values = part["spectrum"].values
    shares = values / values.sum(axis=-1, keepdims=True)
    return np.exp(-np.sum(np.where(shares > 0, shares * np.log(shares), 0), axis=-1))


def _final_loss(part: xr.Dataset) -> float:
    return float(np.max(np.abs(part["loss"].values[:, -1])))


def _final_entry(part: xr.Dataset) -> np.ndarray:
    return np.abs(part["entry"].values[:, -1])


def _largest_entry(dataset: xr.Dataset) -> np.ndarray:
    return np.abs(_part(dataset, 2, "det > 0")["entry"].values).max(axis=-1)


def _share_lost(part: xr.Dataset) -> float:
    """Of draws with det > 0 at the start, those with det < 0 at the end."""
    determinant = part["determinant"].values
    return float(np.mean((determinant[:, 0] > 0) & (determinant[:, -1] < 0)))
