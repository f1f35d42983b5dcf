"""Data laid out anew for families that see more in them so: periods by phases, delays."""

from abc import abstractmethod

import equinox as eqx
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, Iterator, PRNGKey, Sequence
from tacit.completion.families import AbstractTrained, Answer, Family, Pace
from tacit.completion.plan import After, Candidate
from tacit.completion.task import Task
from tacit.completion.tiles import Tiling
from tacit.dynamics import AbstractDynamics
from tacit.models import AbstractFactorisation
from tacit.observers import Observer
from tacit.operators import AbstractMeasurement
from tacit.problems import Problem

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


class AbstractLayout(eqx.Module):
    """How data are folded into another shape, and unfolded; its text is read by people."""

    @abstractmethod
    def fold(self, values: NDArray) -> NDArray:
        """Data, or a mask of them, in the layout."""

    @abstractmethod
    def unfold(self, values: NDArray, shape: Sequence[int]) -> NDArray:
        """Data of this shape again, from the layout."""

    @abstractmethod
    def sides(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Of data of this shape, folded."""

    @abstractmethod
    def fold_task(self, task: Task) -> Task:
        """The task, folded, in the same units."""

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """Its settings, name by name."""


class Relaid(AbstractTrained):
    """A method for the data in another layout.

    Attributes:
        inner: the method.
        layout: in which it has the data.
    """

    inner: AbstractTrained
    layout: AbstractLayout

    @property
    def is_gradual(self) -> bool:  # pyright: ignore[reportIncompatibleVariableOverride]
        """As of the method."""
        return self.inner.is_gradual

    @property
    def meets_data(self) -> bool:
        """As of the method."""
        return self.inner.meets_data

    @property
    def kind(self) -> str:
        """The method's."""
        return self.inner.kind

    def adapt(self, task: Task, seen: Mask) -> "Relaid":
        """The method, adapted to the folded data."""
        inner = self.inner.adapt(self.layout.fold_task(task), self.layout.fold(seen))
        assert isinstance(inner, AbstractTrained)
        return Relaid(inner, self.layout)

    def arrange(self, values: NDArray) -> NDArray:
        """Folded, and then as the method has them."""
        return self.inner.arrange(self.layout.fold(values))

    def restore(self, values: NDArray, shape: Sequence[int]) -> NDArray:
        """The inverse of `arrange`, to data of this shape."""
        folded = self.inner.restore(values, self.layout.sides(shape))
        return self.layout.unfold(folded, shape)

    def tiling(self, wanted: Mask) -> Tiling:
        """That of the method: what is wanted is arranged already."""
        return self.inner.tiling(wanted)

    def padded_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """That of the method."""
        return self.inner.padded_shape(shape)

    def program(self) -> str:
        """That of the method: the program sees folded data."""
        return self.inner.program()

    def measure(
        self, observed: Mask, dtype: Any
    ) -> tuple[AbstractMeasurement, NDArray[np.intp] | slice]:
        """As the method does."""
        return self.inner.measure(observed, dtype)

    def make_problem(self, problem: Problem, task: Task) -> Problem:
        """As the method does."""
        return self.inner.make_problem(problem, self.layout.fold_task(task))

    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[AbstractFactorisation, AbstractDynamics]:
        """As the method does."""
        return self.inner.begin(problem, self.layout.fold_task(task), start=start, key=key)

    def pace(self) -> Pace:
        """That of the method."""
        return self.inner.pace()

    def observers(self) -> tuple[Observer, ...]:
        """Those of the method."""
        return self.inner.observers()

    def answer(self, model: Any, task: Task, seen: Values) -> Answer:
        """The method's, unfolded; what it learnt of columns is of folded data and not kept."""
        folded = self.inner.answer(model, self.layout.fold_task(task), self.layout.fold(seen))
        own = folded.deviation
        return Answer(
            self.layout.unfold(folded.values, task.shape),
            None if own is None else self.layout.unfold(own, task.shape),
        )

    def facts(self) -> dict[str, Any]:
        """The method's settings, and the layout."""
        return {**self.inner.facts(), **self.layout.facts()}

    def work(self, shape: Sequence[int]) -> float:
        """Of the method on folded data."""
        return self.inner.work(self.layout.sides(shape))

    def __str__(self) -> str:
        """The method and the layout in words."""
        return f"{self.inner}, {self.layout}"


def relaid_family(
    family: Family, layout: AbstractLayout, name: str, *, choice: str | None = None
) -> Family:
    """The trained methods of a family, on data in another layout.

    Args:
        family: of methods for such data.
        layout: in which they have them.
        name: of the family that they make.
        choice: what is chosen between it and others, if that is so.
    """

    def proposals(task: Task, tried: list[Candidate]) -> Iterator[Relaid | After]:
        known: dict[int, tuple[Candidate, Candidate]] = {}
        of_family: list[Candidate] = []
        further = family.proposals(layout.fold_task(task), of_family)
        while True:
            # What was tried meanwhile, as the family would have it.
            for candidate in tried:
                method = candidate.member.method
                if _is_of(method, layout) and id(candidate) not in known:
                    member = candidate.member._replace(method=method.inner)
                    known[id(candidate)] = candidate._replace(member=member), candidate
            of_family[:] = [inner for inner, _ in known.values()]
            if (proposal := next(further, None)) is None:
                return
            method = proposal.method if isinstance(proposal, After) else proposal
            if not isinstance(method, AbstractTrained):
                continue
            if isinstance(proposal, After):
                before = next(c for inner, c in known.values() if inner is proposal.before)
                yield After(Relaid(method, layout), before)
            else:
                yield Relaid(method, layout)

    return Family(
        name,
        lambda task: True,
        proposals,
        opening=lambda task: family.opening(layout.fold_task(task)),
        cost=lambda task, sides: family.cost(layout.fold_task(task), layout.sides(sides)),
        choice=choice,
    )


def _is_of(method: Any, layout: AbstractLayout) -> bool:
    """Whether a method is one for data in this layout."""
    return isinstance(method, Relaid) and method.layout is layout
