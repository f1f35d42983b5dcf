"""From data with holes to an answer: hold out, choose, train, fill."""

from tacit.completion.complete import complete, held_out_entries
from tacit.completion.completion import Completion
from tacit.completion.holdout import held_out_masks
from tacit.completion.plan import Candidate, Choice, Phase, Recipe
from tacit.completion.ratings import RatingsFit, complete_ratings
from tacit.completion.scores import Scores, scores
from tacit.completion.search import STARTS, WEIGHTS
from tacit.completion.tables import LowRank, TableModel, complete_table, learn_table
from tacit.completion.tensors import Blend, TubalFactors, TubalNorm, Windows, complete_tensor

__all__ = [
    "STARTS",
    "WEIGHTS",
    "Blend",
    "Candidate",
    "Choice",
    "Completion",
    "LowRank",
    "Phase",
    "RatingsFit",
    "Recipe",
    "Scores",
    "TableModel",
    "TubalFactors",
    "TubalNorm",
    "Windows",
    "complete",
    "complete_ratings",
    "complete_table",
    "complete_tensor",
    "held_out_entries",
    "held_out_masks",
    "learn_table",
    "scores",
]
