"""Operators: dtype → operator, of targets with at most a few dozen entries."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import AxisType

from tacit import operators

from .base import Case, draw


def _entries(rows: Any, columns: Any, dtype: Any) -> operators.Entries:
    return operators.Entries(np.array(rows), np.array(columns), (4, 5), dtype)


def _sharded(dtype: Any) -> operators.ShardedEntries:
    mesh = jax.make_mesh((1,), ("devices",), (AxisType.Auto,), devices=jax.devices()[:1])
    entries = {0: (np.array([3, 0, 2, 0]), np.array([1, 4, 2, 0]))}
    return operators.ShardedEntries(entries, (4, 5), mesh, dtype)


def _mask(dtype: Any) -> operators.Entries:
    return operators.Entries.from_mask(np.arange(20).reshape(4, 5) % 3 != 1, dtype)


def _dense(shape: tuple[int, ...], dtype: Any) -> operators.Dense:
    return operators.Dense(draw(shape, dtype))


def _channels(dtype: Any) -> operators.ChannelMix:
    mask = np.arange(4 * 6).reshape(4, 6) % 5 != 2
    mixing = jnp.array([[1.0, 0.5, 0.0], [1.0, -0.25, 0.75], [1.0, 0.0, -2.0]], dtype)
    return operators.ChannelMix(operators.Entries.from_mask(mask, dtype), mixing)


def _shared_basis(shape: tuple[int, int], size: int, dtype: Any) -> operators.SharedBasis:
    """Singular vectors of a random matrix, random spectra."""
    U, _, Vt = np.linalg.svd(draw(shape, dtype, seed=3), full_matrices=False)
    spectra = draw((size, min(shape)), dtype, seed=4)
    return operators.SharedBasis(jnp.asarray(U), jnp.asarray(Vt.T), spectra)


OPERATORS = [
    Case("entries of a mask", _mask),
    Case("entries, unsorted", partial(_entries, [3, 0, 2, 0], [1, 4, 2, 0])),
    Case("entries, sorted, one twice", partial(_entries, [0, 1, 1, 3], [2, 0, 0, 4])),
    Case("entries, unsorted, one twice", partial(_entries, [3, 0, 3], [1, 4, 1])),
    Case("entries, all", lambda dtype: operators.Entries.from_mask(np.ones((3, 4), bool), dtype)),
    Case(
        "entries, as many as there are, one twice",
        lambda dtype: operators.Entries([0, 0, 1, 1], [0, 0, 0, 1], (2, 2), dtype),
    ),
    Case("entries, one only", partial(_entries, [2], [3])),
    Case("entries on a mesh of one device", _sharded),
    Case("dense on matrices", partial(_dense, (6, 3, 4))),
    Case("dense on more matrices than numbers", partial(_dense, (15, 3, 4))),
    Case("dense on tensors", partial(_dense, (5, 2, 3, 2))),
    Case("dense on vectors", partial(_dense, (5, 4))),
    Case(
        "entries of a tensor",
        lambda dtype: operators.TensorEntries.from_mask(
            np.arange(24).reshape(2, 3, 2, 2) % 5 > 1, dtype
        ),
    ),
    Case(
        "entries of a tensor, unsorted, one twice",
        lambda dtype: operators.TensorEntries([11, 3, 11, 0], (2, 3, 2), dtype),
    ),
    Case(
        "entries of a tensor, all",
        lambda dtype: operators.TensorEntries(np.arange(12), (2, 3, 2), dtype),
    ),
    Case(
        "entries of a tensor, all but out of order",
        lambda dtype: operators.TensorEntries(np.arange(12)[::-1], (2, 3, 2), dtype),
    ),
    Case(
        "tubes",
        lambda dtype: operators.TensorEntries.from_tubes(
            np.arange(6).reshape(2, 3) % 4 != 1, (2, 2), dtype
        ),
    ),
    Case(
        "frontal slices",
        lambda dtype: operators.TensorEntries.from_slices(
            np.arange(6).reshape(3, 2) % 4 != 1, (2, 3), dtype
        ),
    ),
    Case("channel mix of entries", _channels, slow=True),
    Case("shared basis, tall", partial(_shared_basis, (5, 3), 2)),
    Case(
        "shared basis, square, more measurements than values",
        partial(_shared_basis, (4, 4), 7),
        slow=True,
    ),
]
