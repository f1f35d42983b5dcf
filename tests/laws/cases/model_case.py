"""A model with what is known of it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax

from tacit import models


class ModelCase(NamedTuple):
    """dtype → model; its target's shape; model → closed J Jᵀ; model → models of the same X."""

    name: str
    build: Callable[[Any], models.AbstractFactorisation]
    shape: tuple[int, ...]
    preconditioner: Callable[[Any], Callable[[jax.Array], jax.Array]] | None = None
    symmetries: Callable[[Any], list[Any]] | None = None
    slow: bool = False
