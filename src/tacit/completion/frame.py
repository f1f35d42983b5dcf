"""From data units to the matrix that is trained, and back."""

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]

_LUMA_CHROMA = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], float)
_LUMA_CHROMA /= np.linalg.norm(_LUMA_CHROMA, axis=1, keepdims=True)
CHROMA = 10.0
"""Penalty on chroma relative to luma: colour varies more smoothly than brightness."""


class Frame(eqx.Module):
    """Units and layout of the trained matrix Z.

    Data are centred and divided by their standard deviation over the observed entries. A colour
    picture (m, n, 3) becomes m × 3n, its planes side by side: luma, and chroma stretched by √10,
    so that one smoothness penalty on Z weighs chroma ten times more.
    """

    centre: float = eqx.field(static=True)
    spread: float = eqx.field(static=True)
    channels: int = eqx.field(static=True)

    @classmethod
    def of(cls, data: Values, observed: Mask) -> "Frame":
        """Frame of the observed entries of `data`."""
        seen = data[observed]
        channels = data.shape[2] if data.ndim == 3 else 1
        spread = float(seen.std())
        return cls(float(seen.mean()), spread if spread > 0 else 1.0, channels)

    @property
    def mixing(self) -> Values | None:
        """Matrix that makes colours X of the planes Z of a colour picture; else none."""
        if self.channels != 3:
            return None
        return _LUMA_CHROMA.T / np.sqrt([1.0, CHROMA, CHROMA])

    def standardised(self, data: Values) -> Values:
        """Data as a matrix of colours side by side, centred and scaled."""
        return (_side_by_side(data) - self.centre) / self.spread

    def restored(self, Z: Values) -> Values:
        """Data units from the trained matrix."""
        if self.channels == 1:
            return Z * self.spread + self.centre
        planes = Z.reshape(Z.shape[0], self.channels, -1).swapaxes(1, 2)
        colours = planes if self.mixing is None else planes @ self.mixing.T
        return colours * self.spread + self.centre


def _side_by_side(values: NDArray) -> NDArray:
    """Planes of (m, n, C) as m × C·n; a matrix unchanged."""
    if values.ndim == 2:
        return values
    return values.swapaxes(1, 2).reshape(values.shape[0], -1)


def mask_matrix(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """The mask of every entry of the matrix, from one of pixels or of entries.

    Raises:
        ValueError: if the mask fits neither.
    """
    if mask.shape == shape[:2] and len(shape) == 3:
        mask = np.broadcast_to(mask[..., None], shape)
    if mask.shape != shape:
        raise ValueError(
            f"mask: its shape {mask.shape} is neither that of the data {shape} nor of its pixels "
            f"{shape[:2]}"
        )
    return _side_by_side(mask)
