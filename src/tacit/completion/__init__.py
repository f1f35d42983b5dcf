"""From data with holes to an answer: hold out, choose, train, fill."""

from tacit.completion.complete import Completion, complete, held_out_entries
from tacit.completion.holdout import held_out_masks
from tacit.completion.plan import Candidate, Choice, Phase, Recipe
from tacit.completion.scores import Scores, scores
from tacit.completion.search import STARTS, WEIGHTS

__all__ = [
    "STARTS",
    "WEIGHTS",
    "Candidate",
    "Choice",
    "Completion",
    "Phase",
    "Recipe",
    "Scores",
    "complete",
    "held_out_entries",
    "held_out_masks",
    "scores",
]
