"""Tables of SPSS: `.sav` and `.zsav`."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
from numpy.typing import NDArray

from tacit.media._base import AbstractCodec, Stored
from tacit.media.errors import MediaError
from tacit.media.location import Location
from tacit.media.memory import STILL, check_memory
from tacit.media.reading import Reading
from tacit.media.roles import choose_readings, is_labelled, left_alone, why_no_reading
from tacit.media.spss_cases import Cases, read_cases, write_cases
from tacit.media.spss_dictionary import Bytes, Dictionary, Variable, read_dictionary
from tacit.media.wording import several

_SYSTEM_MISSING = -np.finfo(float).max


@final
@dataclass(frozen=True, eq=False)
class SpssFile:
    """A file, its parts, and the cells of a case that are readings."""

    data: Bytes
    dictionary: Dictionary
    cases: Cases
    places: tuple[int, ...]


@final
class Spss(AbstractCodec[SpssFile]):
    """Read and write `.sav` and `.zsav`; only cells that are filled are written anew.

    What SPSS has no value for is missing, and so is what its user said to be. All else, labels,
    formats, notes and the cells that were there, stays as it was, compressed as it was.
    """

    name: ClassVar[str] = "SPSS"
    suffixes: ClassVar[tuple[str, ...]] = (".sav", ".zsav")
    signatures: ClassVar[tuple[bytes, ...]] = (b"$FL2", b"$FL3")
    options: ClassVar[frozenset[str]] = frozenset(["--columns", "--ignore"])
    kind: ClassVar[Literal["picture", "array"]] = "array"

    def decode(self, location: Location, reading: Reading) -> Stored[SpssFile]:
        """Read the columns of readings, with NaN where a cell is missing."""
        data = np.memmap(location.file, np.uint8, mode="r")
        dictionary = read_dictionary(location.file, data)
        # Where the file does not say how many cases there are: a cell takes a byte at least.
        count = dictionary.height if dictionary.height >= 0 else data.size
        check_memory(location.file, (count, dictionary.width), STILL)
        cases = read_cases(location.file, data, dictionary)
        if cases.cells.size == 0:
            raise MediaError(f"{location.file} has columns but no rows: add the rows")

        cells = cases.cells.view(f"{dictionary.order}f8").reshape(-1, dictionary.width)
        names = [each.name for each in dictionary.variables]
        variables = dict(zip(names, dictionary.variables, strict=True))
        columns = {
            name: _numbers(cells, each) for name, each in variables.items() if each.sort != "text"
        }
        sorts: dict[str, str] = {}
        for at, (name, variable) in enumerate(variables.items()):
            sort = _sort(variable, columns.get(name), first=not sorts and at == 0)
            sorts |= {} if sort is None else {name: sort}
        texts = {name: "text" for name in variables if name not in columns}
        chosen, sorts = choose_readings(location.file, names, sorts, texts, reading)
        readings = [variables[name] for name in chosen]
        return Stored(
            np.stack([columns[name] for name in chosen], axis=1),
            layout=SpssFile(data, dictionary, cases, tuple(each.at for each in readings)),
            columns=tuple(chosen),
            details=(*_said_missing(cells, readings), *left_alone(list(sorts.items()))),
        )

    def encode(
        self,
        stored: Stored[SpssFile],
        pixels: NDArray[Any],
        alpha: NDArray[Any] | None,
        path: Path,
    ) -> None:
        """Write the file again, with numbers of its own only in cells that have changed."""
        layout = stored.layout
        cells = layout.cases.cells.copy()
        numbers = cells.view(f"{layout.dictionary.order}f8").reshape(-1, layout.dictionary.width)
        for to, at in enumerate(layout.places):
            changed = stored.pixels[:, to] != pixels[:, to]
            numbers[changed, at] = pixels[changed, to]
        path.write_bytes(write_cases(layout.data, layout.dictionary, layout.cases, cells))


def _sort(variable: Variable, values: NDArray[np.float64] | None, *, first: bool) -> str | None:
    """Return what a column is if it is no reading, else None.

    What SPSS was told to be nominal is categories, and so are numbers that all have labels, unless
    it was told that they are steps of a scale.

    Args:
        variable: The column.
        values: Its numbers; None if it has none.
        first: Whether it is the first column.
    """
    if values is None:
        return "text"
    if variable.sort == "date":
        return "dates"
    stepped = variable.measure in ("ordinal", "scale")
    if variable.measure == "nominal" or (not stepped and is_labelled(values, variable.labelled)):
        return "categories"
    return why_no_reading(variable.name, values, first=first)


def _numbers(cells: NDArray[np.float64], variable: Variable) -> NDArray[np.float64]:
    """Return a column, NaN where it has no value or one that was said to be missing."""
    values = cells[:, variable.at].astype(np.float64)
    hidden = values == _SYSTEM_MISSING
    for low, high in variable.missing:
        hidden |= (values >= low) & (values <= high)
    return np.where(hidden, np.nan, values)


def _said_missing(cells: NDArray[np.float64], readings: list[Variable]) -> tuple[str, ...]:
    """Return the phrase on the values that SPSS's user said to be missing, if there are any."""
    found: Counter[float] = Counter()
    for variable in readings:
        values = cells[:, variable.at]
        hidden = np.isnan(_numbers(cells, variable)) & (values != _SYSTEM_MISSING)
        found.update(values[hidden & ~np.isnan(values)].tolist())
    marks = [f"{value:g} ({count})" for value, count in sorted(found.items())]
    return (f"missing are {several(marks)} beside cells without a value",) if marks else ()
