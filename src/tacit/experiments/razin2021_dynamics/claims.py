"""What [razin2021] asserts of a run of `razin2021_dynamics`, and of deep layers beside it."""

from functools import partial

import numpy as np
import xarray as xr

from tacit.experiments._claim import Claim
from tacit.experiments.razin2021_dynamics.config import Config


def claims(config: Config) -> tuple[Claim, ...]:
    """The law from balanced layers, its exponent, what is conserved, and where the law fails."""
    cases = [(order, depth) for order in config.orders for depth in (1, *config.depths)]
    return (
        *(claim for order, depth in cases for claim in _claim_case(order, depth)),
        *(
            Claim(
                f"N={order}: descent differs by O(η): distance of the ratio for η and η/2 from 2",
                partial(_order_of, order=order),
                "≤",
                0.1,
            )
            for order in config.orders
        ),
    )


def _claim_case(order: int, depth: int) -> tuple[Claim, ...]:
    case, factors = f"N={order}, K={depth}", order * depth
    exponent = 2 - 2 / factors

    return (
        Claim(
            f"{case}: derivative of σ against the law, relative to its largest",
            partial(_gap, case=case, name="slope"),
            "≤",
            1e-8,
        ),
        Claim(
            f"{case}: differences of σ in time against the law, relative to its largest",
            partial(_gap, case=case, name="difference"),
            "≤",
            1e-8,
        ),
        Claim(
            f"{case}: distance of the measured exponent of σ from {exponent:.4g}",
            lambda dataset: abs(_fit(dataset, case)[0] - exponent),
            "≤",
            1e-8,
        ),
        Claim(
            f"{case}: distance of the measured factor from {factors}",
            lambda dataset: abs(_fit(dataset, case)[1] - factors),
            "≤",
            1e-7,
        ),
        Claim(
            f"{case}: span of σ over which the exponent is measured: largest over least",
            partial(_span, case=case),
            "≥",
            2,
        ),
        Claim(
            f"{case}: drift of the balance along the flow",
            lambda dataset: float(dataset["drift"].sel(case=case).max(skipna=False)),
            "≤",
            1e-9,
        ),
        Claim(
            f"{case}: drift of the balance from a normal start",
            lambda dataset: float(np.abs(dataset["start_drift"].sel(case=case))),
            "≤",
            1e-9,
        ),
        Claim(
            f"{case}: from a normal start, not balanced, the derivative misses the law",
            lambda dataset: float(dataset["start_gap"].sel(case=case)),
            "≥",
            1e-3,
        ),
    )


def _gap(dataset: xr.Dataset, case: str, name: str) -> float:
    """Largest distance over the largest predicted size."""
    part = dataset.sel(case=case)
    gap = np.abs(part[name].values - part["predicted"].values)
    return float(np.max(gap) / np.max(np.abs(part["predicted"].values)))


def _measured(dataset: xr.Dataset, case: str) -> tuple[np.ndarray, np.ndarray]:
    """ln σ and ln((dσ/dt) / ⟨−∇ℓ, ⊗û⟩), where the slope is far above the error of differences."""
    part = dataset.sel(case=case)
    norms, along, slope = (part[name].values for name in ("norms", "along", "difference"))
    clear = np.abs(slope) > 0.005 * np.max(np.abs(slope))
    with np.errstate(all="ignore"):
        return np.log(norms[clear]), np.log(slope[clear] / along[clear])


def _fit(dataset: xr.Dataset, case: str) -> tuple[float, float]:
    """Exponent p and factor c of dσ/dt = c σ^p ⟨−∇ℓ, ⊗û⟩."""
    sizes, ratios = _measured(dataset, case)
    if not (len(sizes) > 2 and np.all(np.isfinite(sizes)) and np.all(np.isfinite(ratios))):
        return np.nan, np.nan
    power, intercept = np.polyfit(sizes, ratios, 1)
    return float(power), float(np.exp(intercept))


def _span(dataset: xr.Dataset, case: str) -> float:
    sizes, _ = _measured(dataset, case)
    return float(np.exp(np.ptp(sizes))) if len(sizes) else np.nan


def _order_of(dataset: xr.Dataset, order: int) -> float:
    gaps = dataset["descent_gap"].sel(order=order).values
    return float(abs(gaps[0] / gaps[1] - 2))
