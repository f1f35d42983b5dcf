"""The work of `tacit rate`: read ratings, learn with a progress bar, predict, recommend."""

import math
import shlex
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from tacit.cli.cluster import Cluster, joined
from tacit.cli.interrupts import keep_the_best
from tacit.cli.printing import print_notes, print_object, print_rows, warnings_as_notes
from tacit.cli.progress import progress_bar
from tacit.cli.rate.checks import check_options, parse_range, range_of
from tacit.cli.rate.model import import_model, match_ids, read_ratings, unknown_ids
from tacit.cli.rate.options import Columns, Options, Whom
from tacit.cli.rate.words import (
    PREDICTION,
    RANKED,
    by_column,
    fit_facts,
    fit_rows,
    prediction_rows,
    print_ranked,
)
from tacit.media import MediaError, Triplets, check_frame_output, write_frame

if TYPE_CHECKING:
    from tacit.estimators import RatingsModel

_DEVIATION = "standard deviation"


def fit(path: Path, columns: Columns, options: Options, cluster: Cluster) -> None:
    """Learn and save.

    Args:
        path: the table of ratings.
        columns: which of its columns are read.
        options: of the command.
        cluster: which processes compute together.
    """
    # A whole table is read and JAX is imported only when the options are known to be usable.
    rating_range = parse_range(options.rating_range)
    check_options(options)
    if cluster.distributed and options.devices != "all":
        raise ValueError("--distributed computes on the devices of all processes: --devices all")
    with joined(cluster) as is_first:
        _fit(path, columns, options, rating_range, is_first)


def _fit(
    path: Path,
    columns: Columns,
    options: Options,
    rating_range: tuple[float, float] | Literal["auto"] | None,
    is_first: bool,
) -> None:
    triplets = read_ratings(path, columns, weight=options.weight)
    assert triplets.ratings is not None
    if rating_range == "auto":
        rating_range = range_of(triplets.ratings)

    model = import_model()(
        width=options.width,
        depth=math.inf if options.depth is None else options.depth,
        rating_range=rating_range,
        members=options.members,
        validation_fraction=options.validation,
        budget=options.budget,
        random_state=options.seed,
        devices=options.devices,
    )
    began = time.perf_counter()
    shown = is_first and not (options.quiet or options.json)
    keep_the_best()
    with warnings_as_notes() as remarks, progress_bar(shown, options.budget) as report:
        model.fit(
            triplets.users,
            triplets.items,
            triplets.ratings,
            sample_weight=triplets.weights,
            report=report,
        )
    seconds = time.perf_counter() - began

    # All processes have one and the same model. The model first: should the report fail, nothing
    # that was learnt is lost.
    if not is_first:
        return
    model.save(options.output, overwrite=options.overwrite)
    notes = (*triplets.notes, *remarks)
    if options.report is not None:
        _report(options.report, model, triplets, path, options, notes)

    if options.json:
        print_object(fit_facts(model, triplets, path, options, seconds, notes))
    elif not options.quiet:
        print_notes(notes)
        print_rows(fit_rows(model, triplets, options, seconds))


def predict(
    folder: Path, path: Path, output: Path, columns: Columns, quiet: bool, json: bool
) -> None:
    """Add predictions to a table of pairs, and compare them with its ratings if it has any.

    Args:
        folder: the model.
        path: the table of pairs.
        output: the table to write.
        columns: which columns of the pairs are read.
        quiet: print nothing.
        json: print the summary as JSON.
    """
    check_frame_output(output, [path])
    pairs = read_ratings(path, columns, rated=False)
    taken = {PREDICTION, _DEVIATION} & set(pairs.frame.columns)
    if taken:
        raise MediaError(f"{path} has a column {min(taken)!r} already: rename it")

    model = import_model().load(folder)
    users, items = match_ids(pairs.users, model.users_), match_ids(pairs.items, model.items_)
    with warnings_as_notes() as notes:
        predicted, deviation = model.predict(users, items, return_std=True)
    write_frame({PREDICTION: predicted, _DEVIATION: deviation}, output, beside=pairs.frame)

    facts = {
        "pairs": len(users),
        "unknown_users": len(unknown_ids(users, model.users_)),
        "unknown_items": len(unknown_ids(items, model.items_)),
        "rmse": _rmse(predicted, pairs.ratings),
        "output": str(output),
        "notes": notes,
    }
    if json:
        print_object(facts)
    elif not quiet:
        print_notes(notes)
        print_rows(prediction_rows(facts))


def recommend(folder: Path, whom: Whom, output: Path | None, quiet: bool, json: bool) -> None:
    """Rank items for one user or for many.

    Args:
        folder: the model.
        whom: the users, and how many items each gets.
        output: the table to write; without one the ranking is printed.
        quiet: show no progress and no notes.
        json: print the ranking as JSON.
    """
    if bool(whom.user) == whom.all_users:
        raise ValueError("recommend: name users with --user ID, or use --all-users")
    if whom.count < 1:
        raise ValueError(f"--count must be at least 1, got {whom.count}")
    if output is None and not json and (whom.all_users or len(whom.user) > 1):
        raise ValueError("recommend: with several users, name a table to write with -o FILE")
    if output is not None:
        check_frame_output(output)

    model = import_model().load(folder)
    users = model.users_ if whom.all_users else match_ids(np.array(whom.user, object), model.users_)
    # A user without ratings still gets an answer, but it is nobody's own: that must be said.
    strangers = unknown_ids(users, model.users_)
    notes = [
        f"user {user} is not known: these are the items that everyone likes" for user in strangers
    ]
    shown = not quiet and output is not None
    ranked = [
        (user, place, item, rating)
        for user in _track(users.tolist(), shown)
        for place, (item, rating) in enumerate(
            model.recommend(user, whom.count, exclude_seen=not whom.include_seen), 1
        )
    ]

    if output is not None:
        write_frame(by_column(ranked), output)
    if json:
        listed = [dict(zip(RANKED, line, strict=True)) for line in ranked]
        print_object({"recommended": listed, "notes": notes})
        return
    if not quiet:
        print_notes(notes)
    if output is None:
        print_ranked(ranked)
    elif not quiet:
        print_rows({"users": f"{len(users):,}", "written": str(output)})


def _track(users: list[Any], shown: bool) -> Iterable[Any]:
    """The users, with a bar on a terminal while there are more to come."""
    if not shown or not sys.stderr.isatty():
        return users
    from rich.console import Console
    from rich.progress import track

    return track(users, "users", console=Console(stderr=True), transient=True)


def _rmse(predicted: NDArray[Any], given: NDArray[Any] | None) -> float:
    """Root mean square error where a rating is given; NaN if none is."""
    if given is None or np.isnan(given).all():
        return math.nan
    return float(np.sqrt(np.nanmean((predicted - given) ** 2)))


def _report(
    path: Path,
    model: "RatingsModel",
    triplets: Triplets,
    input: Path,
    options: Options,
    notes: Sequence[str],
) -> None:
    from tacit.report import write_ratings_report

    write_ratings_report(
        path,
        model,
        (triplets.users, triplets.items, np.asarray(triplets.ratings)),
        title=f"A model of {input.name}",
        notes=notes,
        settings={name: value for name, value in asdict(options).items() if value is not None},
        command=shlex.join(["tacit", *sys.argv[1:]]),
    )
