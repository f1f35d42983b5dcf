"""What [li2021] asserts of a run of `li2021_greedy`."""

from functools import partial

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.li2021_greedy.config import Config

KNOWN_TRACES = {1e-3: 9.34, 1e-6: 9.99, 1e-9: 10.0}
"""Traces that descent from α I reaches for R = 2, at two decimals."""


def claims(config: Config) -> tuple[Claim, ...]:
    """Recovery at the rank, nearer stages from smaller starts, and the counterexample."""
    rank = len(config.eigenvalues)
    stages = range(1, rank + 1)

    return (
        *(claim for depth in config.depths for claim in _recovery(depth, rank)),
        *(
            Claim(
                f"N={depth}: nearest distance to stage {stage} falls with α: largest ratio of two "
                "neighbours",
                partial(_largest_ratio, depth=depth, stage=stage),
                "<",
                1,
            )
            for depth in config.depths
            for stage in stages
            if len(config.alphas) > 1
        ),
        # Some stages are passed at a distance at any depth: over all of them depth comes nearer.
        *(
            Claim(
                f"nearest distances at N={depth} over those at N=2, least α: geometric mean",
                partial(_over_depth_two, depth=depth),
                "≤",
                0.1,
            )
            for depth in config.depths
            if depth > 2 and 2 in config.depths
        ),
        *_counterexample(config),
    )


def _recovery(depth: int, rank: int) -> list[Claim]:
    return [
        Claim(
            f"N={depth}: rank at which greedy learning stops",
            lambda dataset: float(dataset["greedy_rank"].sel(depth=depth)[-1]),
            "=",
            rank,
        ),
        Claim(
            f"N={depth}: relative error of the greedy answer of rank {rank}",
            lambda dataset: float(dataset["greedy_error"].sel(depth=depth)[rank]),
            "≤",
            1e-6,
        ),
        Claim(
            f"N={depth}: relative error one rank earlier",
            lambda dataset: float(dataset["greedy_error"].sel(depth=depth)[rank - 1]),
            "≥",
            0.01,
        ),
    ]


def _nearest(dataset: xr.Dataset, depth: int, stage: int) -> np.ndarray:
    """Least distance to a stage along each run, by α."""
    distance = dataset["distance"].sel(depth=depth, stage=stage)
    return distance.min("record", skipna=False).values


def _largest_ratio(dataset: xr.Dataset, depth: int, stage: int) -> float:
    return _ratio(_nearest(dataset, depth, stage))


def _ratio(values: np.ndarray) -> float:
    """The largest quotient of a value and the one before it."""
    return float(np.max(values[1:] / values[:-1]))


def _over_depth_two(dataset: xr.Dataset, depth: int) -> float:
    """Over all stages: one whose λ₁ and λ₂ nearly agree is passed at a distance at any depth."""
    deep, two = (
        np.array(
            [_nearest(dataset, number, stage)[-1] for stage in dataset["stage"].values.tolist()]
        )
        for number in (depth, 2)
    )
    return float(np.exp(np.mean(np.log(deep / two))))


def _counterexample(config: Config) -> list[Claim]:
    R, least = config.corner, config.corner_alphas[-1]
    limit = 2 * (1 + R**2)

    return (
        [
            Claim(
                f"R={R:g}: distance of the greedy trace from {limit:g}",
                lambda dataset: abs(float(dataset["greedy_trace"]) - limit),
                "≤",
                1e-6,
            ),
            Claim(
                f"R={R:g}: distance of the greedy answer from [1, R, 1, R]⊗²",
                lambda dataset: float(dataset["greedy_distance"]),
                "≤",
                1e-6,
            ),
            Claim(
                f"R={R:g}: greedy trace over 4R, that of a matrix with the same entries",
                lambda dataset: float(dataset["greedy_trace"] / dataset["least_trace"]),
                ">",
                1,
            ),
            # A matrix with the same entries and less trace: what norm minimisation would choose.
            Claim(
                "misfit and negative part of that matrix",
                lambda dataset: float(np.abs(dataset["least_misfit"])),
                "≤",
                1e-12,
            ),
            Claim(
                "distance of its trace from 4R",
                lambda dataset: abs(float(dataset["least_trace"]) - 4 * R),
                "≤",
                1e-12,
            ),
            Claim(
                "largest loss of descent on it: every answer interpolates",
                lambda dataset: float(np.max(np.abs(dataset["corner_loss"].values))),
                "≤",
                1e-12,
            ),
            Claim(
                "descent goes to [1, R, 1, R]⊗² as α falls: largest ratio of two neighbours",
                lambda dataset: _ratio(dataset["corner_distance"].values),
                "<",
                1,
            ),
            *(
                Claim(
                    f"R=2: distance of the trace of descent from α={alpha:g} from {known:g}",
                    lambda dataset, alpha=alpha, known=known: abs(
                        float(dataset["corner_trace"].sel(corner_alpha=alpha)) - known
                    ),
                    "≤",
                    0.005,
                )
                for alpha, known in KNOWN_TRACES.items()
                if R == 2 and alpha in config.corner_alphas
            ),
        ]
        if least < config.corner_alphas[0]
        else []
    )
