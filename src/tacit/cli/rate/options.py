"""The options of `tacit rate fit | predict | recommend`."""

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
