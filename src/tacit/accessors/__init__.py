"""`da.tacit.complete()`: importing this module gives every data array of xarray the accessor.

It is the only module of Tacit that changes something elsewhere, which is what it is for:
`sst.tacit.complete(budget=60)` is `complete_field(sst, budget=60)`.

Example:
    >>> import numpy as np
    >>> import xarray
    >>> from tacit.accessors import FieldAccessor
    >>> sst = xarray.DataArray(np.array([[1.0, np.nan], [2.0, 3.0]]), dims=("lat", "lon"))
    >>> isinstance(sst.tacit, FieldAccessor), int(sst.tacit.field.isnull().sum())
    (True, 1)
"""

from typing import Any, final

import xarray

from tacit.completion import complete_field

__all__ = ["FieldAccessor"]


@final
@xarray.register_dataarray_accessor("tacit")
class FieldAccessor:
    """What Tacit does with a data array.

    Attributes:
        field: The data array.
    """

    def __init__(self, field: xarray.DataArray) -> None:
        self.field = field

    def complete(self, missing: Any = None, **options: Any) -> xarray.DataArray:
        """Fill the holes, with `filled` and `uncertainty` as coordinates; see `complete_field`.

        Args:
            missing: true where something is missing as well.
            options: of `complete_field`, and of `complete`.
        """
        return complete_field(self.field, missing, **options)
