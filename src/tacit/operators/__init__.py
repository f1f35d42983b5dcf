"""Linear measurements: maps from the target space to ℝᵖ, and their adjoints.

Example:
    >>> import jax.numpy as jnp
    >>> from tacit.operators import Entries
    >>> A = Entries([0, 1], [2, 0], shape=(2, 3))
    >>> A.mv(jnp.arange(6, dtype=jnp.float32).reshape(2, 3)).tolist()
    [2.0, 3.0]
    >>> A.adjoint(jnp.ones(2, jnp.float32)).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
"""

from tacit.operators._base import AbstractMeasurement
from tacit.operators.channel_mix import ChannelMix
from tacit.operators.dense import Dense
from tacit.operators.entries import Entries
from tacit.operators.sharded_entries import ShardedEntries
from tacit.operators.shared_basis import SharedBasis
from tacit.operators.tensor_entries import TensorEntries

__all__ = [
    "AbstractMeasurement",
    "ChannelMix",
    "Dense",
    "Entries",
    "ShardedEntries",
    "SharedBasis",
    "TensorEntries",
]
