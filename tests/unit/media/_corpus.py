"""Odd files, made by a seeded script: each with what is right, or the refusal in one line."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import openpyxl
import polars as pl
import scipy.io

ROWS, COLUMNS = 6, 4
DRAWS = 120
LABELS = ("Basel", "Genf", "Bern", "Chur", "Zug", "Olten")
HEADS = {
    "words": ["a", "b", "c", "d"],
    "years": ["2001", "2002", "2003", "2004"],
    "stations": ["91107", "90023", "91045", "90990"],
    "none": None,
}
MARKS = ("", "?", "-", "ND", "<NA>", "NULL", "n/a", "#N/A", ".", "NaN", "--")
NAMED = {"\t": "tabs", ";": "semicolons", "|": "bars"}


class Odd(NamedTuple):
    """A file and what is right of it: values with NaN and the line, or the words of a refusal."""

    name: str
    save: Callable[[Path], object]
    values: np.ndarray | None
    line: str

    @property
    def suffix(self) -> str:
        return self.name.rpartition(".")[2]


def drawn_tables() -> Iterator[Odd]:
    """Tables of text with everything drawn: marks, names, labels, what ends a line or a table."""
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)

        def pick(options, rng=rng):
            return options[rng.integers(len(options))]

        values = rng.uniform(-80, 80, (ROWS, COLUMNS)).round(2)
        values[0] = [12.25, -3.5, 0.75, 41.5]  # of which one is a fraction without any doubt
        big = bool(rng.random() < 0.3)
        if big:
            values[2, 1], values[4, 2] = 12345.5, -7654321.25
        holes = rng.random(values.shape) < 0.25
        holes[0], holes[[2, 4], [1, 2]] = False, False
        delimiter = pick([",", ";", "\t", "|"])
        decimal = pick([".", ","])
        thousands = pick(["", {".": ",", ",": "."}[decimal], " ", "'"]) if big else ""
        mark, head = pick(MARKS), pick(list(HEADS))
        labelled = bool(rng.random() < 0.6) or head in ("years", "stations")
        trailing, blank_rows = int(rng.integers(3)), int(rng.integers(3))
        newline, bom = pick(["\n", "\r\n"]), pick(["", "\ufeff"])

        def number(x, decimal=decimal, thousands=thousands):
            text = f"{x:,.2f}".replace(",", "T").replace(".", "D")
            return text.replace("T", thousands).replace("D", decimal)

        rows = [
            [mark if hole else number(x) for x, hole in zip(row, gone, strict=True)]
            for row, gone in zip(values, holes, strict=True)
        ]
        names = HEADS[head]
        if names is not None:
            rows.insert(0, list(names))
        if labelled:
            column = ([pick(["place", ""])] if names else []) + list(LABELS)
            rows = [[label, *row] for label, row in zip(column, rows, strict=True)]
        width = len(rows[0])
        rows = [row + [""] * trailing for row in rows] + [[""] * (width + trailing)] * blank_rows
        text = newline.join(delimiter.join(quoted(cell, delimiter) for cell in row) for row in rows)
        data = (bom + text + newline).encode()

        line = [f"CSV, {ROWS} rows × {COLUMNS} columns of readings"]
        line += [f"split at {NAMED[delimiter]}"] if delimiter in NAMED else []
        line += ["row 1 names the columns" if names else "no names"]
        line += ["decimal comma"] if decimal == "," else []
        line += [f"{thousands!r} between thousands"] if thousands else []
        count = int(holes.sum())
        line += [f"missing are {mark!r} ({count}) beside blank cells"] if mark and count else []
        if labelled:
            title = rows[0][0] if names and rows[0][0] else "1"
            line += [f"left alone: {title!r} (labels of the rows)"]
        parts = []
        if trailing:
            places = ", ".join(str(width + 1 + at) for at in range(trailing))
            parts += [f"column{'s' if trailing > 1 else ''} {places} without a name"]
        if blank_rows:
            first = ROWS + bool(names) + 1
            last = first + blank_rows - 1
            parts += [
                f"row {first} at the end" if first == last else f"rows {first}-{last} at the end"
            ]
        line += [f"blank and left so: {' and '.join(parts)}"] if parts else []
        yield Odd(
            f"drawn {seed}.csv",
            lambda path, data=data: path.write_bytes(data),
            np.where(holes, np.nan, values),
            "; ".join(line),
        )


def quoted(cell: str, delimiter: str) -> str:
    return f'"{cell}"' if delimiter in cell or "\n" in cell else cell


REFUSED = {
    "a word": ("a,b\n1,2\n3,four\n5,6\n", "row 3, column 2 holds 'four', which is not a number"),
    "two units": ("a,b\nm,s\n1,2\n3,\n", "row 2, column 1 holds 'm'"),
    "too short a row": ("a,b,c\n1,2,3\n4,5\n", "row 3 has 2 cells but row 1 has 3"),
    "too long a row": ("a,b\n1,2\n4,5,6\n", "row 3 has 3 cells but row 1 has 2"),
    "nothing": ("\n\n", "is an empty table"),
    "names alone": ("a,b\n", "column names but no rows"),
    "words alone": ("a,b\nu,v\nw,x\n", "has no column of numbers"),
    "one column": ("a\n1\n\n3\n", "a series four entries"),
    "one row": ("a,b\n1,\n", "1 × 2"),
    "no hole": ("a,b\n1,2\n3,5\n", "nothing in it is missing"),
    "holes alone": ("a,b\n,\nNA,?\n", "everything in it is missing"),
    "infinite": ("a,b\n1,inf\n3,\n", "row 1, column 'b' (counting from 1) is infinite"),
    "thousands or comma": ("a;b\n1,234;\n2,345;5\n", "--thousands , or --decimal ,"),
    "the same, quoted": ('a,b\n"1,234",\n"2,345",5\n', "--thousands , or --decimal ,"),
    "names or data": ("1,2,3,4\n.5,3.2,,1.7\n2.5,3.1,1.1,1.2\n", "--header or --no-header"),
    "broken groups": ("a;b\n1.23.4;2,5\n3,5;\n", "holds '1.23.4'"),
    "two points": ("a,b\n1.2.3,\n4,5\n", "holds '1.2.3'"),
    "a currency": ("a,b\n$5,1\n6,\n", "holds '$5'"),
    "a share": ("a,b\n5%,1\n6,\n", "holds '5%'"),
    "below a limit": ("a,b\n<0.5,1\n6,\n", "holds '<0.5'"),
    "an underscore": ("a,b\n1_000,1\n6,\n", "holds '1_000'"),
    "only ids": ("id,user_id\n5,8\n9,3\n7,1\n", "no column of numbers"),
    "an id and one reading": ("id,a\n5,8\n9,\n7,1\n", "'id' (an id)"),
    "constants alone": ("a,b\n5,1\n5,1\n5,1\n5,1\n5,\n", "(constant)"),
}
"""Texts, and words of the one line that refuses each."""
READ = {
    "small e": ("a,b\n1e3,\n2E-1,5\n", [[1000, None], [0.2, 5]], "row 1 names"),
    "plus": ("a,b\n+1,\n-2,5\n", [[1, None], [-2, 5]], "row 1 names"),
    "blanks around": ("a,b\n 1 ,\n2, 5\n", [[1, None], [2, 5]], "row 1 names"),
    "blank lines": ("a,b\n\n1,\n\n2,5\n\n", [[1, None], [2, 5]], "row 1 names"),
    "quoted breaks": ('a,"b\nc"\n1,\n2,5\n', [[1, None], [2, 5]], "row 1 names"),
    "an index": (
        ",a,b\n0,1,\n1,2,5\n2,3,7\n3,4,9\n",
        [[1, None], [2, 5], [3, 7], [4, 9]],
        "'1' (row",
    ),
    "a shuffled index": (
        "Unnamed: 0,a,b\n7,1,\n3,2,5\n9,3,7\n1,4,9\n",
        [[1, None], [2, 5], [3, 7], [4, 9]],
        "left alone: 'Unnamed: 0' (row numbers)",
    ),
    "dates": ("day,a,b\n2024-01-01,1,\n2024-01-02,2,5\n", [[1, None], [2, 5]], "'day' (dates)"),
    "times": ("a,at,b\n1,10:15,\n2,10:30,5\n", [[1, None], [2, 5]], "'at' (dates)"),
    "stamps": ("timestamp,a,b\n1400000000,1,\n1400000060,2,5\n", [[1, None], [2, 5]], "(a time)"),
    "truths": ("a,b,ok\n1,,yes\n2,5,no\n", [[1, None], [2, 5]], "'ok' (booleans)"),
    "a note": ("a,b,note\n1,,\n2,5,wet\n", [[1, None], [2, 5]], "'note' (text)"),
    "constant": (
        "a,b,c\n1,,7\n2,5,7\n5,1,7\n4,9,7\n",
        [[1, None], [2, 5], [5, 1], [4, 9]],
        "'c' (constant)",
    ),
    "postcodes": ("zip,a,b\n8001,1,\n8002,2,5\n", [[1, None], [2, 5]], "'zip' (a code)"),
    "a calendar": ("year,month,a,b\n2001,1,1,\n2001,2,2,5\n", [[1, None], [2, 5]], "(a time)"),
    "marks of two kinds": ("a,b,c\n1,?,2\n-,5,3\n", [[1, None, 2], [None, 5, 3]], "'-' (1)"),
    "short lines": ("a,b,\n1,\n2,5\n", [[1, None], [2, 5]], "column 3 without a name"),
    "words in other alphabets": (
        "город,a,b\nКиев,1,\nОдесса,2,5\n",
        [[1, None], [2, 5]],
        "'город'",
    ),
}
"""Texts with their values and a part of the line."""


def listed_tables() -> Iterator[Odd]:
    for name, (text, words) in REFUSED.items():
        yield Odd(f"{name}.csv", lambda path, t=text: path.write_text(t, "utf-8"), None, words)
    for name, (text, values, words) in READ.items():
        yield Odd(
            f"{name}.csv",
            lambda path, t=text: path.write_text(t, "utf-8"),
            np.array(values, float),
            words,
        )


def others() -> Iterator[Odd]:
    """Arrays, archives, workbooks and Parquet."""
    values = np.array([[1, np.nan, 3], [4, 5, 6], [7.5, 8, np.nan]])
    for dtype in ("f2", "f4", "f8", ">f4", ">f8"):
        name = np.dtype(dtype).newbyteorder("=").name
        yield Odd(
            f"{dtype.strip('>')} {'big' if '>' in dtype else 'own'}.npy",
            lambda path, d=dtype: np.save(path, values.astype(d)),
            values,
            f"NPY, 3 rows × 3 columns of {name}",
        )
    yield Odd("turned.npy", lambda p: np.save(p, np.asfortranarray(values)), values, "NPY, 3 rows")
    cube = np.stack([values, values + 1], axis=2)
    yield Odd("cube.npy", lambda p: np.save(p, cube), cube, "3 rows × 3 columns × 2 slices")
    yield Odd("line.npy", lambda p: np.save(p, values[0]), None, "a series four entries")
    series = np.array([1.0, np.nan, 3.0, 4.0, 5.0])
    yield Odd("series.npy", lambda p: np.save(p, series), series[:, None], "5 rows × 1 columns")
    yield Odd("text.npy", lambda p: np.save(p, np.array([["a", "b"]] * 2)), None, "not numbers")
    yield Odd("complex.npy", lambda p: np.save(p, np.eye(2) * 1j), None, "complex numbers")
    yield Odd("empty.npy", lambda p: p.write_bytes(b""), None, "is empty (0 bytes)")
    yield Odd("cut.npy", lambda p: p.write_bytes(npy(values)[:-8]), None, "was cut short")
    yield Odd("long.npy", lambda p: p.write_bytes(npy(values) + b"x"), None, "more bytes")
    yield Odd("one.npz", lambda p: np.savez(p, x=values), values, "variable 'x' of 1")
    yield Odd(
        "two.npz", lambda p: np.savez(p, x=values, n=np.arange(3)), values, "variable 'x' of 2"
    )
    yield Odd("twice.npz", lambda p: np.savez(p, x=values, y=values), None, "several variables")
    yield Odd("one.mat", lambda p: scipy.io.savemat(p, {"x": values}), values, "variable 'x' of 1")
    yield Odd("old.mat", lambda p: scipy.io.savemat(p, {"x": values}, format="4"), values, "MAT, 3")
    yield Odd("noise.mat", lambda p: p.write_bytes(bytes(range(200))), None, "not a readable MAT")

    frame = pl.DataFrame(dict(zip("abc", values.T, strict=True)), nan_to_null=True)
    yield Odd("plain.parquet", frame.write_parquet, values, "Parquet, 3 rows × 3 columns")
    typed = frame.with_columns(
        pl.col("a").cast(pl.Float32), pl.Series("id", [9, 7, 8]), pl.Series("w", ["x", "y", None])
    )
    yield Odd("typed.parquet", typed.write_parquet, values, "left alone: 'id' (an id), 'w' (text)")
    yield Odd("no rows.parquet", frame[:0].write_parquet, None, "has columns but no rows")
    yield Odd("noise.parquet", lambda p: p.write_bytes(b"PAR1" * 9), None, "not a readable Parquet")

    yield Odd("plain.xlsx", lambda p: book(values, p), values, "XLSX, 3 rows × 3 columns")
    yield Odd("low.xlsx", lambda p: book(values, p, 4, 3), values, "from cell C4")
    yield Odd(
        "named.xlsx", lambda p: book(values, p, head="xyz"), values, "row 1 names the columns"
    )
    yield Odd(
        "years.xlsx", lambda p: book(values, p, head=(2001, 2002, 2003)), values, "row 1 names"
    )
    yield Odd("noise.xlsx", lambda p: p.write_bytes(b"PK\3\4junk"), None, "not a readable XLSX")
    yield Odd("lie.png", lambda p: p.write_bytes(npy(values)), None, "is NPY by its content")
    yield Odd("what.xyz", lambda p: p.write_bytes(b"1,2"), None, "its suffix '.xyz' is not one of")


def npy(values: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, values)
    return stream.getvalue()


def book(
    values: np.ndarray, path: Path, row: int = 1, column: int = 1, head: object = None
) -> None:
    """A workbook with the values from a cell on, below names if there are any."""
    made = openpyxl.Workbook()
    lines = [[None if np.isnan(x) else float(x) for x in line] for line in values]
    for at, line in enumerate([list(head), *lines] if head else lines):
        for to, value in enumerate(line):
            made.active.cell(row + at, column + to, value)
    made.save(path)


CORPUS = [*drawn_tables(), *listed_tables(), *others()]
