"""What the runs of `cao2022_stages` come to, as a dataset."""

from typing import Any

import numpy as np
import xarray as xr
from diffrax import Tsit5

from tacit.certificates import curvature_bound
from tacit.dynamics import GradientDescent, GradientFlow, GroupRMSprop
from tacit.experiments._datasets import stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.cao2022_stages.config import Config
from tacit.experiments.cao2022_stages.lanes import (
    LEARNT,
    NEARLY,
    Lane,
    find_horizon,
    make_spectra,
    run_lanes,
)
from tacit.observers import (
    Stages,
    find_stages,
    gradient_norm,
    loss,
    separations,
    singular_values,
)
from tacit.runs import Below, Schedule, Trajectory
from tacit.runs import run as follow
from tacit.solvers import hessian_extremes, saddle_near

_PATH = 12
"""Length of a path of group RMSprop, rate times steps: a few √σ₁ for each stage."""
_FLOW_RECORDS = 200
_SEEN = 1e-3
"""Loss at which the flow ends, over ½σ_R²: all is learnt, and rounding has no peaks yet."""
_LABELS = {
    "stages": "number of stages",
    "merged": "stages that bring several singular values at once",
    "ordered": "whether plateau j has rank j",
    "plateau_error": "largest |ℓ / ½ Σ σᵢ² − 1| on the plateaus, i > j",
    "saddle_error": "largest |ℓ / ½ Σ σᵢ² − 1| at the refined saddles, i not learnt",
    "escape_error": "largest |predicted / observed − 1| of the escapes but the first, if known",
    "separation": "least separation of two stages",
    "final_loss": "loss at the end",
    "smallest": "λ_min of the Hessian at the end",
    "smallest_error": "error of λ_min",
    "largest": "λ_max of the Hessian at the end",
    "bound": "proved lower bound of λ_min",
}


def tabulate_stages(config: Config, report: Report) -> tuple[xr.Dataset, dict[int, Lane]]:
    """Every cell (depth, scale, ratio, rank, draw) by descent, and one run of each depth.

    That run starts at the largest α inside the bounds, and has the largest ratio and rank.
    """
    depths, scales = list(config.scales), list(config.scales.values())
    inner = (len(config.ratios), len(config.ranks), config.draws)
    shape = (len(depths), max(map(len, scales)), *inner)
    cells = {name: np.full(shape, np.nan) for name in _LABELS}
    alphas = np.full(shape[:2], np.nan)
    spectra = make_spectra(config, config.ratios)

    # A depth has fewer scales than another: its row ends in cells that stay NaN.
    grid = [(d, s) for d, row in enumerate(scales) for s in range(len(row))]
    shown = {}
    for done, (d, s) in enumerate(grid):
        depth, alpha = depths[d], scales[d][s]
        alphas[d, s] = alpha
        report(done / len(grid), f"depth {depth}, α = {alpha:g}: descent")
        runs = run_lanes(config, depth, alpha, spectra, *_descent(config, depth, alpha), LEARNT)
        if alpha == config.small[depth]:
            shown[depth] = runs[-1][0]

        report((done + 0.6) / len(grid), f"depth {depth}, α = {alpha:g}: saddles and ends")
        for ratio, rank, draw in np.ndindex(inner):
            cell = _read(runs[ratio * inner[1] + rank][draw], alpha)
            for name, value in cell.items():
                cells[name][d, s, ratio, rank, draw] = value

    dims = ("depth", "scale", "ratio", "rank", "draw")
    variables: dict[str, Any] = {
        name: (dims, values, {"long_name": _LABELS[name]}) for name, values in cells.items()
    }
    variables["alpha"] = (dims[:2], alphas, {"long_name": "size α of the factors, over σ₁^{1/N}"})
    table = xr.Dataset(variables).assign_coords(
        depth=("depth", depths, {"long_name": "depth N"}),
        ratio=("ratio", list(config.ratios), {"long_name": "ratio σ_j / σ_{j+1}"}),
        rank=("rank", list(config.ranks), {"long_name": "rank R"}),
    )

    # Rank one has one stage whatever happens: a share of runs leaves it out.
    several = table["stages"].sel(rank=table["rank"] > 1)
    share = (
        (several == several["rank"])
        .mean(["rank", "draw"])
        .where(several.notnull().any(["rank", "draw"]))
    )
    table["share"] = share.assign_attrs(long_name="runs with R stages, of rank 2 and more")
    return table, shown


