"""What [chou2024] and its recursion assert of a run of `chou2024_dynamics`."""

from functools import partial
from itertools import pairwise

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.chou2024_dynamics.config import Config

HALF_TIMES = {2: (623, 951, 1669), 3: (1903, 3139, 6172), 4: (9980, 16619, 33190)}
"""First step with d^N ≥ λ/2 for λ = 5, 3, 1.5, α = 0.1, η = 1e-3: exact whole numbers."""
NEAR = 0.02
"""r(W) rests on a plateau while it is this near to it."""


def claims(config: Config) -> tuple[Claim, ...]:
    """Agreement with the recursion, exact half times, plateaus, monotone effective rank."""
    depths = config.depths
    return (
        *(_equality(depth) for depth in depths),
        *(
            Claim(
                f"N={depth}: first step with the eigenvalue for λ={value:g} at half its height",
                partial(_half_time, depth=depth, stage=stage),
                "=",
                HALF_TIMES[depth][stage],
            )
            for depth in (depths if _has_known_times(config) else ())
            if depth in HALF_TIMES
            for stage, value in enumerate(config.eigenvalues)
        ),
        *(claim for depth in depths if depth >= 3 for claim in _plateaus(config, depth)),
        *_no_plateau(config),
        *(_monotone(config, depth) for depth in depths),
        *_growth(config),
    )


def _has_known_times(config: Config) -> bool:
    """Whether `HALF_TIMES` are those of this target, scale and step."""
    return (config.eigenvalues, config.alpha, config.step) == ((5.0, 3.0, 1.5), 0.1, 1e-3)


def _equality(depth: int) -> Claim:
    return Claim(
        f"N={depth}: max |matrix run − recursion| / λ₁ over all entries and records",
        lambda dataset: float(dataset["gap"].sel(depth=depth).max(skipna=False)),
        "≤",
        1e-12,
    )


def _plateaus(config: Config, depth: int) -> list[Claim]:
    """Between two half times, and at the end, r(W) is near the sum of λ learnt over λ₁."""
    heights = np.cumsum(config.eigenvalues) / config.eigenvalues[0]
    return [
        Claim(
            f"N={depth}: distance of r(W) from {height:.1f} half-way along plateau {stage + 1}",
            partial(_off_plateau, depth=depth, stage=stage),
            "≤",
            NEAR,
        )
        for stage, height in enumerate(heights)
    ]


def _no_plateau(config: Config) -> list[Claim]:
    if 2 not in config.depths:
        return []
    least = partial(_least_rank, depth=2)
    return [
        Claim("N=2 has no first plateau: least r(W)", partial(least, side=config.side), "≥", 1.1),
        *(
            Claim(
                f"N=2: distance of the least r(W) for n={side} from {known}",
                lambda dataset, side=side, known=known: abs(least(dataset, side=side) - known),
                "≤",
                0.005,
            )
            for side, known in ((3, 1.17), (50, 1.32))
        ),
    ]


def _monotone(config: Config, depth: int) -> Claim:
    zeros = config.side - len(config.eigenvalues)
    return Claim(
        f"N={depth}: largest fall of r(W) after its first dip, at most (n−R) αᴺ / λ₁",
        partial(_fall, depth=depth),
        "≤",
        zeros * config.alpha**depth / config.eigenvalues[0],
    )


def _growth(config: Config) -> list[Claim]:
    return [
        Claim(
            f"plateau {stage + 1} lasts longer at N={deeper} than at N={depth}: steps more",
            lambda dataset, stage=stage, depth=depth, deeper=deeper: (
                _length(dataset, deeper, stage) - _length(dataset, depth, stage)
            ),
            ">",
            0,
        )
        for depth, deeper in pairwise(config.depths)
        for stage in range(len(config.eigenvalues) - 1)
    ]


def _half_time(dataset: xr.Dataset, depth: int, stage: int) -> float:
    return float(dataset["half_time"].sel(depth=depth)[stage])


def _off_plateau(dataset: xr.Dataset, depth: int, stage: int) -> float:
    part = dataset.sel(depth=depth)
    rank, height = part["rank"].values, part["plateau"].values[stage]
    hits = [*part["half_time"].values, 2 * len(rank)]
    middle = min((hits[stage] + hits[stage + 1]) / 2, len(rank) - 1)
    return float(abs(rank[int(middle)] - height)) if np.isfinite(middle) else np.nan


def _least_rank(dataset: xr.Dataset, depth: int, side: int) -> float:
    """Least r(W) for a target of any side: zero eigenvalues all move alike, so only count them."""
    walk = dataset["eigenvalue"].sel(depth=depth).values
    zeros = side - (walk.shape[1] - 1)
    return float(np.min((walk[:, :-1].sum(axis=1) + zeros * walk[:, -1]) / walk.max(axis=1)))


def _fall(dataset: xr.Dataset, depth: int) -> float:
    """Largest fall of r(W) from where it first rises; not a number if it never does."""
    rank = dataset["rank"].sel(depth=depth).values
    rises = np.diff(rank) > 0
    if not rises.any():
        return np.nan
    later = rank[int(np.argmax(rises)) :]
    return float(np.max(np.maximum.accumulate(later) - later))


def _length(dataset: xr.Dataset, depth: int, stage: int) -> float:
    rank = dataset["rank"].sel(depth=depth).values
    height = dataset["plateau"].sel(depth=depth).values[stage]
    return float(np.sum(np.abs(rank - height) <= NEAR))
