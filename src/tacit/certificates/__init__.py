"""Checked statements: what a theorem says, verified at a point or along a run.

Example:
    >>> import jax
    >>> from tacit.algebra import low_rank_matrix
    >>> from tacit.certificates import rip_estimate
    >>> from tacit.problems import full_observation
    >>> draw = lambda key: low_rank_matrix((6, 6), 1, key=key)
    >>> everything = full_observation(draw(jax.random.key(0))).operator
    >>> estimate = rip_estimate(everything, draw, key=jax.random.key(1))
    >>> estimate.lower_bound < 1e-5  # all entries are seen, so nothing is stretched
    True
"""

from tacit.certificates._base import Certificate
from tacit.certificates.assumptions import Assumptions, check_assumptions
from tacit.certificates.learning_coefficient import LearningCoefficient, learning_coefficient
from tacit.certificates.nuclear import nuclear_norm_certificate
from tacit.certificates.rate import descent_rate_certificate, rate_certificate
from tacit.certificates.restricted_isometry import RIPEstimate, rip_estimate
from tacit.certificates.stationarity import curvature_bound, stationarity_certificate

__all__ = [
    "Assumptions",
    "Certificate",
    "LearningCoefficient",
    "RIPEstimate",
    "check_assumptions",
    "curvature_bound",
    "descent_rate_certificate",
    "learning_coefficient",
    "nuclear_norm_certificate",
    "rate_certificate",
    "rip_estimate",
    "stationarity_certificate",
]
