"""What is asked: measurements, a loss, perhaps a penalty, and recipes that make problems.

Example:
    >>> import jax
    >>> from tacit.algebra import low_rank_matrix
    >>> from tacit.problems import completion
    >>> truth = low_rank_matrix((8, 6), 2, key=jax.random.key(0))
    >>> problem = completion(truth, 30, key=jax.random.key(1))
    >>> problem.y.shape, float(problem.loss_at(truth))
    ((30,), 0.0)
"""

from tacit.problems.compression import Compressed, compress
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
    "Compressed",
    "Huber",
    "LeastSquares",
    "MeanSquared",
    "Problem",
    "Smoothness",
    "completion",
    "compress",
    "full_observation",
    "sensing",
    "shared_sensing",
    "tubal_sensing",
]
