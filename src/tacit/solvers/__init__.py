"""One-shot answers: least norm and nuclear norm, de-biasing, curvature, saddles, smooth fills.

Example:
    >>> import jax
    >>> import jax.numpy as jnp
    >>> from tacit.algebra import low_rank_matrix
    >>> from tacit.problems import completion
    >>> from tacit.solvers import least_norm
    >>> truth = low_rank_matrix((8, 6), 2, key=jax.random.key(0))
    >>> problem = completion(truth, 30, key=jax.random.key(1))
    >>> X = least_norm(problem.operator, problem.y)
    >>> bool(jnp.allclose(problem.operator.mv(X), problem.y, atol=1e-5)), int((X == 0).sum())
    (True, 18)
"""

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
