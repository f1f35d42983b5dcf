"""How a command says what it did: rows for people, one object for programs, notes beside."""

import json
import math
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tacit.media import visible


def print_notes(notes: Iterable[str]) -> None:
    """A line each on standard error."""
    for note in notes:
        print(f"note: {visible(note)}", file=sys.stderr)


@contextmanager
def warnings_as_notes() -> Iterator[list[str]]:
    """What is warned of in the block, in a list instead of on standard error."""
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        yield notes
    notes += [" ".join(str(warning.message).split()) for warning in caught]


def print_rows(rows: Mapping[str, str]) -> None:
    """Names and what they are, in two columns; brackets in them are no markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for name, text in rows.items():
        table.add_row(Text(visible(name)), Text(visible(text)))
    Console(highlight=False).print(table)


def print_object(facts: Mapping[str, Any]) -> None:
    """One JSON object on standard output; a number that is not finite becomes null."""
    print(json.dumps(_finite(dict(facts)), allow_nan=False))


def _finite(content: Any) -> Any:
    """The same with None for infinite numbers and NaN, which JSON does not know."""
    if isinstance(content, dict):
        return {name: _finite(value) for name, value in content.items()}
    if isinstance(content, list):
        return [_finite(value) for value in content]
    return None if isinstance(content, float) and not math.isfinite(content) else content
