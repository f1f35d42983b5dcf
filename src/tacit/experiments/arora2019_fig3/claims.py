"""What [arora2019] asserts of a run of `arora2019_fig3`."""

from itertools import pairwise

import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.arora2019_fig3.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """Deeper is better and sharper; the flow stands for descent at a fraction of its price."""
    found = [
        Claim(
            "flow against a stretch of descent: distance of the singular values over how far they "
            "move, largest of all depths",
            lambda dataset: float(dataset["stretch_gap"].max(skipna=False)),
            "<",
            0.01,
        )
    ]

    for shallow, deep in pairwise(config.depths):
        found += _claim_pair(config, shallow, deep)

    # Depth 2 still has more than the truth's rank at the end of the time.
    if config.depths[-1] > 2:
        found.append(
            Claim(
                f"depth {config.depths[-1]}: distance of the effective rank from the truth's",
                lambda dataset: abs(
                    _end(dataset, "effective_rank", config.depths[-1])
                    - float(dataset["truth_effective_rank"])
                ),
                "<",
                1.0,
            )
        )

    # Descent as published evaluates a gradient an iteration: there is nothing to be saved.
    if not config.full:
        found.append(
            Claim(
                "iterations of descent over gradients that the flow evaluates, least of all",
                lambda dataset: config.iterations / float(dataset["evaluations"].max(skipna=False)),
                ">",
                10,
            )
        )

    if config.ratings is not None:
        found += _claim_ratings(config)
    return tuple(found)


def _claim_pair(config: Config, shallow: int, deep: int) -> list[Claim]:
    where = f"depth {deep} after {shallow}"

    def gap(dataset: xr.Dataset, depth: int) -> float:
        values = dataset["singular_values"].sel(data="synthetic", depth=depth).isel(record=-1)
        return float(values[config.rank - 1] / values[config.rank])

    return [
        Claim(
            f"{where}: what the least test error is divided by",
            lambda dataset: _least(dataset, shallow) / _least(dataset, deep),
            ">",
            3,
        ),
        Claim(
            f"{where}: what the gap below the singular value σ_{config.rank} is multiplied by",
            lambda dataset: gap(dataset, deep) / gap(dataset, shallow),
            ">",
            2,
        ),
        Claim(
            f"{where}: what the effective rank at the end is divided by",
            lambda dataset: (
                _end(dataset, "effective_rank", shallow) / _end(dataset, "effective_rank", deep)
            ),
            ">",
            1.2,
        ),
    ]


def _claim_ratings(config: Config) -> list[Claim]:
    first, *deeper = config.depths
    return [
        Claim(
            f"ratings, depth {depth} after {first}: what the least test error is divided by",
            lambda dataset, depth=depth: (
                _least(dataset, first, "ratings") / _least(dataset, depth, "ratings")
            ),
            ">",
            3,
        )
        for depth in deeper
    ]


def _least(dataset: xr.Dataset, depth: int, data: str = "synthetic") -> float:
    return float(dataset["test_error"].sel(data=data, depth=depth).min(skipna=False))


def _end(dataset: xr.Dataset, name: str, depth: int) -> float:
    return float(dataset[name].sel(data="synthetic", depth=depth).isel(record=-1))
