"""Linear measurements: maps from the target space to ℝᵖ, and their adjoints."""

from tacit.operators._base import AbstractMeasurement
from tacit.operators.channel_mix import ChannelMix
from tacit.operators.dense import Dense
from tacit.operators.entries import Entries
from tacit.operators.shared_basis import SharedBasis
from tacit.operators.tensor_entries import TensorEntries

__all__ = [
    "AbstractMeasurement",
    "ChannelMix",
    "Dense",
    "Entries",
    "SharedBasis",
    "TensorEntries",
]
