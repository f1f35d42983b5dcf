"""`da.tacit.complete()`: importing this module gives every data array of xarray the accessor.

It is the only module of Tacit that changes something elsewhere, which is what it is for:

    import tacit.accessors

    whole = sst.tacit.complete(budget=60)
    whole.uncertainty.sel(time="2024-03-01")
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