def tabulate_rmsprop(config: Config, report: Report) -> xr.Dataset:
    """Stages of group RMSprop at each depth and rate, from the smallest α.

    Its steps do not shrink near a saddle either: it circles there, and ‖∇L‖ has peaks that bring no
    singular value. They are not counted.
    """
    depths = list(config.small)
    shape = (len(depths), len(config.rates), len(config.ranks), config.draws)
    counts, steps = np.full(shape, np.nan), np.full(shape, np.nan)
    spectra = make_spectra(config, (config.wide,))

    grid = [(d, r) for d in range(shape[0]) for r in range(shape[1])]
    for done, (d, r) in enumerate(grid):
        # The rate is that of a path in time, so a smaller one takes as many steps more.
        depth, rate = depths[d], config.rates[r]
        report(done / len(grid), f"group RMSprop, depth {depth}, rate {rate:g}")
        schedule = Schedule.linear(round(_PATH / rate), 2 * config.records)
        rule, alpha = GroupRMSprop(rate), config.scales[depth][-1]
        runs = run_lanes(config, depth, alpha, spectra, rule, schedule, NEARLY)
        for rank, draw in np.ndindex(shape[2:]):
            lane = runs[rank][draw]
            found = lane.stages()
            counts[d, r, rank, draw] = found.gaining
            if found.gaining:
                steps[d, r, rank, draw] = lane.step[found.escape[:-1][found.gained[:-1] > 0][-1]]

    dims = ("depth", "rate", "rank", "draw")
    counted, taken = (
        "number of stages that bring a singular value, group RMSprop",
        "steps until the last escape",
    )
    return xr.Dataset(
        {
            "rmsprop_stages": (dims, counts, {"long_name": counted}),
            "rmsprop_steps": (dims, steps, {"long_name": taken}),
        }
    ).assign_coords(rate=("rate", list(config.rates), {"long_name": "learning rate η"}))


def show_runs(runs: dict[int, Lane], records: int, report: Report) -> xr.Dataset:
    """Return one run a depth as it went, its stages, and the same run by the adaptive flow.

    Args:
        runs: The run by descent of each depth.
        records: Number of record points, to which shorter runs are padded with NaN.
        report: Called with the share done and what is being done.
    """
    parts = []
    for number, (depth, descent) in enumerate(runs.items()):
        report(number / len(runs), f"depth {depth}: the adaptive flow")
        flow = follow(
            descent.problem,
            descent.model_at(0),
            GradientFlow(rtol=1e-5, atol=1e-8, solver=Tsit5()),
            Schedule.linear(float(descent.time[-1]), _FLOW_RECORDS),
            (loss, gradient_norm, singular_values),
            stop=Below("loss", _floor(descent)),
        )
        parts.append(_show(descent, unless_interrupted(flow), records + 1))
    return stack(parts, "depth", list(runs))


def _descent(config: Config, depth: int, alpha: float) -> tuple[GradientDescent, Schedule]:
    """The rule, and record points until the smallest value of the table is learnt."""
    smallest = config.ratios[-1] ** (1 - config.ranks[-1])
    steps = round(find_horizon(depth, alpha, smallest) / config.step)
    return GradientDescent(config.step), Schedule.logarithmic(steps, config.records)


