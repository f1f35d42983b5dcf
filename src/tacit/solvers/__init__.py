"""One-shot exact answers: least norm, minimum nuclear norm with its dual, de-biasing."""

from tacit.solvers.debias import debias
from tacit.solvers.least_norm import least_norm
from tacit.solvers.linear_programme import nuclear_programme
from tacit.solvers.nuclear import NuclearMinimum, minimum_nuclear_norm
from tacit.solvers.polish import polish

__all__ = [
    "NuclearMinimum",
    "debias",
    "least_norm",
    "minimum_nuclear_norm",
    "nuclear_programme",
    "polish",
]
