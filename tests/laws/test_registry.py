"""Every concrete class that the core exports is listed in the registry, and so meets its laws."""

import inspect
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import pytest

from tacit import algebra, dynamics, models, observers, operators, problems

from .cases.dynamics import DYNAMICS
from .cases.initialisers import INITIALISERS
from .cases.losses import LOSSES
from .cases.models import MODELS
from .cases.observers import OBSERVERS
from .cases.operators import OPERATORS
from .cases.transforms import TRANSFORMS


def concretes(package: Any, base: type) -> set[type]:
    exported = [getattr(package, name) for name in package.__all__]
    return {
        kind
        for kind in exported
        if inspect.isclass(kind) and issubclass(kind, base) and not inspect.isabstract(kind)
    }


@pytest.mark.parametrize(
    ("package", "base", "listed"),
    [
        (
            operators,
            operators.AbstractMeasurement,
            lambda: {type(case.build(jnp.float64)) for case in OPERATORS},
        ),
        (
            models,
            models.AbstractFactorisation,
            lambda: {type(case.build(jnp.float64)) for case in MODELS},
        ),
        (
            dynamics,
            dynamics.AbstractDynamics,
            lambda: {type(case.build()[0]) for case in DYNAMICS},
        ),
        (
            algebra,
            algebra.AbstractTransform,
            lambda: {type(case.build((4,))) for case in TRANSFORMS},
        ),
        (problems, problems.AbstractLoss, lambda: {type(case.build()) for case in LOSSES}),
    ],
    ids=["operators", "models", "dynamics", "transforms", "losses"],
)
def test_every_concrete_class_is_listed(package, base, listed):
    assert concretes(package, base) == listed()


def test_every_observer_is_listed():
    others = {"Law", "Observer", "Phases", "Stages", "find_phases", "find_stages", "separations"}
    assert set(observers.__all__) - others == {case.name for case in OBSERVERS}


def test_every_initialiser_is_listed():
    functions = {name for name in models.__all__ if inspect.isfunction(getattr(models, name))}
    assert functions == {case.name for case in INITIALISERS}


@pytest.mark.parametrize("package", [algebra, operators, models, dynamics, problems, observers])
def test_every_class_is_abstract_or_final(package):
    kinds = [getattr(package, name) for name in package.__all__]
    modules = [k for k in kinds if inspect.isclass(k) and issubclass(k, eqx.Module)]
    for kind in modules:
        concrete_parents = [
            parent
            for parent in kind.__mro__[1:]
            if issubclass(parent, eqx.Module)
            and parent.__module__.startswith("tacit")
            and not inspect.isabstract(parent)
        ]
        assert not concrete_parents, f"{kind.__name__} extends a concrete class"
