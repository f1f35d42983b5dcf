"""From data with holes to an answer: hold out, choose, train, fill."""

from tacit.completion.complete import complete, held_out_entries
from tacit.completion.completion import Completion
from tacit.completion.holdout import held_out_masks
from tacit.completion.plan import Candidate, Choice, Phase, Recipe
from tacit.completion.scores import Scores, scores
from tacit.completion.search import STARTS, WEIGHTS
from tacit.completion.tensors import Blend, TubalFactors, TubalNorm, Windows, complete_tensor

__all__ = [
    "STARTS",
    "WEIGHTS",
    "Blend",
    "Candidate",
    "Choice",
    "Completion",
    "Phase",
    "Recipe",
    "Scores",
    "TubalFactors",
    "TubalNorm",
    "Windows",
    "complete",
    "complete_tensor",
    "held_out_entries",
    "held_out_masks",
    "scores",
]
