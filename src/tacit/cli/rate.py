"""`tacit rate fit | predict | recommend`: a table of ratings, a folder with what was learnt."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Flag = Annotated[bool, Parameter(negative=())]
Output = Annotated[Path, Parameter(name=("--output", "-o"))]
Users = Annotated[tuple[str, ...], Parameter(name="--user", negative=())]


@Parameter(name="*")
@dataclass(frozen=True)
class Columns:
    """Which columns of the table are read, by their names or numbers.

    Attributes:
        user: Column of the users; by default the one called user or userId. If not all needed
            columns are recognised, the first ones are taken, in the order user, item, rating.
        item: Column of what they rated: item, itemId, movie or movieId.
        rating: Column of the ratings: rating.
        no_header: The first line of a text holds data, not names.
    """

    user: str | None = None
    item: str | None = None
    rating: str | None = None
    no_header: Flag = False


@Parameter(name="*")
@dataclass(frozen=True)
class Options:
    """How to learn, and what to write.

    Attributes:
        output: Folder to write the model to.
        weight: Column of what each rating counts.
        scale: Lowest and highest rating, as 1:5; predictions stay between them.
        width: Width of the factorisation, generous; how much of it is used, training chooses.
        depth: Number of factors; by default their limit, in which the strengths weigh the penalty.
        members: Number of starts of which the mean is taken.
        budget: Seconds to keep within.
        seed: Seed of the starts and of the held-out ratings.
        validation: Share of the ratings held out to stop by; 0 stops by the noise that is learnt.
        report: HTML file to write: errors by sweep, strengths, distributions, settings.
        overwrite: Replace a model that is there.
        quiet: Print nothing but errors.
        json: Print the summary as JSON.
    """

    output: Output
    weight: str | None = None
    scale: str | None = None
    width: int = 32
    depth: float | None = None
    members: int = 1
    budget: float | None = None
    seed: int = 0
    validation: float = 0.0
    report: Path | None = None
    overwrite: Flag = False
    quiet: Flag = False
    json: Flag = False


def fit(ratings: Path, /, *, columns: Columns = Columns(), options: Options) -> None:
    """Learn to predict ratings from a table of who rated what, and how.

    CSV, TSV, Parquet, and text like MovieLens' `u.data` and `ratings.dat`. Ctrl-C writes the best
    model so far.

    ```
    tacit rate fit ratings.parquet -o model --report report.html
    tacit rate fit ratings.csv -o model --user who --item what --rating stars --scale 1:5
    tacit rate fit u.data -o model --no-header
    ```

    Args:
        ratings: Table with a row for each rating.
        columns: Which columns are read.
        options: How to learn, and what to write.
    """
    from tacit.cli.rating import fit

    fit(ratings, columns, options)


def predict(
    model: Path,
    pairs: Path,
    /,
    *,
    output: Output,
    columns: Columns = Columns(),
    quiet: Flag = False,
    json: Flag = False,
) -> None:
    """Predict the ratings of pairs of a user and an item.

    Two columns are added to the table: prediction and standard deviation. Users and items that the
    model does not know are answered by means, and counted. If the table has ratings too, the error
    is printed.

    ```
    tacit rate predict model pairs.csv -o predictions.csv
    ```

    Args:
        model: Folder that `tacit rate fit` wrote.
        pairs: Table with a row for each pair.
        output: Table to write: CSV, TSV or Parquet.
        columns: Which columns are read.
        quiet: Print nothing but errors.
        json: Print the summary as JSON.
    """
    from tacit.cli.rating import predict

    predict(model, pairs, output, columns, quiet, json)


@Parameter(name="*")
@dataclass(frozen=True)
class Whom:
    """Whom to recommend to, and what.

    Attributes:
        user: User to recommend to, as often as there are users.
        all_users: Recommend to all users of the model, into a file.
        count: Number of items for each.
        include_seen: Recommend what a user has rated too.
    """

    user: Users = ()
    all_users: Flag = False
    count: Annotated[int, Parameter(name=("--count", "-n"))] = 10
    include_seen: Flag = False


def recommend(
    model: Path,
    /,
    *,
    whom: Whom = Whom(),
    output: Annotated[Path | None, Parameter(name=("--output", "-o"))] = None,
    quiet: Flag = False,
    json: Flag = False,
) -> None:
    """Recommend the items of highest predicted rating.

    ```
    tacit rate recommend model --user 196 -n 5
    tacit rate recommend model --all-users -o recommended.parquet
    ```

    Args:
        model: Folder that `tacit rate fit` wrote.
        whom: Whom to recommend to, and what.
        output: Table to write: CSV, TSV or Parquet.
        quiet: Show no progress and no notes.
        json: Print the recommendations as JSON.
    """
    from tacit.cli.rating import recommend

    recommend(model, whom, output, quiet, json)
