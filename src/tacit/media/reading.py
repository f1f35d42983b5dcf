"""What a user says of how a file is read, where the file itself leaves it open."""

import re
from collections.abc import Sequence
from typing import NamedTuple, final

from tacit.media.errors import MediaError

TABLES = frozenset(
    ["--missing-value", "--decimal", "--thousands", "--columns", "--ignore", "--header"]
)
"""The options of a table of text."""


@final
class Reading(NamedTuple):
    """How a table, or a file of several variables, is read.

    Attributes:
        variable: The variable of an archive or a dataset, or the sheet of a workbook.
        missing: Texts that stand for a missing cell, beside the usual ones.
        decimal: The decimal mark, `.` or `,`; of None it is found out.
        thousands: What groups the digits of large numbers; of None it is found out.
        columns: The columns that hold readings, by name or number; of none they are found out.
        ignore: Columns that hold none, by name or number.
        header: Whether the first row holds the names of the columns; of None it is found out.
    """

    variable: str | None = None
    missing: tuple[str, ...] = ()
    decimal: str | None = None
    thousands: str | None = None
    columns: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    header: bool | None = None

    def options(self) -> list[str]:
        """The options that are set, as the command line names them."""
        given = {
            "--variable": self.variable is not None,
            "--missing-value": bool(self.missing),
            "--decimal": self.decimal is not None,
            "--thousands": self.thousands is not None,
            "--columns": bool(self.columns),
            "--ignore": bool(self.ignore),
            "--header": self.header is not None,
        }
        return [name for name, there in given.items() if there]

    def check(self) -> None:
        """Refuse marks that are none, or the same one for two purposes.

        Raises:
            MediaError: The message names the option.
        """
        if self.decimal not in (None, ".", ","):
            raise MediaError(f"--decimal must be '.' or ',', not {self.decimal!r}")
        if self.thousands not in (None, "", ".", ",", " ", "'", "_"):
            raise MediaError(
                "--thousands must be one of . , ' _, a blank, or '' for none, "
                f"not {self.thousands!r}"
            )
        if self.thousands and self.thousands == self.decimal:
            raise MediaError("--decimal and --thousands must be different marks")


def select(
    file: object, names: Sequence[str], wanted: Sequence[str], option: str
) -> tuple[int, ...]:
    """Return the places of the columns that an option names.

    Args:
        file: The file, named in messages.
        names: All columns by name.
        wanted: Names or numbers, counted from 1; a name goes before a number.
        option: The option, named in messages.

    Raises:
        MediaError: There is no such column, or several have the name.
    """
    names, places = list(names), []
    for name in wanted:
        if names.count(name) > 1:
            raise MediaError(f"{file}: {option}: several columns are called {name!r}: number them")
        if name in names:
            places.append(names.index(name))
        elif re.fullmatch(r"\d+", name) and 1 <= int(name) <= len(names):
            places.append(int(name) - 1)
        else:
            listed = ", ".join(map(repr, names[:8])) + ("" if len(names) <= 8 else ", …")
            raise MediaError(f"{file}: {option}: there is no column {name!r}: it has {listed}")
    return tuple(dict.fromkeys(places))
