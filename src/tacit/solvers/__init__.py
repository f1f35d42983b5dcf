"""One-shot answers: least norm and nuclear norm, de-biasing, curvature, saddles, smooth fills."""

from tacit.solvers.continuation import pyramid_fill, smooth_continuation
from tacit.solvers.debias import debias
from tacit.solvers.hessian import HessianExtremes, hessian_extremes
from tacit.solvers.least_norm import least_norm
from tacit.solvers.linear_programme import nuclear_programme
from tacit.solvers.nuclear import NuclearMinimum, minimum_nuclear_norm
from tacit.solvers.polish import polish
from tacit.solvers.saddle import Saddle, saddle_near

__all__ = [
    "HessianExtremes",
    "NuclearMinimum",
    "Saddle",
    "debias",
    "hessian_extremes",
    "least_norm",
    "minimum_nuclear_norm",
    "nuclear_programme",
    "polish",
    "pyramid_fill",
    "saddle_near",
    "smooth_continuation",
]
