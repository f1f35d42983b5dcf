"""Lists in messages."""

from collections.abc import Sequence

_SHOWN = 5


def several(parts: Sequence[str], others: int | None = None) -> str:
    """Return the first five parts as text, and how many others there are.

    Args:
        parts: What is listed.
        others: How many stand behind the first five, if a part stands for several.
    """
    shown = ", ".join(parts[:_SHOWN])
    if len(parts) <= _SHOWN:
        return shown
    return f"{shown} and {len(parts) - _SHOWN if others is None else others} more"
