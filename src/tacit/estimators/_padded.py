"""A table with holes as training problems that share their compiled programs."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any
from tacit.estimators._tables import Values, column_means
from tacit.models import AbstractFactorisation, Deep
from tacit.observers import Observer, held_out, loss
from tacit.operators import Entries
from tacit.problems import Problem

Mask = NDArray[np.bool_]

_BLOCK = 32
"""Sides are padded to multiples of this."""
_NEGLIGIBLE = 1e-3
"""Singular values below this fraction of the largest count for none."""


class PaddedTable(eqx.Module):
    """The seen entries of a table, in units of their spread, among others of weight zero.

    Every entry of the padded table is measured, and what is seen is told by weights alone: tables
    of nearly one shape run the same programs, whatever is missing or held out.
    """

    values: Values
    seen: Mask
    mean: Values
    spread: float
    shape: tuple[int, int] = eqx.field(static=True)
    dtype: Any = eqx.field(static=True)

    @classmethod
    def of(cls, values: Values, seen: Mask, centre: bool, dtype: Any) -> "PaddedTable":
        """The entries `seen`, less the means of their columns if `centre`."""
        known = np.where(seen, values.astype(float), np.nan)
        mean = column_means(known) if centre else np.zeros(values.shape[1])
        spread = float(np.sqrt(np.nanmean((known - mean) ** 2)))
        spread = spread if spread > 0 else 1.0
        # What is held out has a value too, on which the error is measured.
        scaled = np.where(np.isnan(values), 0.0, (values - mean) / spread)
        return cls(_padded(scaled), _padded(seen), mean, spread, values.shape, jnp.dtype(dtype))

    @property
    def share(self) -> float:
        """Of the entries, those that are seen."""
        return float(self.seen.sum() / (self.shape[0] * self.shape[1]))

    @property
    def level(self) -> float:
        """Largest singular value of the seen entries with zero elsewhere: the penalty λ_max."""
        largest = float(np.linalg.norm(np.where(self.seen, self.values, 0.0), 2))
        return largest if largest > 0 else 1.0

    def problem(self, weight: float | int = 1) -> Problem:
        """Least squares on the seen entries, each of this weight."""
        return self._weighed(self.seen, weight)

    def observers(self, apart: Mask) -> tuple[Observer, ...]:
        """Of the error on the held-out entries, and of the loss."""
        return held_out(self._weighed(_padded(apart), 1)), loss

    def _weighed(self, chosen: Mask, weight: float | int) -> Problem:
        m, n = chosen.shape
        operator = Entries(*np.divmod(np.arange(m * n), n), (m, n), self.dtype)
        y = jnp.asarray(self.values.ravel(), self.dtype)
        return Problem(operator, y, weights=jnp.asarray(weight * chosen.ravel(), self.dtype))

    def start(self, width: int, scale: float, rng: np.random.Generator) -> Deep:
        """Gaussian factors of X = U V with singular values of X about `scale`; padding is zero."""
        U, V = (
            _padded(rng.standard_normal((side, width)) * (scale / side) ** 0.5, sides=1)
            for side in self.shape
        )
        return Deep((jnp.asarray(V.T, self.dtype), jnp.asarray(U, self.dtype)))

    def components(self, model: AbstractFactorisation, most: int | None) -> Values:
        """S^½ Wᵀ of the model's X = Z S Wᵀ in the units of the table, for at most `most` of them.

        A row of X is a combination of these of the least norm, ½ ‖Z S^½‖² + ½ ‖S^½ Wᵀ‖² = ‖X‖_*.
        """
        rows, columns = self.shape
        X = self.spread * np.asarray(model(), float)[:rows, :columns]
        _, spectrum, Wt = np.linalg.svd(X, full_matrices=False)
        rank = int(np.sum(spectrum > _NEGLIGIBLE * spectrum[0]))
        rank = rank if most is None else min(most, rank)
        return np.sqrt(spectrum[:rank, None]) * Wt[:rank]


def _padded(array: NDArray, sides: int = 2) -> NDArray:
    """The array with zeros behind, to whole blocks along its first sides."""
    padding = [(0, -side % _BLOCK if axis < sides else 0) for axis, side in enumerate(array.shape)]
    return np.pad(array, padding)
