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
    from tacit.algebra import low_rank_matrix, low_tubal_rank_tensor
    from tacit.completion import Completion, complete, complete_ratings
    from tacit.dynamics import (
        DINEOF,
        TCTV,
        TNN,
        AlternatingLeastSquares,
        CompactFlow,
        EigenvalueRecursion,
        EndToEndFlow,
        GradientDescent,
        GradientFlow,
        GreedyLowRank,
        GroupRMSprop,
        HaLRTC,
        LevenbergMarquardt,
        ScaledDescent,
        SoftImpute,
        TubalDescent,
        VariationalBayes,
        WindowedTCTV,
    )
    from tacit.dynamics import AbstractDynamics as Dynamics
    from tacit.estimators import (
        AlternatingLeastSquaresImputer,
        MatrixImputer,
        MatrixSensing,
        RatingsModel,
        ScaledDescentImputer,
        SoftImputer,
        TensorImputer,
    )
    from tacit.models import AbstractFactorisation as Factorisation
    from tacit.models import (
        Deep,
        DeepTubal,
        Direct,
        SpectralNetwork,
        Symmetric,
        SymmetricTubal,
        Tubal,
    )
    from tacit.observers import Observer
    from tacit.operators import AbstractMeasurement as Measurement
    from tacit.operators import ChannelMix, Dense, Entries, SharedBasis, TensorEntries
    from tacit.problems import Huber, LeastSquares, MeanSquared, Problem, Smoothness
    from tacit.results import Store, to_dataset
    from tacit.runs import Below, Result, Schedule, Stalled, Trajectory, run, sweep
    from tacit.sweeps import grid, open_sweep

_FRONT_DOOR = {
    "algebra": "low_rank_matrix low_tubal_rank_tensor",
    "completion": "Completion complete complete_ratings",
    "dynamics": (
        "DINEOF TCTV TNN AlternatingLeastSquares CompactFlow EigenvalueRecursion EndToEndFlow "
        "GradientDescent GradientFlow GreedyLowRank GroupRMSprop HaLRTC "
        "LevenbergMarquardt ScaledDescent SoftImpute TubalDescent VariationalBayes "
        "WindowedTCTV"
    ),
    "estimators": (
        "AlternatingLeastSquaresImputer MatrixImputer MatrixSensing RatingsModel "
        "ScaledDescentImputer SoftImputer TensorImputer"
    ),
    "models": "Deep DeepTubal Direct SpectralNetwork Symmetric SymmetricTubal Tubal",
    "observers": "Observer",
    "operators": "ChannelMix Dense Entries SharedBasis TensorEntries",
    "problems": "Huber LeastSquares MeanSquared Problem Smoothness",
    "results": "Store to_dataset",
    "runs": "Below Result Schedule Stalled Trajectory run sweep",
    "sweeps": "grid open_sweep",
}
"""What each sub-package has at the front door, under its own name."""

_NOUNS = {
    "Dynamics": ("dynamics", "AbstractDynamics"),
    "Factorisation": ("models", "AbstractFactorisation"),
    "Measurement": ("operators", "AbstractMeasurement"),
}
"""The contracts, under the names that the mathematics gives them."""

_SUBPACKAGES = (
    "accessors",
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
    "sweeps",
    "testing",
)

__all__ = [
    "DINEOF",
    "TCTV",
    "TNN",
    "AlternatingLeastSquares",
    "AlternatingLeastSquaresImputer",
    "Below",
    "ChannelMix",
    "CompactFlow",
    "Completion",
    "Deep",
    "DeepTubal",
    "Dense",
    "Direct",
    "Dynamics",
    "EigenvalueRecursion",
    "EndToEndFlow",
    "Entries",
    "Factorisation",
    "GradientDescent",
    "GradientFlow",
    "GreedyLowRank",
    "GroupRMSprop",
    "HaLRTC",
    "Huber",
    "LeastSquares",
    "LevenbergMarquardt",
    "MatrixImputer",
    "MatrixSensing",
    "MeanSquared",
    "Measurement",
    "Observer",
    "Problem",
    "RatingsModel",
    "Result",
    "ScaledDescent",
    "ScaledDescentImputer",
    "Schedule",
    "SharedBasis",
    "Smoothness",
    "SoftImpute",
    "SoftImputer",
    "SpectralNetwork",
    "Stalled",
    "Store",
    "Symmetric",
    "SymmetricTubal",
    "TensorEntries",
    "TensorImputer",
    "Trajectory",
    "Tubal",
    "TubalDescent",
    "VariationalBayes",
    "WindowedTCTV",
    "__version__",
    "complete",
    "complete_ratings",
    "grid",
    "low_rank_matrix",
    "low_tubal_rank_tensor",
    "open_sweep",
    "run",
    "sweep",
    "to_dataset",
]

_PLACES = {
    name: (package, name) for package, names in _FRONT_DOOR.items() for name in names.split()
}
_PLACES |= _NOUNS


def __getattr__(name: str) -> Any:
    if name in _PLACES:
        subpackage, attribute = _PLACES[name]
        return getattr(import_module(f"tacit.{subpackage}"), attribute)
    if name in _SUBPACKAGES:
        return import_module(f"tacit.{name}")
    raise AttributeError(f"module 'tacit' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*__all__, *_SUBPACKAGES})
