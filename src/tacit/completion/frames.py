"""Data frames of pandas: their columns of readings are completed, the rest stays as it is."""

import sys
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Sequence
from tacit.completion._complete import complete as complete_array
from tacit.completion.completion import Completion
from tacit.media.roles import why_no_reading

if TYPE_CHECKING:
    from pandas import DataFrame, Series

Values = NDArray[np.floating]


def is_frame(data: Any) -> bool:
    """Whether this is a data frame of pandas; pandas is not imported to find out."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def complete_frame(
    frame: "DataFrame",
    missing: Any = None,
    *,
    columns: Sequence[Any] | None = None,
    ignore: Sequence[Any] = (),
    weights: Any = None,
    integer: bool = False,
    denoise: bool = False,
    **options: Any,
) -> tuple["DataFrame", Completion]:
    """Fill the holes of a data frame, and return it with the completion of its readings.

    Missing is NaN, None and `pd.NA`. Readings are the columns of numbers, nullable ones and objects
    included, but for ids, times, row numbers and constants; other columns, among them categories,
    dates, texts and booleans, stay as they are. So do the index, the names and the types: only a
    column of whole numbers in which something is filled becomes one of floating-point numbers,
    unless fills are rounded. `attrs["tacit"]` of the answer says what was chosen, and which columns
    were left alone.

    Args:
        frame: the data frame; it is not changed.
        missing: true where something is missing, of the frame's shape.
        columns: the columns of readings, by name, instead of finding them out.
        ignore: columns that are none.
        weights: of the entries, of the frame's shape; see `complete`.
        integer: whether fills are rounded to whole numbers.
        denoise: whether readings that are not missing are replaced by what is learnt of them, too.
        options: of `complete`.

    Raises:
        ValueError: if a column is not there or holds no numbers, or the readings cannot be
            completed.
    """
    readings = {at: _numbers(frame.iloc[:, at]) for at in range(frame.shape[1])}
    alone = _left_alone(frame, readings, columns, ignore)
    places = [at for at in readings if at not in alone]
    if not places:
        raise ValueError(
            "data: the frame has no column of readings"
            + "".join(f"; {frame.columns[at]!r} is left alone: {why}" for at, why in alone.items())
        )
    data = np.stack([_sure(readings[at]) for at in places], axis=1)
    completion = complete_array(
        data,
        None if missing is None else np.asarray(missing, bool)[:, places],
        weights=None if weights is None else np.asarray(weights, float)[:, places],
        integer=integer,
        denoise=denoise,
        **options,
    )

    whole = frame.copy()
    new = (completion.uncertainty != 0) | denoise
    values = completion.denoised if denoise else completion.filled
    for to, at in enumerate(places):
        if new[:, to].any():
            whole.isetitem(at, _filled(frame.iloc[:, at], values[:, to], new[:, to], integer))
    whole.attrs = {
        **frame.attrs,
        "tacit": {
            **facts_of(completion),
            "left_alone": {str(frame.columns[at]): sort for at, sort in alone.items()},
        },
    }
    return whole, completion


def facts_of(completion: Completion) -> dict[str, Any]:
    """What was chosen and why, and how far off a fill may be, as plain text and numbers."""
    return {
        "chosen": str(completion.choice.blend),
        "reason": completion.choice.reason,
        "holes": completion.holes,
        "held_out_error": float(completion.choice.held_out),
        "uncertainty": float(completion.spread),
        "notes": list(completion.notes),
    }


def _numbers(column: "Series") -> Values | str:
    """The numbers of a column, with NaN where one is missing; or what it holds instead."""
    import pandas as pd

    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "categories"
    if pd.api.types.is_bool_dtype(dtype):
        return "booleans"
    if pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        return "dates"
    if pd.api.types.is_complex_dtype(dtype):
        return "complex numbers"
    if pd.api.types.is_numeric_dtype(dtype):
        return np.asarray(column.astype("Float64").to_numpy(float, na_value=np.nan))
    if not _is_object(column):
        return "text" if pd.api.types.is_string_dtype(dtype) else str(dtype)

    # Objects may be numbers with None or pd.NA between them.
    known = [cell for cell, there in zip(column, column.notna(), strict=True) if there]
    if known and all(
        isinstance(cell, int | float) and not isinstance(cell, bool) for cell in known
    ):
        values = np.full(len(column), np.nan)
        values[column.notna().to_numpy()] = known
        return values
    return "objects" if known else "nothing"


def _left_alone(
    frame: "DataFrame",
    readings: dict[int, Values | str],
    columns: Sequence[Any] | None,
    ignore: Sequence[Any],
) -> dict[int, str]:
    """The places of columns that hold no readings, and why."""
    for name in [*(columns or ()), *ignore]:
        if name not in frame.columns:
            raise ValueError(f"data: the frame has no column {name!r}")
    alone: dict[int, str] = {}
    for at, (name, values) in enumerate(zip(frame.columns, readings.values(), strict=True)):
        if name in ignore:
            alone[at] = "ignored"
        elif columns is not None and name not in columns:
            alone[at] = "not named"
        elif isinstance(values, str):
            if columns is not None:
                raise ValueError(f"columns: {name!r} holds {values}, not numbers")
            alone[at] = values
        elif columns is None and (why := why_no_reading(str(name), values, first=at == 0)):
            alone[at] = why
    return alone


def _sure(values: Values | str) -> Values:
    assert not isinstance(values, str)
    return values


def _filled(old: "Series", values: Values, holes: NDArray[np.bool_], integer: bool) -> "Series":
    """A column with its holes filled, in its type where that can hold the fills.

    Args:
        old: the column.
        values: of its completion.
        holes: where it was filled.
        integer: whether fills are rounded to whole numbers.
    """
    import pandas as pd

    if isinstance(old.dtype, pd.SparseDtype):  # filled, it is sparse no longer
        old = old.sparse.to_dense()
    whole = pd.api.types.is_integer_dtype(old.dtype)
    dtype: Any = old.dtype
    if _is_object(old) or (whole and not integer):
        dtype = "Float64" if pd.api.types.is_extension_array_dtype(old.dtype) else "float64"
    # Where nothing was missing the old number stays, not what double precision makes of it.
    base = old.where(old.notna(), np.nan) if _is_object(old) else old
    array = base.astype(dtype).array.copy()
    fills = values[holes].astype(int) if whole and integer else values[holes]
    array[holes] = pd.array(fills, dtype=dtype)
    return pd.Series(array, old.index, name=old.name)


def _is_object(column: "Series") -> bool:
    """Whether a column holds Python's objects, not one type."""
    return isinstance(column.dtype, np.dtype) and column.dtype.kind == "O"
