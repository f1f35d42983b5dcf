"""What `tacit rate` says of a model and of a ranking."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tacit.cli.rate.options import Options
from tacit.media import Triplets, visible

if TYPE_CHECKING:
    from tacit.estimators import RatingsModel

PREDICTION = "prediction"
RANKED = ("user", "rank", "item", PREDICTION)
"""The columns of a ranking."""


def fit_facts(
    model: "RatingsModel",
    triplets: Triplets,
    path: Path,
    options: Options,
    seconds: float,
    notes: Sequence[str],
) -> dict[str, Any]:
    """What was learnt and how, for programs.

    Args:
        model: that was fitted.
        triplets: the ratings it was fitted to.
        path: the table they were read from.
        options: of the command.
        seconds: that fitting took.
        notes: what was found in the table, and what the fit warned of.
    """
    return {
        "input": str(path),
        "output": str(options.output),
        "columns": triplets.columns,
        "ratings": len(triplets.users),
        "rating_range": None if model.rating_range is None else list(model.rating_range),
        "users": len(model.users_),
        "items": len(model.items_),
        "rank": int(model.rank_),
        "noise": float(model.noise_),
        "held_out_rmse": model.learnt_.fit.held_out,
        "sweeps": int(model.n_iter_),
        "result": model.result_.name.lower(),
        "cause": model.result_.cause,
        "seconds": round(seconds, 3),
        "seed": options.seed,
        "notes": list(notes),
    }


def fit_rows(
    model: "RatingsModel", triplets: Triplets, options: Options, seconds: float
) -> dict[str, str]:
    """What was learnt and how, for people.

    Args:
        model: that was fitted.
        triplets: the ratings it was fitted to.
        options: of the command.
        seconds: that fitting took.
    """
    users, items, count = len(model.users_), len(model.items_), len(triplets.users)
    rows = {
        "ratings": f"{count:,} by {users:,} users of {items:,} items",
        "columns": ", ".join(f"{role} from {name!r}" for role, name in triplets.columns.items()),
        "rating range": "none"
        if model.rating_range is None
        else f"{model.rating_range[0]:g} to {model.rating_range[1]:g}"
        + (" (as in the table)" if options.rating_range == "auto" else ""),
        "rank": f"{model.rank_} of {options.width} components are used",
        "noise": f"{model.noise_:.4f} (standard deviation of a rating about its prediction)",
    }
    held_out = model.learnt_.fit.held_out
    if math.isfinite(held_out):
        rows["held-out error"] = f"{held_out:.4f} (root mean square)"
    return rows | {
        "stopped": f"{model.result_.cause}, after {model.n_iter_} sweeps",
        "time": f"{seconds:.1f} s",
        "written": ", ".join(str(path) for path in (options.output, options.report) if path),
    }


def prediction_rows(facts: Mapping[str, Any]) -> dict[str, str]:
    """What `tacit rate predict` did, for people."""
    rows = {
        "pairs": f"{facts['pairs']:,}",
        "unknown": f"users: {facts['unknown_users']:,}, items: {facts['unknown_items']:,} "
        "(predicted from means)",
    }
    if math.isfinite(facts["rmse"]):
        rows["error"] = f"{facts['rmse']:.4f} (root mean square, of the ratings given)"
    return {**rows, "written": facts["output"]}


def by_column(ranked: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """The lines of a ranking as columns of a table."""
    return {name: [line[at] for line in ranked] for at, name in enumerate(RANKED)}


def print_ranked(ranked: list[tuple[Any, ...]]) -> None:
    """The ranking of one user."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("rank", "item", PREDICTION):
        table.add_column(heading, justify="left" if heading == "item" else "right")

    for _, place, item, rating in ranked:
        table.add_row(str(place), Text(visible(str(item))), f"{rating:.3f}")
    Console(highlight=False).print(table)
