"""Losses."""

from tacit import problems

from .base import Case

LOSSES = [
    Case("least squares", problems.LeastSquares),
    Case("mean squared", problems.MeanSquared),
    Case("Huber", lambda: problems.Huber(0.7)),
]
