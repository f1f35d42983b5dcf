"""What the commands print: tables for people, JSON for programs."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from tacit.experiments import Experiment, Verdict
    from tacit.results import StoredRun


def experiments(listed: "Sequence[Experiment]") -> None:
    """Name, title and paper of each experiment."""
    table = _table("name", "what it shows", "paper", "figure")
    for experiment in listed:
        table.add_row(experiment.name, experiment.title, experiment.reference, experiment.figure)
    _print(table)


def runs(stored: "Sequence[StoredRun]", folder: Path) -> None:
    """Name, status and duration of each run of a store."""
    if not stored:
        print(f"no runs in {folder}")
        return
    table = _table("run", "status", "begun (UTC)", "seconds")
    for entry in stored:
        seconds = entry.facts.get("seconds")
        table.add_row(
            entry.name,
            entry.status,
            str(entry.facts.get("begun", ""))[:19].replace("T", " "),
            f"{seconds:.1f}" if entry.finished and isinstance(seconds, int | float) else "",
        )
    _print(table)


def verdicts(name: str, found: "Sequence[Verdict]", seconds: float) -> None:
    """Each claim with its value and bound, then a line of summary."""
    table = _table("claim", "value", "bound", "holds", right=("value", "bound"))
    for verdict in found:
        table.add_row(
            verdict.text,
            _number(verdict.value),
            f"{verdict.relation} {_number(verdict.bound)}",
            "[green]yes[/]" if verdict.holds else "[bold red]NO[/]",
        )
    _print(table)
    holding = sum(verdict.holds for verdict in found)
    print(f"{name}: {holding} of {len(found)} claims hold, {seconds:.1f} s")


def claim(verdict: "Verdict") -> dict[str, Any]:
    """A verdict as JSON knows it; a value that is not finite becomes null."""
    return {
        "text": verdict.text,
        "holds": verdict.holds,
        "value": verdict.value if math.isfinite(verdict.value) else None,
        "bound": verdict.bound,
    }


def as_json(content: dict[str, Any]) -> None:
    """One JSON object on standard output."""
    print(json.dumps(content, indent=2, ensure_ascii=False))


def _number(value: float) -> str:
    return f"{value:.0f}" if float(value).is_integer() and abs(value) < 1e6 else f"{value:.4g}"


def _table(*headings: str, right: Sequence[str] = ("seconds",)) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            no_wrap=heading not in ("claim", "what it shows"),
        )
    return table


def _print(table: Table) -> None:
    """As wide as the terminal; in a file or a pipe as wide as the table."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    console.print(table)
