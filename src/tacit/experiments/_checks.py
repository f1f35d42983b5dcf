"""What a `Config` refuses, for its `__post_init__`: each message names the field and the cure."""

from itertools import pairwise
from typing import Any


def require_positive(config: Any, *names: str) -> None:
    """Refuse numbers that are not positive, and tuples that are empty or hold such a number.

    Args:
        config: A dataclass.
        names: Its fields that are looked at: numbers, or tuples of numbers.

    Raises:
        ValueError: One of them is not; the message names it.
    """
    for name in names:
        value = getattr(config, name)
        if value == ():
            raise ValueError(f"setting {name} must not be empty: give at least one value")
        for number in value if isinstance(value, tuple) else (value,):
            if not number > 0:
                raise ValueError(f"setting {name} must be positive, got {number}")


def require_distinct(config: Any, *names: str) -> None:
    """Refuse tuples in which a value stands twice.

    Raises:
        ValueError: One of them has; the message names it.
    """
    for name in names:
        values = getattr(config, name)
        if len(set(values)) < len(values):
            raise ValueError(f"setting {name} has a value twice: give each once, got {values}")


def require_descending(config: Any, *names: str) -> None:
    """Refuse tuples in which a value is larger than the one before it.

    Raises:
        ValueError: One of them is; the message names it.
    """
    for name in names:
        values = getattr(config, name)
        if any(later > earlier for earlier, later in pairwise(values)):
            raise ValueError(f"setting {name} must be largest first, got {values}")


def require_ascending(config: Any, *names: str) -> None:
    """Refuse tuples in which a value is smaller than the one before it.

    Raises:
        ValueError: One of them is; the message names it.
    """
    for name in names:
        values = getattr(config, name)
        if any(later < earlier for earlier, later in pairwise(values)):
            raise ValueError(f"setting {name} must be smallest first, got {values}")


def require_rank(rank: int, side: int, *widths: int) -> None:
    """Refuse a rank that leaves nothing apart from its subspace, or that U is too narrow for.

    Args:
        rank: The tubal rank of the truth.
        side: The side of the truth.
        widths: The numbers of columns of U.

    Raises:
        ValueError: It does.
    """
    if not rank < min(side, *widths):
        raise ValueError(
            f"setting rank must be below side and width, {min(side, *widths)}, got {rank}"
        )
