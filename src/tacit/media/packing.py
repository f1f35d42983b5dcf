"""Numbers as a dataset stores them, and the values that they stand for, by the CF conventions."""

from collections.abc import Mapping
from typing import Any, NamedTuple, final

import numpy as np
from numpy.typing import NDArray


@final
class Packing(NamedTuple):
    """How the numbers of a variable are packed.

    Attributes:
        dtype: The type in which they are stored.
        unsigned: The type that is meant, where another is stored (`_Unsigned`).
        scale: What they are multiplied by.
        offset: What is then added.
        fills: The stored numbers that stand for nothing.
    """

    dtype: "np.dtype[Any]"
    unsigned: "np.dtype[Any]"
    scale: float
    offset: float
    fills: tuple[float, ...]

    @classmethod
    def of(cls, attributes: Mapping[Any, Any], dtype: "np.dtype[Any]") -> "Packing":
        """Return the packing that the attributes of a variable tell.

        Args:
            attributes: by name.
            dtype: of the stored numbers.
        """
        turned = str(attributes.get("_Unsigned", "")).lower()
        meant = dtype
        if dtype.kind in "iu" and turned in ("true", "false"):
            meant = np.dtype(f"{'u' if turned == 'true' else 'i'}{dtype.itemsize}")
        fills: list[float] = []
        for name in ("_FillValue", "missing_value"):
            given = np.atleast_1d(np.asarray(attributes.get(name, [])))
            if given.dtype.kind in "iuf":
                fills += given.astype(dtype).view(meant if dtype.kind in "iu" else dtype).tolist()
        return cls(
            dtype,
            meant,
            float(np.ravel(attributes.get("scale_factor", 1.0))[0]),
            float(np.ravel(attributes.get("add_offset", 0.0))[0]),
            tuple(dict.fromkeys(fills)),
        )

    def values(self, raw: NDArray[Any]) -> NDArray[Any]:
        """Return what the stored numbers stand for, NaN where it is nothing."""
        numbers = raw.view(self.unsigned) if self.unsigned != raw.dtype else raw
        single = raw.dtype.kind == "f" and raw.dtype.itemsize == 4 and not self._scaled
        values = numbers.astype(np.float32 if single else np.float64)
        for fill in self.fills:
            values[numbers == fill] = np.nan
        return values * self.scale + self.offset if self._scaled else values

    def raw(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the stored numbers for values that are finite: rounded, in range, and no fill."""
        numbers = (values.astype(float) - self.offset) / self.scale
        if self.dtype.kind == "f":
            return numbers.astype(self.dtype)
        limits = np.iinfo(self.unsigned)
        low, high = float(limits.min), float(limits.max)
        if int(high) > limits.max:  # 64 bits: the limit itself is no floating-point number
            high = float(np.nextafter(high, 0.0))
        numbers = np.clip(np.rint(numbers), low, high)
        for fill in self.fills:
            numbers[numbers == fill] += 1.0 if fill < high else -1.0
        return numbers.astype(self.unsigned).view(self.dtype)

    def in_words(self) -> list[str]:
        """How the numbers are stored, a phrase each."""
        words = [f"stored as {self.dtype.newbyteorder('=')}"]
        if self._scaled:
            words[0] += f" × {self.scale:g} + {self.offset:g}"
        if self.fills:
            words.append(f"missing is {', '.join(f'{fill:g}' for fill in self.fills)}")
        return words

    @property
    def _scaled(self) -> bool:
        return (self.scale, self.offset) != (1.0, 0.0)
