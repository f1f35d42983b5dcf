"""What [cao2022] asserts of `cao2022_stages`, inside the bounds that were found by runs."""

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.cao2022_stages.config import Config

_CLOSE = {2: 4.5, 3: 0.01, 4: 0.08}
"""Where plateaus are flat: depth 2 from this separation on, others from this α downwards."""
_ROUNDING = 1e-13
"""Of a Ritz value, over λ_max: where the Hessian's least eigenvalue meets the bound."""


def claims(config: Config) -> tuple[Claim, ...]:
    """As many stages as ranks inside the bounds, saddles between them, second order at the end."""
    return (*_stages(config), *_saddles(config), *_ends(config), *_rivals(config))


def _stages(config: Config) -> tuple[Claim, ...]:
    deep = [depth for depth in config.scales if depth > 2]

    return (
        Claim(
            "inside the bounds: share of runs with as many stages as the rank",
            lambda dataset: _share(_as_many(dataset), _inside(config, dataset)),
            "≥",
            0.95,
        ),
        Claim(
            "inside the bounds: median of the largest error of a predicted escape time, relative",
            lambda dataset: _middle(
                dataset["escape_error"], _inside(config, dataset) & _several(dataset)
            ),
            "<",
            0.1,
        ),
        # Counted are values that the scale of the start tells apart, not the rank as such: equal
        # ones are one stage at depth 2, and stages of their own at a random start of more depth.
        *(
            Claim(
                "depth 2, equal values: share of runs of rank 2 and more with as many stages",
                lambda dataset, depth=depth: _share(
                    _as_many(dataset).sel(depth=depth, ratio=1.0),
                    _runs(dataset).sel(depth=depth, ratio=1.0),
                ),
                "=",
                0.0,
            )
            for depth in config.scales
            if depth == 2 and 1.0 in config.ratios
        ),
        *(
            Claim(
                f"depth {depth}, smallest α, equal values: share of runs of rank 2 and more with "
                "as many stages: a random start tells them apart",
                lambda dataset, depth=depth: _share(
                    _as_many(dataset).sel(depth=depth, ratio=1.0),
                    _runs(dataset).sel(depth=depth, ratio=1.0)
                    & (dataset["alpha"].sel(depth=depth) == config.scales[depth][-1]),
                ),
                "≥",
                0.5,
            )
            for depth in deep
            if 1.0 in config.ratios
        ),
    )


def _saddles(config: Config) -> tuple[Claim, ...]:
    return (
        Claim(
            "on flat plateaus: largest distance of the loss from ½ Σ σᵢ² not learnt, relative",
            lambda dataset: _largest(dataset["plateau_error"], _flat(config, dataset)),
            "<",
            0.02,
        ),
        Claim(
            "on flat plateaus: share of runs whose plateau j has rank j",
            lambda dataset: _share(dataset["ordered"] == 1, _flat(config, dataset)),
            "=",
            1.0,
        ),
        Claim(
            "everywhere: largest distance of a refined saddle's loss from ½ Σ σᵢ² not learnt",
            lambda dataset: _largest(dataset["saddle_error"], _all(dataset)),
            "<",
            1e-6,
        ),
    )


def _ends(config: Config) -> tuple[Claim, ...]:
    """At the end of each run, λ_min in units of λ_max."""

    def slack(dataset: xr.Dataset) -> float:
        # A Ritz value is an upper bound of λ_min: below the proved bound it refutes the theorem.
        found = dataset["smallest"] - dataset["bound"]
        return -_largest(-found / dataset["largest"], _all(dataset))

    def curvature(dataset: xr.Dataset) -> float:
        return _largest(-dataset["bound"] / dataset["largest"], _inside(config, dataset))

    def final(dataset: xr.Dataset) -> float:
        return _largest(dataset["final_loss"], _inside(config, dataset))

    return (
        Claim(
            "everywhere: λ_min at the end less its proved bound, over λ_max, least",
            slack,
            "≥",
            -_ROUNDING,
        ),
        Claim(
            "inside the bounds: most negative curvature the proved bound leaves at the end",
            curvature,
            "<",
            1e-3,
        ),
        Claim("inside the bounds: largest loss at the end", final, "<", 1e-7),
    )


def _rivals(config: Config) -> tuple[Claim, ...]:
    """The same stages by other dynamics: group RMSprop, and the flow."""

    def speed_up(dataset: xr.Dataset) -> float:
        steps = dataset["rmsprop_steps"].median(["rank", "draw"], skipna=False)
        fast, slow = steps.isel(rate=slice(None, -1)), steps.isel(rate=slice(1, None))
        return float((fast.values / slow.values).max())

    def agreement(dataset: xr.Dataset) -> float:
        return float((dataset["flow_stages"] == dataset["descent_stages"]).mean())

    return (
        Claim(
            "group RMSprop: share of runs with as many stages as the rank",
            lambda dataset: float((dataset["rmsprop_stages"] == dataset["rank"]).mean()),
            "≥",
            0.95,
        ),
        Claim(
            "group RMSprop: steps to the last escape over those at the next smaller rate",
            speed_up,
            "<",
            0.75,
        ),
        Claim("the adaptive flow: share of depths with the stages of descent", agreement, "=", 1.0),
    )


def _runs(dataset: xr.Dataset) -> xr.DataArray:
    """Runs there are, of a rank at which stages can be told apart or not."""
    return _all(dataset) & _several(dataset)


def _all(dataset: xr.Dataset) -> xr.DataArray:
    return dataset["alpha"].notnull() & xr.ones_like(dataset["stages"], bool)


def _several(dataset: xr.Dataset) -> xr.DataArray:
    return dataset["rank"] > 1


def _inside(config: Config, dataset: xr.Dataset) -> xr.DataArray:
    """Ratios and scales at which the values are told apart."""
    small = xr.DataArray(list(config.small.values()), dims="depth")
    within = (dataset["alpha"] <= small * (1 + 1e-9)) & (dataset["ratio"] >= config.wide)
    return within & _all(dataset)


def _flat(config: Config, dataset: xr.Dataset) -> xr.DataArray:
    """Those of them with a long wait between two escapes."""
    depth, alpha = dataset["depth"], dataset["alpha"]
    small = xr.DataArray([_CLOSE[N] for N in config.scales], dims="depth")
    waits = (1 - 1 / dataset["ratio"]) * -np.log(alpha) >= small
    close = xr.where(depth == 2, waits, alpha <= small * (1 + 1e-9))
    return _inside(config, dataset) & close


def _as_many(dataset: xr.Dataset) -> xr.DataArray:
    return dataset["stages"] == dataset["rank"]


def _share(which: xr.DataArray, among: xr.DataArray) -> float:
    """Share of the runs among which it is so."""
    which, among = xr.broadcast(which, among)
    return float((which & among).sum() / among.sum())


def _middle(values: xr.DataArray, among: xr.DataArray) -> float:
    """Median among some runs, of which one without a value counts as infinitely far off."""
    values, among = xr.broadcast(values, among)
    found = values.fillna(np.inf).values[among.values]
    return float(np.median(found)) if found.size else np.nan


def _largest(values: xr.DataArray, among: xr.DataArray) -> float:
    """Largest value among some runs, not a number if one of theirs is none."""
    values, among = xr.broadcast(values, among)
    return float(np.max(values.values[among.values], initial=-np.inf))
