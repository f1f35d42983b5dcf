"""The report of a model of ratings: how it was learnt, what it predicts, biases, settings."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tacit.plots import curves, shares, singular_values
from tacit.report.layout import write_page
from tacit.report.markup import listing, plots, scroll, table
from tacit.results import provenance

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from tacit.estimators import RatingsModel

Values = NDArray[np.floating]

_SAMPLE = 200_000
"""Ratings that are predicted to show how they are distributed."""
_BINS, _FEW = 30, 20
_LISTED = 8
_ENDS = [*range(_LISTED), *range(-_LISTED, 0)]


def write_ratings_report(
    path: str | Path,
    model: "RatingsModel",
    triplets: tuple[NDArray[Any], NDArray[Any], Values],
    *,
    title: str,
    notes: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    command: str = "",
) -> None:
    """Write a model of ratings as one self-contained HTML page; `path` is replaced whole or not.

    Args:
        path: file to write.
        model: fitted.
        triplets: users, items and ratings that it was fitted to.
        title: heading, usually the name of the input.
        notes: remarks on the input, a sentence each.
        settings: what the user chose, name by name.
        command: the command line that repeats it.

    Raises:
        MediaError: if the file cannot be written.
    """
    write_page(
        path,
        title=title,
        lead=_lead(model, len(triplets[2])),
        notes=notes,
        sections={
            "How it was learnt": plots(_learning(model)),
            "What it predicts": plots([_predictions(model, triplets), _biases(model)]),
            "Most and least liked items": scroll(_items(model)),
            "Results": scroll(table(_results(model))),
            "Settings and versions": scroll(table({**(settings or {}), **provenance()})),
        },
        command=command,
    )


def _lead(model: "RatingsModel", count: int) -> str:
    error = model.learnt_.fit.held_out
    words = "" if np.isnan(error) else f" The error on ratings that were held out was {error:.3g}."
    return (
        f"{count:,} ratings of {len(model.items_):,} items by {len(model.users_):,} users. "
        f"{model.rank_} components are used besides the means of users and items, and a rating "
        f"scatters by {model.noise_:.3g} about its prediction.{words}"
    )


def _learning(model: "RatingsModel") -> "list[tuple[str, Figure]]":
    history = model.history_
    sweep = history["step"].assign_attrs(long_name="sweep")
    history = history.assign_coords(step=sweep)
    names = [name for name in ("held_out", "noise") if name in history]
    words = "Error on held-out ratings, and noise" if "held_out" in names else "Noise"
    caption = f"{words}, sweep by sweep; 1 is the standard deviation of the ratings"
    strengths = "Singular values of the components: those without support in the ratings vanish"
    return [(caption, curves(history, names)), (strengths, singular_values(history))]


def _predictions(
    model: "RatingsModel", triplets: tuple[NDArray[Any], NDArray[Any], Values]
) -> "tuple[str, Figure]":
    users, items, ratings = (part[:: -(-len(part) // _SAMPLE)] for part in triplets)
    predicted = model.predict(users, items)
    dataset = _binned(
        {"given": ratings, "predicted": predicted},
        {"given": "given", "predicted": "predicted for the same pairs"},
        _edges(ratings),
        "rating",
    )
    return "Given ratings, and the predictions for them", shares(dataset, ["given", "predicted"])


def _biases(model: "RatingsModel") -> "tuple[str, Figure]":
    values = {"users": model.user_bias_, "items": model.item_bias_}
    edges = np.histogram_bin_edges(np.concatenate(list(values.values())), _BINS)
    labels = {"users": "users: how generous", "items": "items: how well liked"}
    dataset = _binned(values, labels, edges, "bias (in units of the ratings)")
    return "Biases: deviations from the mean rating", shares(dataset, ["users", "items"])


def _edges(ratings: Values) -> Values:
    """Bins about each rating if there are few of them, else of equal width."""
    distinct = np.unique(ratings)
    if not 1 < len(distinct) <= _FEW:
        return np.histogram_bin_edges(ratings, _BINS)
    middles = (distinct[1:] + distinct[:-1]) / 2
    ends = 2 * distinct[0] - middles[0], 2 * distinct[-1] - middles[-1]
    return np.array([ends[0], *middles, ends[1]])


def _binned(
    values: Mapping[str, Values], labels: Mapping[str, str], edges: Values, axis: str
) -> xr.Dataset:
    """The share of the values in each bin; those beyond the ends count in the outermost."""
    counted = {
        name: ("bin", np.histogram(np.clip(v, edges[0], edges[-1]), edges)[0] / len(v))
        for name, v in values.items()
    }
    dataset = xr.Dataset(
        counted,
        coords={
            "lower": ("bin", edges[:-1], {"long_name": axis}),
            "upper": ("bin", edges[1:], {"long_name": axis}),
        },
    )
    for name, text in labels.items():
        dataset[name].attrs["long_name"] = text
    return dataset


def _items(model: "RatingsModel") -> str:
    biases = model.item_bias_
    order = np.argsort(-biases, kind="stable")
    ends = order if len(order) <= 2 * _LISTED else order[_ENDS]
    rows = [(str(model.items_[at]), f"{biases[at]:+.3f}") for at in ends]
    return listing(("item", "bias"), rows)


def _results(model: "RatingsModel") -> dict[str, str]:
    rows = {
        "Why it stopped": model.result_.cause,
        "Sweeps": str(model.n_iter_),
        "Components used": str(model.rank_),
        "Mean rating": f"{model.global_mean_:.4g}",
        "Noise (standard deviation)": f"{model.noise_:.4g}",
    }
    held_out = model.learnt_.fit.held_out
    if not np.isnan(held_out):
        rows["Held-out error (root mean square)"] = f"{held_out:.4g}"
    return rows
