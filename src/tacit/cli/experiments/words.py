"""What the commands print: tables for people, JSON for programs."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    import xarray as xr

    from tacit.experiments import Experiment, Verdict
    from tacit.results import StoredRun
    from tacit.sweeps import SweepStatus

_SHOWN = 3
"""Cells of which each kind of trouble is told in full."""


def print_experiments(listed: "Sequence[Experiment]") -> None:
    """Name, title and paper of each experiment."""
    table = _table("name", "what it shows", "paper", "figure")
    for experiment in listed:
        table.add_row(experiment.name, experiment.title, experiment.reference, experiment.figure)
    _print(table)


def print_settings(experiment: "Experiment") -> None:
    """What `Config` says of its fields, and a line for each, as `--config` takes it."""
    sheet = experiment.settings()
    rows = [("setting", "type", "smoke", "paper"), *sheet.settings]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    print(f"{experiment.name}: {experiment.title}\n\n{sheet.about}\n")
    for row in rows:
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print(line.rstrip())
    name, _, value, _ = sheet.settings[-1]
    print(f"\nChange them with --config.FIELD VALUE, as in --config.{name} {value}")


def print_runs(
    stored: "Sequence[StoredRun]", sweeps: "Sequence[SweepStatus]", folder: Path
) -> None:
    """Name, status and duration of each run of a store, and the settings that were changed.

    Args:
        stored: runs.
        sweeps: of which the cells that are done are shown, and the axes.
        folder: where they are.
    """
    if not (stored or sweeps):
        print(f"no runs in {folder}")
        return
    table = _table("run", "status", "begun (UTC)", "seconds", "changed settings")
    for entry in stored:
        seconds = entry.facts.get("seconds")
        table.add_row(
            entry.name,
            entry.status,
            str(entry.facts.get("begun", ""))[:19].replace("T", " "),
            f"{seconds:.1f}" if entry.finished and isinstance(seconds, int | float) else "",
            Text(_changes(entry.facts.get("changes"))),
        )
    for sweep in sweeps:
        sizes = " ".join(f"{name}×{size}" for name, size in sweep.axes.items())
        begun = f"{sweep.begun:%Y-%m-%d %H:%M:%S}"
        table.add_row(sweep.path.name, str(sweep), begun, "", Text(sizes))
    _print(table)


def print_sweep(swept: "xr.Dataset", store: Path) -> None:
    """A line on the whole, and on each of the first cells that raised or left something out."""
    facts = sweep_facts("", swept, store)
    failed = f", {len(facts['failed'])} failed" if facts["failed"] else ""
    print(f"{store}  {facts['done']} of {facts['cells']} cells{failed}")
    for title, told in (("failed", facts["failed"]), ("left out", facts["left_out"])):
        for cell in told[:_SHOWN]:
            print(f"{title}: {cell['cell']}: {cell['why']}")
        if len(told) > _SHOWN:
            print(f"{title}: {len(told) - _SHOWN} cells more, named in the store")


def sweep_facts(name: str, swept: "xr.Dataset", store: Path) -> dict[str, Any]:
    """A sweep as JSON knows it.

    Args:
        name: of the experiment.
        swept: what there is of it.
        store: its folder.
    """

    axes = [str(axis) for axis in swept["done"].dims]

    def told(variable: str) -> list[dict[str, str]]:
        texts = swept[variable].values
        found = []
        for index in zip(*(texts != "").nonzero(), strict=True):
            places = zip(axes, index, strict=True)
            cell = ", ".join(f"{axis}={swept[axis].values[at]}" for axis, at in places)
            found.append({"cell": cell, "why": texts[index]})
        return found

    return {
        "experiment": name,
        "store": str(store),
        "axes": {axis: swept[axis].values.tolist() for axis in axes},
        "cells": swept["done"].size,
        "done": int((swept["done"] > 0).sum()),
        "failed": told("cell_error"),
        "left_out": told("cell_note"),
    }


def print_verdicts(name: str, found: "Sequence[Verdict]", seconds: float) -> None:
    """Each claim with its value and bound, then a line of summary.

    Args:
        name: of the run.
        found: the claims, checked.
        seconds: that the run took.
    """
    table = _table("claim", "value", "bound", "holds", right=("value", "bound"))
    for verdict in found:
        table.add_row(
            Text(verdict.text),
            _number(verdict.value),
            f"{verdict.relation} {_number(verdict.bound)}",
            "[green]yes[/]" if verdict.holds else "[bold red]NO[/]",
        )
    _print(table)
    holding = sum(verdict.holds for verdict in found)
    print(f"{name}: {holding} of {len(found)} claims hold, {seconds:.1f} s")


def claim_facts(verdict: "Verdict") -> dict[str, Any]:
    """A verdict as JSON knows it; a value that is not finite becomes null."""
    return {
        "text": verdict.text,
        "holds": verdict.holds,
        "value": verdict.value if math.isfinite(verdict.value) else None,
        "bound": verdict.bound,
    }


def print_json(content: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    print(json.dumps(content, indent=2, ensure_ascii=False))


def _changes(changes: Any) -> str:
    """`step=0.0005 depths=2,3`; nothing for a preset's own settings."""
    if not isinstance(changes, dict):
        return ""
    return " ".join(f"{name}={value}" for name, value in changes.items())


def _number(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e6 else f"{value:.4g}"


def _table(*headings: str, right: Sequence[str] = ("seconds",)) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            no_wrap=heading not in ("claim", "what it shows", "changed settings"),
        )
    return table


def _print(table: Table) -> None:
    """As wide as the terminal; in a file or a pipe as wide as the table."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    console.print(table)
