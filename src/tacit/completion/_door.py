"""The door of all that has holes: arrays, data frames, data arrays."""

from functools import wraps
from typing import TYPE_CHECKING, overload

from tacit._typing import Any
from tacit.completion._complete import complete as complete_array
from tacit.completion.completion import Completion
from tacit.completion.fields import complete_field, is_field
from tacit.completion.frames import complete_frame, is_frame

if TYPE_CHECKING:
    from pandas import DataFrame
    from xarray import DataArray


@overload
def complete(  # pyright: ignore[reportOverlappingOverload]
    data: "DataFrame", missing: Any = None, **options: Any
) -> "DataFrame": ...
@overload
def complete(data: "DataArray", missing: Any = None, **options: Any) -> "DataArray": ...
@overload
def complete(data: Any, missing: Any = None, **options: Any) -> Completion: ...
@wraps(complete_array)
def complete(data: Any, missing: Any = None, **options: Any) -> Any:  # its docstring is wrapped
    if is_frame(data):
        return complete_frame(data, missing, **options)[0]
    if is_field(data):
        return complete_field(data, missing, **options)
    return complete_array(data, missing, **options)
