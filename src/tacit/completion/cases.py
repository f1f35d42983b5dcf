"""What is held out of which data, and how far from it answers are."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Callable
from tacit.completion.adjacency import connected_sets
from tacit.completion.task import LEANING, Task
from tacit.observers.errors import ROBUST_DEVIATION

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Places = tuple[NDArray[np.intp], ...]


class Case(NamedTuple):
    """Data, all or a part of them, and observed entries that are held out.

    Attributes:
        tasks: the data in each of the units that are tried.
        held_out: of the same shape.
        places: of the part along each axis; None for all of the data, () for a part of others.
    """

    tasks: tuple[Task, ...]
    held_out: Mask
    places: Places | None = None


class Cases(NamedTuple):
    """All that is held out, one case after the other.

    Attributes:
        each: in order; all parts are of one shape.
    """

    each: tuple[Case, ...]

    @property
    def task(self) -> Task:
        """Of the first, in the first units: what is asked, in kind."""
        return self.each[0].tasks[0]

    @property
    def units(self) -> int:
        """How many are tried."""
        return len(self.each[0].tasks)

    @property
    def are_whole(self) -> bool:
        """Whether something is held out of all of the data, and not of parts."""
        return self.each[0].places is None

    def elsewhere(self) -> "Cases":
        """The same, for data of which they are no parts."""
        return Cases(tuple(case._replace(places=()) for case in self.each))

    def join(self, of: Callable[[Task], NDArray[Any]]) -> NDArray[Any]:
        """A property of entries, on those that are held out."""
        return np.concatenate([of(case.tasks[0])[case.held_out] for case in self.each])

    @property
    def truth(self) -> Values:
        """What was held out, in data units."""
        return self.join(lambda task: task.units.to_data(task.values))

    @property
    def scale(self) -> Values:
        """The unit in which each entry is scored: of its slice, where that has its own."""
        return self.join(lambda task: np.broadcast_to(task.units.scale, task.shape))

    @property
    def weights(self) -> Values:
        """Of the entries."""
        return self.join(lambda task: task.weights)

    @property
    def precisions(self) -> Values:
        """Of the squared errors: w², as the variance of e² is as 1/w².

        So weighed, a mean is that of the entries that know how far off a fill is.
        """
        return self.weights**2

    @property
    def pieces(self) -> int:
        """Blocks, gaps and single entries that are held out."""
        sets = (connected_sets(case.held_out, case.tasks[0].ordered) for case in self.each)
        return sum(count for _, count in sets)

    @property
    def slices(self) -> NDArray[np.intp]:
        """Number of the slice of each entry, where slices have units of their own."""
        return self.join(lambda task: task.slices)

    def score(self, errors: Values) -> float:
        """Root mean square of the errors, outliers cut if expected, in the units of the slices.

        Where slices have units of their own it is the geometric mean over them: a slice that is
        nothing but noise would else drown what is said of the others.
        """
        if not errors.size:
            return 0.0
        squares = np.minimum(np.abs(errors) / self.scale, self.limit(errors)) ** 2
        if not np.isfinite(squares).all():
            return np.inf
        if not self.task.units.own:
            return float(np.sqrt(np.average(squares, weights=self.weights)))
        counts, means = self.by_slice(squares)
        return float(np.exp(0.5 * np.average(np.log(means), weights=counts)))

    def by_slice(self, squares: Values) -> tuple[Values, Values]:
        """Weight and mean square of every slice, drawn a little towards what is usual."""
        counts = np.bincount(self.slices, self.weights)
        totals = np.bincount(self.slices, self.weights * squares)
        held = counts > 0
        counts, totals = counts[held], totals[held]
        usual = float(np.median(totals / counts)) or np.finfo(float).tiny
        return counts.astype(float), (totals + LEANING * usual) / (counts + LEANING)

    def limit(self, errors: Values) -> float:
        """Beyond it an error counts as an outlier: three robust deviations, or none."""
        if not np.isfinite(self.task.robust):
            return np.inf
        return 3 * ROBUST_DEVIATION * float(np.median(np.abs(errors) / self.scale))
