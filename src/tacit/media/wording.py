"""Lists, shares and users' own words in messages."""

import unicodedata
from collections.abc import Sequence

_SHOWN = 5
_HIDDEN = frozenset(["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"])
"""Unicode's categories of what is not seen: controls, marks of direction, breaks of lines."""
_JOINERS = frozenset("\u200c\u200d")


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


def percent(share: float) -> str:
    """Return a share in three digits, such as `4.62 %`, and never 0 or 100 % of what is neither."""
    text = f"{100 * share:.3g}"
    if text == "100" and share < 1:
        return "over 99.9 %"
    return f"{text} %"


def visible(text: str, longest: int | None = None) -> str:
    """Return a user's text with everything that is not a visible character written as an escape.

    Control characters could end a page or move a terminal's cursor, and marks of direction could
    turn the words around them. What joins letters (U+200C, U+200D) is part of many words and stays.

    Args:
        text: A name of a column or a file, or the like.
        longest: How many characters are kept; what is longer ends with an ellipsis.
    """
    if longest is not None and len(text) > longest:
        text = text[: longest - 1] + "…"
    return "".join(
        character
        if character in _JOINERS or unicodedata.category(character) not in _HIDDEN
        else character.encode("unicode_escape", "surrogatepass").decode()
        for character in text
    )
