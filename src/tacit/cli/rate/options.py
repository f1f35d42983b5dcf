"""The options of `tacit rate fit | predict | recommend`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

Flag = Annotated[bool, Parameter(negative=())]
Output = Annotated[Path, Parameter(name=("--output", "-o"))]
Users = Annotated[tuple[str, ...], Parameter(name="--user", negative=())]


@Parameter(name="*")
@dataclass(frozen=True)
class Columns:
    """Which columns of the table are read, by their names or numbers.

    Attributes:
        user: Column of the users; by default the one that is known by its name, such as user,
            userId or customer. In a file without names user, item and rating come first.
        item: Column of what they rated, known as item, movieId, book_id, product and the like.
        rating: Column of the ratings, known as rating, score or stars.
        no_header: The first line of a text file holds data, not column names.
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
        weight: Column with the weight of each rating.
        rating_range: Lowest and highest rating, such as 1:5; predictions stay within it. auto takes
            those of the table where its ratings are steps of a scale; none sets no range.
        width: Width of the factorisation; be generous, training decides how much of it is used.
        depth: Number of factors; infinite by default.
        members: Number of random starts to average over.
        budget: Seconds to stay within.
        seed: Random seed.
        validation: Fraction of the ratings held out to decide when to stop; with 0, the learned
            noise decides.
        devices: Number of devices to share the users out to, or all.
        report: HTML page to write: errors by sweep, singular values, distributions, settings.
        overwrite: Replace an existing model.
        quiet: Print nothing but errors.
        json: Print the summary as JSON.
    """

    output: Output
    weight: str | None = None
    rating_range: str = "auto"
    width: int = 32
    depth: float | None = None
    members: int = 1
    budget: float | None = None
    seed: int = 0
    validation: float = 0.0
    devices: int | Literal["all"] = 1
    report: Path | None = None
    overwrite: Flag = False
    quiet: Flag = False
    json: Flag = False


@Parameter(name="*")
@dataclass(frozen=True)
class Whom:
    """Whom to recommend to, and what.

    Attributes:
        user: User to recommend to; repeat the option for several users.
        all_users: Recommend to every user of the model; needs an output file.
        count: Number of items for each user.
        include_seen: Also recommend items that the user has rated.
    """

    user: Users = ()
    all_users: Flag = False
    count: Annotated[int, Parameter(name=("--count", "-n"))] = 10
    include_seen: Flag = False
