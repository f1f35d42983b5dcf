"""The work of `tacit rate`: read ratings, learn with a progress bar, predict, recommend."""

import math
import shlex
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tacit.cli.checks import check_folder_of, check_settings
from tacit.cli.printing import print_notes, print_object, print_rows, warnings_as_notes
from tacit.cli.progress import progress_bar
from tacit.cli.rate import Columns, Options, Whom
from tacit.cli.rated import PREDICTION, RANKED, by_column, fit_facts, fit_rows, print_ranked
from tacit.cli.settings import configure_jax
from tacit.media import MediaError, Triplets, check_frame_output, read_triplets, write_frame

if TYPE_CHECKING:
    from tacit.estimators import RatingsModel

_DEVIATION = "standard deviation"
_FACTS = "model.json"
"""What a folder has that holds a model."""


def fit(path: Path, columns: Columns, options: Options) -> None:
    """Learn and save; all that can be refused is refused before any work begins."""
    scale = _scale(options.scale)
    _check(options)
    triplets = _read(path, columns, weight=options.weight)
    model = _estimator()(
        width=options.width,
        depth=math.inf if options.depth is None else options.depth,
        scale=scale,
        members=options.members,
        validation_fraction=options.validation,
        budget=options.budget,
        random_state=options.seed,
    )
    began = time.perf_counter()
    shown = not (options.quiet or options.json)
    with warnings_as_notes() as remarks, progress_bar(shown, options.budget) as report:
        model.fit(
            triplets.users,
            triplets.items,
            triplets.ratings,
            sample_weight=triplets.weights,
            report=report,
        )
    seconds = time.perf_counter() - began
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
    """Add predictions to a table of pairs, and compare them with its ratings if it has any."""
    check_frame_output(output, [path])
    pairs = _read(path, columns, rated=False)
    taken = {PREDICTION, _DEVIATION} & set(pairs.frame.columns)
    if taken:
        raise MediaError(f"{path}: has a column {min(taken)!r} already: rename it")
    model = _estimator().load(folder)
    users, items = _alike(pairs.users, model.users_), _alike(pairs.items, model.items_)
    with warnings_as_notes() as notes:
        predicted, deviation = model.predict(users, items, return_std=True)
    write_frame({PREDICTION: predicted, _DEVIATION: deviation}, output, beside=pairs.frame)
    facts = {
        "pairs": len(users),
        "unknown_users": len(_unknown(users, model.users_)),
        "unknown_items": len(_unknown(items, model.items_)),
        "rmse": _rmse(predicted, pairs.ratings),
        "output": str(output),
        "notes": notes,
    }
    if json:
        print_object(facts)
    elif not quiet:
        print_notes(notes)
        rows = {
            "pairs": f"{facts['pairs']:,}",
            "unknown": f"users: {facts['unknown_users']:,}, items: {facts['unknown_items']:,} "
            "(answered by means)",
        }
        if math.isfinite(facts["rmse"]):
            rows["error"] = f"{facts['rmse']:.4f} (root mean square, of the ratings given)"
        print_rows({**rows, "written": str(output)})


def recommend(folder: Path, whom: Whom, output: Path | None, quiet: bool, json: bool) -> None:
    """Rank items for one user or for many."""
    if bool(whom.user) == whom.all_users:
        raise ValueError("recommend: name users with --user ID, or take --all-users")
    if whom.count < 1:
        raise ValueError(f"--count: at least 1 is needed, got {whom.count}")
    if output is None and not json and (whom.all_users or len(whom.user) > 1):
        raise ValueError("recommend: for several users name a table to write with -o FILE")
    if output is not None:
        check_frame_output(output)
    model = _estimator().load(folder)
    users = model.users_ if whom.all_users else _alike(np.array(whom.user, object), model.users_)
    strangers = _unknown(users, model.users_)
    notes = [f"user {user} is not known: the items are those that all like" for user in strangers]
    shown = not quiet and output is not None
    ranked = [
        (user, place, item, rating)
        for user in _followed(users.tolist(), shown)
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


def _read(path: Path, columns: Columns, **options: Any) -> Triplets:
    return read_triplets(
        path,
        user=columns.user,
        item=columns.item,
        rating=columns.rating,
        header=not columns.no_header,
        **options,
    )


def _estimator() -> "type[RatingsModel]":
    """The class of the model, imported when JAX has been configured."""
    configure_jax()
    try:
        from tacit.estimators import RatingsModel
    except ModuleNotFoundError as error:
        raise ValueError(
            f"rate needs {error.name}: pip install 'tacit[lab,media,sklearn]'"
        ) from error
    return RatingsModel


def _followed(users: list[Any], shown: bool) -> Iterable[Any]:
    """The users, with a bar on a terminal while there are more to come."""
    if not shown or not sys.stderr.isatty():
        return users
    from rich.console import Console
    from rich.progress import track

    return track(users, "users", console=Console(stderr=True), transient=True)


def _scale(text: str | None) -> tuple[float, float] | None:
    """`1:5` as numbers."""
    if text is None:
        return None
    try:
        low, high = map(float, text.split(":"))
    except ValueError:
        raise ValueError(f"--scale: write LOWEST:HIGHEST, as 1:5, not {text!r}") from None
    if not low < high:
        raise ValueError(f"--scale: the lowest rating must be below the highest, got {text}")
    return low, high


def _check(options: Options) -> None:
    check_settings(budget=options.budget, seed=options.seed, report=options.report)
    check_folder_of(options.output)
    for name, number in (("--width", options.width), ("--members", options.members)):
        if number < 1:
            raise ValueError(f"{name}: must be at least 1, got {number}")
    if options.depth is not None and not options.depth >= 2:
        raise ValueError(f"--depth: must be at least 2, got {options.depth:g}")
    if not 0 <= options.validation < 1:
        raise ValueError(f"--validation: must be a share below 1, got {options.validation:g}")
    there = options.output.is_file() or (options.output.is_dir() and any(options.output.iterdir()))
    if there and not options.overwrite:
        raise MediaError(
            f"{options.output}: is there already: choose another name, or replace it with "
            "--overwrite"
        )
    if there and not (options.output / _FACTS).is_file():
        raise MediaError(
            f"{options.output}: is no model of ratings, and is not replaced: choose another name"
        )


def _alike(ids: NDArray[Any], known: NDArray[Any]) -> NDArray[Any]:
    """Ids as the model has them: a file, or a command line, may say 7 for '7' or the reverse."""
    if known.dtype == object and ids.dtype != object:
        return ids.astype(str).astype(object)
    if known.dtype != object and ids.dtype == object:
        return np.array([int(name) if str(name).isdecimal() else name for name in ids], object)
    return ids


def _unknown(ids: NDArray[Any], known: NDArray[Any]) -> list[Any]:
    """Those of the ids, each once, that the model has not seen."""
    return sorted(set(ids.tolist()) - set(known.tolist()), key=str)


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
        title=f"{input.name}, learnt",
        notes=notes,
        settings={name: value for name, value in asdict(options).items() if value is not None},
        command=shlex.join(["tacit", *sys.argv[1:]]),
    )
