"""What is asked: measurements, a loss, perhaps a penalty, and recipes that make problems."""

from tacit.problems.losses import AbstractLoss, Huber, LeastSquares, MeanSquared
from tacit.problems.penalties import Smoothness
from tacit.problems.problem import Problem
from tacit.problems.recipes import (
    completion,
    full_observation,
    sensing,
    shared_sensing,
    tubal_sensing,
)

__all__ = [
    "AbstractLoss",
    "Huber",
    "LeastSquares",
    "MeanSquared",
    "Problem",
    "Smoothness",
    "completion",
    "full_observation",
    "sensing",
    "shared_sensing",
    "tubal_sensing",
]
