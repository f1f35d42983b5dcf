"""What `tacit rate fit` refuses before it reads anything."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tacit.cli.checks import check_settings
from tacit.cli.rate.options import Options
from tacit.media import MediaError, check_folder_place

_STEPS, _FEWEST = 21, 50
"""Steps that a scale of ratings has at most, and ratings from which they can be told."""
_FACTS = "model.json"
"""What a folder has that holds a model."""


def parse_range(text: str) -> tuple[float, float] | Literal["auto"] | None:
    """`1:5` as numbers; `auto` as it is, and None for `none`.

    Raises:
        ValueError: if it is no pair, or its first number is not below its second.
    """
    if text in ("auto", "none"):
        return None if text == "none" else "auto"
    try:
        low, high = map(float, text.split(":"))
    except ValueError:
        raise ValueError(
            f"--rating-range must be LOWEST:HIGHEST, such as 1:5, not {text!r}"
        ) from None
    if not low < high:
        raise ValueError(f"--rating-range: the lowest rating must be below the highest, got {text}")
    return low, high


def range_of(ratings: NDArray[np.float64]) -> tuple[float, float] | None:
    """The lowest and the highest rating, where ratings are steps of a scale; else None."""
    levels = np.unique(ratings)
    few = 2 <= levels.size <= _STEPS and ratings.size >= _FEWEST
    return (float(levels[0]), float(levels[-1])) if few else None


def check_options(options: Options) -> None:
    """Refuse settings that cannot be used, and a place for the model that is not free.

    Raises:
        ValueError: the message names the option.
        MediaError: the output is there already, or is not a model.
    """
    check_settings(budget=options.budget, seed=options.seed, report=options.report)
    check_folder_place(options.output)

    counts = (
        ("--width", options.width),
        ("--members", options.members),
        ("--devices", options.devices),
    )
    for name, number in counts:
        if isinstance(number, int) and number < 1:
            raise ValueError(f"{name} must be at least 1, got {number}")
    if options.depth is not None and not options.depth >= 2:
        raise ValueError(f"--depth must be at least 2, got {options.depth:g}")
    if not 0 <= options.validation < 1:
        raise ValueError(f"--validation must be a fraction below 1, got {options.validation:g}")

    there = options.output.is_file() or (options.output.is_dir() and any(options.output.iterdir()))
    if there and not options.overwrite:
        raise MediaError(
            f"{options.output} already exists: choose another name, or replace it with --overwrite"
        )
    # --overwrite replaces a model, never a folder of something else that a slip of the hand names.
    if there and not (options.output / _FACTS).is_file():
        raise MediaError(
            f"{options.output} is not a ratings model and is not replaced: choose another name"
        )
