"""The runs of `arora2019_fig3`: each depth by the flow, or by descent as published."""

from typing import NamedTuple

import jax
import numpy as np
import xarray as xr

from tacit._typing import Callable
from tacit.algebra import effective_rank as effective_rank_of
from tacit.algebra import low_rank_matrix, singular_values
from tacit.dynamics import AbstractDynamics, GradientDescent, GradientFlow
from tacit.experiments._experiment import Report
from tacit.experiments._interrupt import unless_interrupted
from tacit.experiments.arora2019_fig3.config import CHECKED, Config
from tacit.experiments.arora2019_fig3.ratings import make_ratings_problem
from tacit.models import AbstractFactorisation, Deep, Direct, identity
from tacit.observers import (
    Observer,
    effective_rank,
    held_out,
    loss,
    reconstruction_error,
    top_singular_values,
)
from tacit.problems import Problem, completion
from tacit.runs import Progress, Schedule, Trajectory, joined
from tacit.runs import run as follow

_PARTS = ("first quarter", "the rest", "stretch of flow", "stretch of descent")


class Task(NamedTuple):
    """Its name, what is asked and what is looked at."""

    name: str
    problem: Problem
    observers: tuple[Observer, ...]


def make_tasks(config: Config) -> tuple[list[Task], xr.Dataset]:
    """The synthetic matrix and the ratings; and what is known of the former's truth."""
    truth_key, entries_key, held_key = jax.random.split(jax.random.key(config.seed), 3)
    truth = low_rank_matrix((config.side, config.side), config.rank, config.dtype, key=truth_key)
    spectrum = singular_values(truth)
    known = xr.Dataset(
        {
            "truth_singular_values": ("mode", np.asarray(spectrum)[: config.rank]),
            "truth_effective_rank": float(effective_rank_of(spectrum)),
        }
    )
    common = (loss, top_singular_values(config.top), effective_rank)
    problem = completion(truth, config.entries, key=entries_key)
    tasks = [Task("synthetic", problem, (*common, reconstruction_error))]
    if config.ratings is not None:
        given, held = make_ratings_problem(
            config.ratings, config.users, config.items, config.held, config.dtype, key=held_key
        )
        tasks.append(Task("ratings", given, (*common, held_out(held))))
    return tasks, known


def train(config: Config, task: Task, depth: int, report: Report) -> xr.Dataset:
    """Train from start to end in two parts, and by descent from where the first one ended.

    Args:
        config: The experiment's settings.
        task: What is asked and looked at.
        depth: Number of factors; one is a matrix without any.
        report: Called with the share done and what is being done.
    """
    descent, flow = GradientDescent(config.step), GradientFlow(rtol=1e-6, atol=1e-8)
    rule, unit = (descent, 1) if config.full else (flow, config.step)
    start = _start(config, task.problem, depth)
    if config.full:
        hours = config.iterations * _time_step(task, start, descent) / 3600
        report(0.0, f"descent as published takes about {hours:.2g} hours")

    def part(
        model: AbstractFactorisation,
        dynamics: AbstractDynamics,
        end: float | int,
        records: int,
        at: int,
    ) -> Trajectory:
        def inner(progress: Progress) -> None:
            report((at + progress.fraction) / 4, _PARTS[at])

        schedule = Schedule.linear(end, records + 1)
        return _follow(task, model, dynamics, schedule, inner)

    quarter, records = config.iterations // 4, config.records // 4
    begun = part(start, rule, quarter * unit, records, 0)
    ended = part(
        begun.model, rule, (config.iterations - quarter) * unit, config.records - 1 - records, 1
    )
    beside = part(begun.model, flow, config.stretch * config.step, CHECKED, 2)
    stretch = part(begun.model, descent, config.stretch, CHECKED, 3)
    return _read(task, joined([begun, ended]), beside, stretch)


def _start(config: Config, problem: Problem, depth: int) -> AbstractFactorisation:
    m, n = problem.operator.shape
    key = jax.random.key(config.seed)
    settings = {
        "init_scale": config.init_scale,
        "initialiser": identity,
        "dtype": config.dtype,
        "key": key,
    }
    if depth == 1:
        return Direct.initialise((m, n), **settings)
    return Deep.initialise((m, n), depth=depth, **settings)


def _time_step(task: Task, start: AbstractFactorisation, descent: GradientDescent) -> float:
    """Measured over the second half of 200 steps, the first having compiled them."""
    seconds = []
    schedule = Schedule.every(100, 200)
    follow(
        task.problem,
        start,
        descent,
        schedule,
        (loss,),
        on_chunk=lambda progress: seconds.append(progress.seconds),
        chunk=1,
    )
    return (seconds[-1] - seconds[-2]) / 100


def _read(task: Task, whole: Trajectory, beside: Trajectory, stretch: Trajectory) -> xr.Dataset:
    """The records, and how far descent is from the flow over how far the flow moves."""
    flow, descent = (part["singular_values"] for part in (beside, stretch))
    gap = np.max(np.abs(flow - descent)) / np.max(np.abs(flow[-1] - flow[0]))
    errors = (
        whole["held_out"] ** 2 if "held_out" in whole.records else whole["reconstruction_error"]
    )
    return xr.Dataset(
        {
            "singular_values": (("record", "index"), whole["singular_values"]),
            "effective_rank": ("record", whole["effective_rank"]),
            "test_error": ("record", errors),
            "loss": ("record", whole["loss"]),
            "evaluations": int(whole.step[-1]),
            "stretch_gap": float(gap),
        },
        coords={"time": ("record", whole.time)},
    )


def _follow(
    task: Task,
    model: AbstractFactorisation,
    dynamics: AbstractDynamics,
    schedule: Schedule,
    inner: Callable[[Progress], None],
) -> Trajectory:
    found = follow(
        task.problem, model, dynamics, schedule, task.observers, on_chunk=inner, chunk=11
    )
    return unless_interrupted(found)
