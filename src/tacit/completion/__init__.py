"""From data with holes to an answer: hold out, choose, train, fill.

Example:
    >>> import jax
    >>> import numpy as np
    >>> from tacit.completion import complete
    >>> table = np.outer(np.arange(1.0, 21), np.arange(1.0, 11))
    >>> table[3, 4] = np.nan
    >>> answer = complete(table, kind="table", budget=5, key=jax.random.key(0))
    >>> answer.filled.shape, bool(np.isfinite(answer.filled).all())
    ((20, 10), True)
"""

from tacit.completion._door import complete
from tacit.completion._solve import Solution, solve
from tacit.completion.axes import Axis, Kind
from tacit.completion.calibration import Calibration
from tacit.completion.completion import Completion
from tacit.completion.families import (
    FAMILIES,
    AbstractMethod,
    CanonicalFactors,
    Continuation,
    DeepFactors,
    Factors,
    Family,
    SeparableGaussian,
    TrainFactors,
    TreeFactors,
    TubalFactors,
    TubalNorm,
    TuckerFactors,
    UnfoldingNorms,
    Windows,
)
from tacit.completion.fields import complete_field
from tacit.completion.frames import complete_frame
from tacit.completion.held_out import held_out, hold_out
from tacit.completion.holes import Holes
from tacit.completion.inputs import observed_weights
from tacit.completion.plan import Blend, Candidate, Choice, Member
from tacit.completion.ratings import RatingsFit, complete_ratings
from tacit.completion.row_model import RowModel
from tacit.completion.scores import Scores, scores
from tacit.completion.units import Units

__all__ = [
    "FAMILIES",
    "AbstractMethod",
    "Axis",
    "Blend",
    "Calibration",
    "Candidate",
    "CanonicalFactors",
    "Choice",
    "Completion",
    "Continuation",
    "DeepFactors",
    "Factors",
    "Family",
    "Holes",
    "Kind",
    "Member",
    "RatingsFit",
    "RowModel",
    "Scores",
    "SeparableGaussian",
    "Solution",
    "TrainFactors",
    "TreeFactors",
    "TubalFactors",
    "TubalNorm",
    "TuckerFactors",
    "UnfoldingNorms",
    "Units",
    "Windows",
    "complete",
    "complete_field",
    "complete_frame",
    "complete_ratings",
    "held_out",
    "hold_out",
    "observed_weights",
    "scores",
    "solve",
]
