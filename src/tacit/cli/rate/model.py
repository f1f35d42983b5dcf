"""The model of `tacit rate` and what it takes: its class, a table of ratings, and ids."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tacit.cli.rate.options import Columns
from tacit.cli.settings import configure_jax
from tacit.media import Triplets, read_triplets

if TYPE_CHECKING:
    from tacit.estimators import RatingsModel


def import_model() -> "type[RatingsModel]":
    """The class of the model, imported when JAX has been configured."""
    configure_jax()
    try:
        from tacit.estimators import RatingsModel
    except ModuleNotFoundError as error:
        raise ValueError(
            f"rate needs {error.name}: pip install 'tacit-lowrank[lab,media,sklearn]'"
        ) from error
    return RatingsModel


def read_ratings(path: Path, columns: Columns, **options: Any) -> Triplets:
    """The table as its columns are named on the command line."""
    return read_triplets(
        path,
        user=columns.user,
        item=columns.item,
        rating=columns.rating,
        header=not columns.no_header,
        **options,
    )


def match_ids(ids: NDArray[Any], known: NDArray[Any]) -> NDArray[Any]:
    """Ids as the model has them: a file, or a command line, may say 7 for '7' or the reverse."""
    if known.dtype == object and ids.dtype != object:
        return ids.astype(str).astype(object)
    if known.dtype != object and ids.dtype == object:
        return np.array([int(name) if str(name).isdecimal() else name for name in ids], object)
    return ids


def unknown_ids(ids: NDArray[Any], known: NDArray[Any]) -> list[Any]:
    """Those of the ids, each once, that the model has not seen."""
    return sorted(set(ids.tolist()) - set(known.tolist()), key=str)