def _read(lane: Lane, alpha: float) -> dict[str, float]:
    """The numbers of one cell, named as in `_LABELS`."""
    found = lane.stages()
    rank = len(lane.target)
    between = [j for j in range(len(found.rank)) if 0 < found.rank[j] < rank]
    plateaus = found.loss[between] / found.predicted_loss[between]
    apart = separations(lane.target, alpha**lane.depth, lane.depth)
    extremes = hessian_extremes(lane.problem, lane.model, negatives=0)
    cell = {
        "stages": found.escapes,
        "merged": found.merged,
        "ordered": np.array_equal(found.rank, np.arange(rank + 1)),
        "plateau_error": _furthest(plateaus),
        "saddle_error": _furthest(np.array([_saddle(lane, found, j) for j in between])),
        "escape_error": find_escape_error(found.predicted_escape, found.escape_time, rank),
        "separation": float(np.min(apart, initial=np.inf)),
        "final_loss": lane.records["loss"][-1],
        "smallest": extremes.smallest,
        "smallest_error": extremes.smallest_error,
        "largest": extremes.largest,
        "bound": curvature_bound(lane.problem, lane.model),
    }
    return {name: float(value) for name, value in cell.items()}


def find_escape_error(predicted: np.ndarray, observed: np.ndarray, rank: int) -> float:
    """Largest |predicted / observed − 1| over the escapes of a run after its first one.

    Args:
        predicted: Time at which each plateau is predicted to end, the last one never.
        observed: Time at which it does.
        rank: Number of singular values of the target.

    Returns:
        The error, or not a number if one of the `rank` − 1 escapes was not seen or not predicted.
    """
    ratios = predicted[1:-1] / observed[1:-1]
    if len(ratios) < rank - 1 or not np.isfinite(ratios).all():
        return np.nan
    return _furthest(ratios)


def _saddle(lane: Lane, found: Stages, j: int) -> float:
    """Loss of the saddle near plateau j over that of what it has not learnt; NaN if not reached."""
    saddle = saddle_near(lane.problem, lane.model_at(int(found.bottom[j])))
    if not saddle.converged or saddle.learnt is None:
        return np.nan
    left = np.delete(lane.target, saddle.learnt)
    return saddle.loss / (0.5 * float(left @ left))


def _furthest(ratios: np.ndarray) -> float:
    """Largest distance from one, 0 of none."""
    return float(np.max(np.abs(ratios - 1), initial=0.0))


def _floor(lane: Lane) -> float:
    return _SEEN * float(lane.target[-1]) ** 2 / 2


def _show(descent: Lane, flow: Trajectory, length: int) -> xr.Dataset:
    found, count = descent.stages(), len(descent.target)
    records = descent.records

    def pad(values: np.ndarray, length: int) -> np.ndarray:
        values = np.asarray(values, float)[:length]
        return np.concatenate([values, np.full((length - len(values), *values.shape[1:]), np.nan)])

    series = {
        "time": (descent.time, "time t"),
        "gradient_norm": (records["gradient_norm"], "‖∇L‖"),
        "loss": (records["loss"], "loss ℓ"),
    }
    plateaus = {
        "start_time": "time at which the plateau begins",
        "end_time": "time at which the plateau ends",
        "escape_time": "time of the escape",
        "predicted_escape": "predicted time of the escape",
        "predicted_loss": "½ Σ σᵢ² over what is not learnt",
    }
    numbers = {
        "descent_stages": (found.escapes, "stages by descent"),
        "flow_stages": (
            find_stages(
                flow.time, flow["gradient_norm"], flow["loss"], flow["singular_values"]
            ).escapes,
            "stages by the flow",
        ),
        "descent_gradients": (
            descent.step[np.argmax(records["loss"] <= _floor(descent))],
            "gradients that descent takes to the end of the flow",
        ),
        "flow_gradients": (flow.step[-1], "gradients that the flow takes"),
    }

    values = pad(records["singular_values"][:, :count], length)
    variables: dict[str, Any] = {
        "singular_values": (("record", "index"), values, {"long_name": "singular values σᵢ(W)"}),
        "target": ("index", descent.target, {"long_name": "singular values of M"}),
    }
    for name, (array, text) in series.items():
        variables[name] = ("record", pad(array, length), {"long_name": text})
    for name, text in plateaus.items():
        variables[name] = ("stage", pad(getattr(found, name), count + 2), {"long_name": text})
    for name, (number, text) in numbers.items():
        variables[name] = ((), float(number), {"long_name": text})
    return xr.Dataset(variables)
