"""How a model moves from one record to the next; implicit and explicit methods alike.

Flows are looked up when first used: diffrax takes a second to import.

Example:
    >>> import jax
    >>> from tacit.algebra import low_rank_matrix
    >>> from tacit.dynamics import GradientDescent
    >>> from tacit.models import Deep
    >>> from tacit.observers import loss
    >>> from tacit.problems import full_observation
    >>> from tacit.runs import Schedule, run
    >>> problem = full_observation(low_rank_matrix((6, 6), 1, key=jax.random.key(0)))
    >>> start = Deep.initialise((6, 6), depth=2, init_scale=0.1, key=jax.random.key(1))
    >>> trajectory = run(problem, start, GradientDescent("auto"), Schedule.linear(300, 4), (loss,))
    >>> bool(trajectory["loss"][-1] < 1e-3 * trajectory["loss"][0])
    True
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tacit.dynamics._balance import prior_precisions
from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.dynamics._half_step import half_step
from tacit.dynamics.admm import TCTV, TNN, HaLRTC, WindowedTCTV
from tacit.dynamics.alternating import AlternatingLeastSquares
from tacit.dynamics.curvature import largest_curvature
from tacit.dynamics.descent import AutoStep, GradientDescent
from tacit.dynamics.dineof import DINEOF
from tacit.dynamics.greedy import GreedyLowRank
from tacit.dynamics.levenberg import LevenbergMarquardt
from tacit.dynamics.monte_carlo_em import MonteCarloEM
from tacit.dynamics.optimiser import Optimiser
from tacit.dynamics.recursion import EigenvalueRecursion
from tacit.dynamics.rmsprop import GroupRMSprop
from tacit.dynamics.scaled import ScaledDescent
from tacit.dynamics.soft_impute import SoftImpute
from tacit.dynamics.tubal import TubalDescent
from tacit.dynamics.variational import VariationalBayes

if TYPE_CHECKING:
    from tacit.dynamics.compact import CompactFlow
    from tacit.dynamics.end_to_end import EndToEndFlow, balanced_product
    from tacit.dynamics.flow import GradientFlow

__all__ = [
    "DINEOF",
    "TCTV",
    "TNN",
    "AbstractDynamics",
    "AlternatingLeastSquares",
    "AutoStep",
    "Clock",
    "CompactFlow",
    "EigenvalueRecursion",
    "EndToEndFlow",
    "GradientDescent",
    "GradientFlow",
    "GreedyLowRank",
    "GroupRMSprop",
    "HaLRTC",
    "LevenbergMarquardt",
    "MonteCarloEM",
    "Optimiser",
    "ScaledDescent",
    "SoftImpute",
    "TubalDescent",
    "VariationalBayes",
    "WindowedTCTV",
    "balanced_product",
    "half_step",
    "largest_curvature",
    "prior_precisions",
]

_LATE = {
    "CompactFlow": "compact",
    "EndToEndFlow": "end_to_end",
    "GradientFlow": "flow",
    "balanced_product": "end_to_end",
}


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(f"tacit.dynamics.{_LATE[name]}"), name)
    raise AttributeError(f"module 'tacit.dynamics' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATE})
