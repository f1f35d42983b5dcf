"""What [arora2019] asserts of a run of `arora2019_fig2`."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.arora2019_fig2.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """Depth 2 depends on the scale, more depth does not; neither has the least nuclear norm."""
    deep = config.depths[1:]

    def successive(dataset: xr.Dataset, name: str) -> float:
        values = _line(dataset, name, 2)
        return float(np.max(values[1:] / values[:-1]))

    return (
        Claim(
            "training loss at the end, largest of all runs",
            lambda dataset: float(dataset["final_loss"].max(skipna=False)),
            "≤",
            config.stop,
        ),
        Claim(
            "depth 2 improves as the scale falls, largest ratio of successive errors",
            lambda dataset: successive(dataset, "reconstruction_error"),
            "<",
            1,
        ),
        Claim(
            "depth 2, largest ratio of successive effective ranks as the scale falls",
            lambda dataset: successive(dataset, "effective_rank"),
            "<",
            1,
        ),
        Claim(
            f"depth 2 at scale {config.init_scales[0]:g}: effective rank is too large",
            lambda dataset: float(_line(dataset, "effective_rank", 2)[0]),
            ">",
            config.overrank,
        ),
        *(claim for depth in deep for claim in _of_depth(config, depth)),
        Claim(
            "relative duality gap of the convex minimum",
            lambda dataset: float(dataset["convex_gap"].max(skipna=False)),
            "<",
            1e-3,
        ),
    )


def _of_depth(config: Config, depth: int) -> tuple[Claim, ...]:
    where = f"depth {depth}, over all scales"

    def norm(dataset: xr.Dataset, reference: str) -> np.ndarray:
        least = float(dataset[f"{reference}_nuclear_norm"].isel(entries=0))
        return _line(dataset, "nuclear_norm", depth) / least - 1

    return (
        Claim(
            f"{where}: largest reconstruction error",
            lambda dataset: float(np.max(_line(dataset, "reconstruction_error", depth))),
            "<",
            1e-3,
        ),
        Claim(
            f"{where}: largest distance of the effective rank from the truth's",
            lambda dataset: float(
                np.max(
                    np.abs(
                        _line(dataset, "effective_rank", depth)
                        - float(dataset["truth_effective_rank"].isel(entries=0))
                    )
                )
            ),
            "<",
            0.3,
        ),
        Claim(
            f"{where}: largest distance of the nuclear norm from the truth's, relative",
            lambda dataset: float(np.max(np.abs(norm(dataset, "truth")))),
            "<",
            0.01,
        ),
        Claim(
            f"{where}: least excess of the nuclear norm over the convex minimum, relative",
            lambda dataset: float(np.min(norm(dataset, "convex"))),
            ">",
            0.005,
        ),
        Claim(
            f"{where}: least ratio of the error of depth 2 to this one",
            lambda dataset: float(
                np.min(
                    _line(dataset, "reconstruction_error", 2)
                    / _line(dataset, "reconstruction_error", depth)
                )
            ),
            ">",
            10,
        ),
    )


def _line(dataset: xr.Dataset, name: str, depth: int) -> np.ndarray:
    """Values at the depth, largest scale first."""
    line = dataset[f"final_{name}"].isel(entries=0).sel(depth=depth)
    return line.sortby("scale", ascending=False).values
