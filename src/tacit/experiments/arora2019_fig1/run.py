"""The run of `arora2019_fig1`."""

from collections.abc import Callable
from itertools import product

import jax
import xarray as xr

from tacit.algebra import low_rank_matrix
from tacit.dynamics import GroupRMSprop
from tacit.experiments._arora2019.baselines import LABELS, convex_answer, read_spectrum
from tacit.experiments._datasets import label, stack
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.arora2019_fig1.config import Config
from tacit.models import Deep
from tacit.observers import effective_rank, loss, nuclear_norm, reconstruction_error
from tacit.problems import Problem, completion
from tacit.results import to_dataset
from tacit.runs import Below, Progress, Schedule
from tacit.runs import run as follow

_OBSERVERS = (loss, reconstruction_error, effective_rank, nuclear_norm)


def run(config: Config, report: Report) -> xr.Dataset:
    """Complete from few and many entries, at every depth and scale and by the convex minimum."""
    truth_key, entries_key, start_key = jax.random.split(jax.random.key(config.seed), 3)
    sides = (config.side, config.side)
    truth = low_rank_matrix(sides, config.rank, config.dtype, key=truth_key)

    # One key for both numbers of entries, and one for every start: two cells differ in nothing but
    # their coordinates.
    grid = list(product((config.few, config.many), config.depths, config.init_scales))
    problems = {
        count: completion(truth, count, key=entries_key) for count in (config.few, config.many)
    }

    cells = []
    for number, (count, depth, scale) in enumerate(grid):
        what = f"{count} entries, depth {depth}, scale {scale:g}"

        def on_chunk(progress: Progress, number: int = number, what: str = what) -> None:
            report((number + progress.fraction) / len(grid), f"{what}, step {progress.step}")

        start = Deep.initialise(
            sides, depth=depth, init_scale=scale, dtype=config.dtype, key=start_key
        )
        cell = _train(config, problems[count], start, on_chunk)
        cells.append(cell.expand_dims(entries=[count], depth=[depth], scale=[scale]))
        report((number + 1) / len(grid), what)

    trained = _combine(cells, len(config.depths), len(config.init_scales))
    answers = [convex_answer(problem) for problem in problems.values()]
    convex = stack(answers, "entries", list(problems))
    whole = trained.merge(convex).assign(read_spectrum(truth, "truth"))
    return label(whole.assign(draw_excess=("draw", _draw_excesses(config))), LABELS)


def _draw_excesses(config: Config) -> list[float]:
    """What the nuclear norm of a truth exceeds the convex minimum of its entries by, relative."""
    excesses = []
    for number in range(config.draws):
        # The seed itself is that of the draw that is trained on, whose keys are split from it.
        key = jax.random.fold_in(jax.random.key(config.seed), number)
        truth_key, entries_key = jax.random.split(key)
        sides = (config.side, config.side)
        truth = low_rank_matrix(sides, config.rank, config.dtype, key=truth_key)
        least = convex_answer(completion(truth, config.few, key=entries_key))

        norm = read_spectrum(truth, "truth")["truth_nuclear_norm"]
        excesses.append(norm / float(least["convex_nuclear_norm"]) - 1)
    return excesses


def _train(
    config: Config, problem: Problem, start: Deep, on_chunk: Callable[[Progress], None]
) -> xr.Dataset:
    """Records on the axis of steps, and their last values under `final_`."""
    dynamics = GroupRMSprop(config.step)
    schedule = Schedule.every(config.gap, config.steps)
    stop = Below("loss", config.stop)
    trajectory = unless_interrupted(
        follow(
            problem, start, dynamics, schedule, _OBSERVERS, stop=stop, on_chunk=on_chunk, chunk=8
        )
    )
    records = to_dataset(trajectory)
    names = [observer.name for observer in _OBSERVERS]
    final = records.isel(record=-1, drop=True)[names]
    final = final.rename({name: f"final_{name}" for name in names})
    series = records.drop_vars("time").swap_dims(record="step")
    return series.merge(final)


def _combine(cells: list[xr.Dataset], depths: int, scales: int) -> xr.Dataset:
    """Cells in the order entries, depth, scale, the last fastest; NaN after the end of a run."""
    rows = [cells[at : at + scales] for at in range(0, len(cells), scales)]
    tables = [rows[at : at + depths] for at in range(0, len(rows), depths)]
    return xr.combine_nested(
        tables,
        ["entries", "depth", "scale"],
        data_vars="all",
        coords="minimal",
        compat="override",
        join="outer",
        combine_attrs="override",
    )
