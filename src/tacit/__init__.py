"""Tacit recovers low-rank matrices from few measurements by implicit regularisation.

An over-parametrised factorisation is trained by gradient descent from a small initialisation; no
rank and no penalty weight is set, the dynamics choose. Five nouns and one verb carry the library:
`Measurement`, `Factorisation`, `Problem`, `Dynamics`, `Observer`; `run`.

Importing `tacit` computes nothing, imports no heavy dependency and changes no global state: the
names below are looked up when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tacit._version import __version__

if TYPE_CHECKING:
    from tacit.completion import Completion, complete, complete_ratings
    from tacit.dynamics import AbstractDynamics as Dynamics
    from tacit.models import AbstractFactorisation as Factorisation
    from tacit.observers import Observer
    from tacit.operators import AbstractMeasurement as Measurement
    from tacit.problems import Problem
    from tacit.results import to_dataset
    from tacit.runs import Schedule, run, sweep

_FRONT_DOOR = {
    "Completion": ("completion", "Completion"),
    "complete": ("completion", "complete"),
    "complete_ratings": ("completion", "complete_ratings"),
    "Dynamics": ("dynamics", "AbstractDynamics"),
    "Factorisation": ("models", "AbstractFactorisation"),
    "Observer": ("observers", "Observer"),
    "Measurement": ("operators", "AbstractMeasurement"),
    "Problem": ("problems", "Problem"),
    "to_dataset": ("results", "to_dataset"),
    "Schedule": ("runs", "Schedule"),
    "run": ("runs", "run"),
    "sweep": ("runs", "sweep"),
}
_SUBPACKAGES = (
    "algebra",
    "certificates",
    "completion",
    "dynamics",
    "estimators",
    "experiments",
    "media",
    "models",
    "observers",
    "operators",
    "plots",
    "problems",
    "report",
    "results",
    "runs",
    "solvers",
    "testing",
)

__all__ = [
    "Completion",
    "Dynamics",
    "Factorisation",
    "Measurement",
    "Observer",
    "Problem",
    "Schedule",
    "__version__",
    "complete",
    "complete_ratings",
    "run",
    "sweep",
    "to_dataset",
]


def __getattr__(name: str) -> Any:
    if name in _FRONT_DOOR:
        subpackage, attribute = _FRONT_DOOR[name]
        return getattr(import_module(f"tacit.{subpackage}"), attribute)
    if name in _SUBPACKAGES:
        return import_module(f"tacit.{name}")
    raise AttributeError(f"module 'tacit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_FRONT_DOOR, *_SUBPACKAGES})
