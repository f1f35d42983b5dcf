"""Down a path of penalties, each begun where the one before ended, to the best on held-out data."""

from typing import Literal

import jax.numpy as jnp
import numpy as np

from tacit._typing import Any, Callable, ScalarLike
from tacit.estimators._explicit import Learnt, Splits
from tacit.estimators._padded import PaddedTable
from tacit.models import AbstractFactorisation
from tacit.observers import Observer
from tacit.runs import Schedule, Stalled, Trajectory, joined, run

_DECAY, _LENGTH = 0.65, 18
"""From penalty to penalty, and how many: down to 4e-4 of the one at which X = 0."""
_PATIENCE = 3
"""Penalties that may follow the best one before the path ends."""
_UNSEEN = 0.05
"""Penalty, relative to the one at which X = 0, where no entry can be held out."""
_GAP, _CHUNK = 2, 8

Method = Callable[[ScalarLike], Any]
Objective = Callable[[Any], Observer]


def learn_along_path(
    splits: Splits,
    start: AbstractFactorisation,
    method: Method,
    *,
    objective: Objective | None = None,
    woken: Callable[[Any], Any] = lambda model: model,
    penalty: float | int | Literal["auto"],
    most: int | None,
    max_iter: int,
    tol: float | int,
) -> Learnt:
    """Choose the penalty on the held-out entries, and continue with it on all entries.

    Args:
        splits: the table.
        start: the model at the head of the path.
        method: from a penalty to the dynamics that minimises with it.
        objective: from the dynamics to the observer `"objective"` of what it lowers; the loss if
            not given.
        woken: from where one penalty ended to where the next begins.
        penalty: that at which the path ends, in units of the table, or `"auto"`.
        most: components to keep at most.
        max_iter: steps at each penalty at most.
        tol: a penalty is done with when that falls by less than this, relative, in two steps.

    Raises:
        ValueError: if penalty, max_iter or tol is out of its range.
    """
    _refuse_bad_numbers(penalty, max_iter, tol)
    schedule = Schedule.every(_GAP, max(max_iter, _GAP))
    watched = "loss" if objective is None else "objective"
    stop = Stalled(watched, patience=1, tolerance=float(tol))

    def minimised(table: PaddedTable) -> Callable[[Any, float], Trajectory[Any]]:
        problem, observers = table.problem(), table.observers(splits.held_out)

        def at(model: Any, penalty: float) -> Trajectory[Any]:
            dynamics = method(jnp.asarray(penalty / table.spread, table.dtype))
            also = () if objective is None else (objective(dynamics),)
            seen = (*observers, *also)
            return run(problem, woken(model), dynamics, schedule, seen, stop=stop, chunk=_CHUNK)

        return at

    of_train = minimised(splits.train)
    path = _path(splits, penalty)
    chosen = penalty == "auto" and splits.held_out.any()
    runs, errors, model = [], [], start
    for at in path:
        runs.append(of_train(model, at))
        model = runs[-1].model
        kept = int(runs[-1].best)
        errors.append(float(runs[-1]["held_out"][kept]) if splits.held_out.any() else np.nan)
        if chosen and len(errors) - np.argmin(errors) > _PATIENCE:
            break
    best = int(np.argmin(errors)) if chosen else len(runs) - 1
    final = minimised(splits.whole)(runs[best].model, path[best])
    steps = sum(int(phase.step[-1]) for phase in (*runs[: best + 1], final))
    return Learnt(
        components=splits.whole.components(final.model, most),
        ridge=path[best],
        held_out_error=errors[best] * splits.train.spread,
        steps=steps,
        final=final,
        history=_history(runs, path),
    )


def _path(splits: Splits, penalty: float | int | Literal["auto"]) -> list[float]:
    """Falling penalties, in units of the table."""
    largest = splits.train.spread * splits.train.level
    steps = largest * _DECAY ** np.arange(1, _LENGTH + 1)
    if penalty == "auto" and splits.held_out.any():
        return steps.tolist()
    end = _UNSEEN * largest if penalty == "auto" else float(penalty)
    return [*steps[steps > end].tolist(), end]


def _history(runs: list[Trajectory[Any]], penalties: list[float]) -> Any:
    """Dataset of the path, with the penalty of each record."""
    from tacit.results import to_dataset

    ends = [*(int(phase.best) + 1 for phase in runs[:-1]), len(runs[-1].step)]
    lengths = [end - (number > 0) for number, end in enumerate(ends)]
    dataset = to_dataset(joined(runs))
    values = np.repeat(penalties[: len(runs)], lengths)
    return dataset.assign(penalty=("record", values, {"long_name": "penalty λ"}))


def _refuse_bad_numbers(penalty: Any, max_iter: int, tol: float | int) -> None:
    if penalty != "auto" and (isinstance(penalty, str) or not penalty > 0):
        raise ValueError(f"penalty must be positive or 'auto', got {penalty!r}")
    if max_iter < 1 or not 0 < tol < 1:
        raise ValueError(f"max_iter must be at least 1 and tol in (0, 1), got {max_iter}, {tol}")
