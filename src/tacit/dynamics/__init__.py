"""How a model moves from one record to the next; implicit and explicit methods alike.

`GradientFlow` and `CompactFlow` are looked up when first used: diffrax takes a second to import.
"""

from typing import TYPE_CHECKING, Any

from tacit.dynamics._base import AbstractDynamics, Clock
from tacit.dynamics.curvature import largest_curvature
from tacit.dynamics.descent import AutoStep, GradientDescent
from tacit.dynamics.recursion import EigenvalueRecursion
from tacit.dynamics.rmsprop import GroupRMSprop
from tacit.dynamics.soft_impute import SoftImpute

if TYPE_CHECKING:
    from tacit.dynamics.compact import CompactFlow
    from tacit.dynamics.flow import GradientFlow

__all__ = [
    "AbstractDynamics",
    "AutoStep",
    "Clock",
    "CompactFlow",
    "EigenvalueRecursion",
    "GradientDescent",
    "GradientFlow",
    "GroupRMSprop",
    "SoftImpute",
    "largest_curvature",
]


def __getattr__(name: str) -> Any:
    if name == "GradientFlow":
        from tacit.dynamics.flow import GradientFlow

        return GradientFlow
    if name == "CompactFlow":
        from tacit.dynamics.compact import CompactFlow

        return CompactFlow
    raise AttributeError(f"module 'tacit.dynamics' has no attribute {name!r}")
