"""The vocabulary of shapes: one name for each dimension, used in every annotation.

| name  | dimension                                                       |
|-------|-----------------------------------------------------------------|
| `m n` | the two sides of a matrix                                       |
| `k`   | tube length of a tensor; `*k` for one or more tube modes        |
| `r`   | rank, or the width of a factorisation                           |
| `d`   | number of singular values, min(m, n)                            |
| `p`   | number of measurements                                          |
| `L`   | number of layers                                                |
| `t`   | index of a record                                               |
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from jax import ShapeDtypeStruct
from jaxtyping import Array, Bool, Complex, Float, Inexact, Int, Key, Scalar, ScalarLike, Shaped

Matrix: TypeAlias = Float[Array, "m n"]
Target: TypeAlias = Float[Array, "..."]
"""A point of the target space: a matrix, or a tensor of any order."""
Measurements: TypeAlias = Float[Array, " p"]
Spectrum: TypeAlias = Float[Array, " d"]
Entry: TypeAlias = Int[Array, " p"]
"""Row or column numbers of p entries."""
PRNGKey: TypeAlias = Key[Array, ""]
RealScalar: TypeAlias = Float[Array, ""]
IntScalar: TypeAlias = Int[Array, ""]
BoolScalar: TypeAlias = Bool[Array, ""]
Penalty: TypeAlias = Callable[[Target], RealScalar]

__all__ = [
    "Any",
    "Array",
    "Bool",
    "BoolScalar",
    "Callable",
    "Complex",
    "Entry",
    "Float",
    "Inexact",
    "Int",
    "IntScalar",
    "Iterator",
    "Key",
    "Mapping",
    "Matrix",
    "Measurements",
    "PRNGKey",
    "Penalty",
    "RealScalar",
    "Scalar",
    "ScalarLike",
    "Sequence",
    "ShapeDtypeStruct",
    "Shaped",
    "Spectrum",
    "Target",
]
