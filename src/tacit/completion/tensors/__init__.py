"""Tensors with holes: pictures, films and cubes."""

from tacit.completion.blend import Blend, Member
from tacit.completion.tensors.approaches import (
    AbstractApproach,
    TubalFactors,
    TubalNorm,
    Windows,
)
from tacit.completion.tensors.complete import complete_tensor, held_out_of_tensor
from tacit.completion.tensors.search import orientations, smooth_modes

__all__ = [
    "AbstractApproach",
    "Blend",
    "Member",
    "TubalFactors",
    "TubalNorm",
    "Windows",
    "complete_tensor",
    "held_out_of_tensor",
    "orientations",
    "smooth_modes",
]
