"""Rows that have been measured, a line of JSON each: an interrupted call goes on where it was."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple


class Journal(NamedTuple):
    """A file of rows, found again by some of their entries; of two alike the later counts."""

    path: Path
    keys: tuple[str, ...]

    def rows(self) -> dict[tuple, dict[str, Any]]:
        """All rows by their keys."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        rows = map(json.loads, lines)
        return {tuple(row[key] for key in self.keys): row for row in rows}

    def add(self, row: dict[str, Any]) -> None:
        """Write a row at the end, and print it."""
        with self.path.open("a") as file:
            file.write(json.dumps(row) + "\n")
        print(", ".join(f"{key} {value}" for key, value in row.items()), flush=True)

    def forget(self, key: str, value: str) -> None:
        """Drop rows, so that they are measured anew."""
        kept = [row for row in self.rows().values() if row[key] != value]
        self.path.write_text("".join(json.dumps(row) + "\n" for row in kept))

    def command(
        self,
        about: str | None,
        measure: Callable[[str], None],
        write: Callable[[], None],
        *,
        again: str = "method",
    ) -> None:
        """Run a benchmark as its command line says: measure what is not here, and write the table.

        Args:
            about: what the benchmark does; its first line is shown.
            measure: adds the rows whose name holds a text.
            write: writes the table of what is here.
            again: by which key rows are forgotten, so that they are measured anew.
        """
        parser = argparse.ArgumentParser(description=(about or "").splitlines()[0])
        parser.add_argument("--only", default="", help="only rows whose name holds this")
        parser.add_argument("--again", help=f"measure this {again} anew")
        parser.add_argument(
            "--write", action="store_true", help="measure nothing, write what is there"
        )
        arguments = parser.parse_args()
        if arguments.again:
            self.forget(again, arguments.again)
        if not arguments.write:
            measure(arguments.only)
        write()
