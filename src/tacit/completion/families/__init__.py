"""The families of methods: one file each, and the registry that the engine reads."""

from tacit.completion.families._base import (
    AbstractClosedForm,
    AbstractMethod,
    AbstractTrained,
    Answer,
    Family,
    Pace,
)
from tacit.completion.families.canonical import CANONICAL, CanonicalFactors
from tacit.completion.families.continuation import CONTINUATION, Continuation
from tacit.completion.families.deep import DEEP, DeepFactors
from tacit.completion.families.factors import FACTORS, Factors
from tacit.completion.families.gaussian import GAUSSIAN, SeparableGaussian
from tacit.completion.families.train import TRAIN, TrainFactors
from tacit.completion.families.tree import TREE, TreeFactors
from tacit.completion.families.tubal import TUBAL, TubalFactors, TubalNorm, orientations
from tacit.completion.families.tucker import TUCKER, TuckerFactors
from tacit.completion.families.unfoldings import UNFOLDINGS, UnfoldingNorms
from tacit.completion.families.windows import WINDOWS, Windows

FAMILIES: tuple[Family, ...] = (
    CONTINUATION,
    TUCKER,
    TRAIN,
    TREE,
    CANONICAL,
    UNFOLDINGS,
    WINDOWS,
    TUBAL,
    GAUSSIAN,
    FACTORS,
    DEEP,
)
"""In the order in which they are tried."""

__all__ = [
    "FAMILIES",
    "AbstractClosedForm",
    "AbstractMethod",
    "AbstractTrained",
    "Answer",
    "CanonicalFactors",
    "Continuation",
    "DeepFactors",
    "Factors",
    "Family",
    "Pace",
    "SeparableGaussian",
    "TrainFactors",
    "TreeFactors",
    "TubalFactors",
    "TubalNorm",
    "TuckerFactors",
    "UnfoldingNorms",
    "Windows",
    "orientations",
]
