"""The contract of a method: how to arrange data, begin, step and read off an answer."""

from abc import abstractmethod
from typing import ClassVar, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._jit import jit
from tacit._typing import Any, Callable, Iterator, PRNGKey, Sequence
from tacit.completion.families.columns import Columns
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.completion.tiles import Tiling
from tacit.dynamics import AbstractDynamics
from tacit.models import AbstractFactorisation
from tacit.observers import Observer, loss
from tacit.operators import AbstractMeasurement, TensorEntries
from tacit.problems import Problem
from tacit.runs import is_compiled

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


class Pace(NamedTuple):
    """How a run is watched.

    Attributes:
        gap: steps between records.
        patience: records without gain before it stops.
        longest: most steps.
        chunk: records in one compiled call, after which the time is looked at.
        tolerance: relative gain that counts as one.
    """

    gap: int
    patience: int
    longest: int
    chunk: int = 2
    tolerance: float = 0.0


class Answer(NamedTuple):
    """What a method makes of a task, in inner units and in the layout of the data.

    Attributes:
        values: everywhere.
        deviation: its own estimate of the standard deviation of an entry about them, if it has one.
        columns: what further rows are completed from, if the method learns such.
    """

    values: Values
    deviation: Values | None = None
    columns: Columns | None = None


class AbstractMethod(eqx.Module):
    """One setting of one family; its text is read by people.

    `tolerates_weights` says whether entries may count more or less than others. `is_gradual`
    says whether what was learnt by half of the steps is of use already, and what was learnt without
    the held-out entries nearly right with them: such a method is tried though there is not time for
    all of its steps, and on all that is seen it goes on from the end of the search.
    """

    tolerates_weights: ClassVar[bool] = False
    is_gradual: ClassVar[bool] = False

    def adapt(self, task: Task, seen: Mask) -> "AbstractMethod":
        """The same settings, with what is read off the data read off the entries that are seen.

        Args:
            task: the data.
            seen: the entries that may be looked at: held-out ones may not.
        """
        del task, seen
        return self

    @property
    def meets_data(self) -> bool:
        """Whether the answer is the data where they are observed, so that their noise stays."""
        return False

    @property
    def kind(self) -> str:
        """What its settings are of: methods of one kind take as long for the same work."""
        return type(self).__name__

    def hurry(self, share: float) -> "AbstractMethod | None":
        """A setting that takes this share of the time and errs little more; None without one."""
        del share
        return None

    def suggest(self, task: Task, answer: Answer, error: float) -> "AbstractMethod | None":
        """A setting that the answer of a trial asks for; None without one.

        Args:
            task: that it is the answer of.
            answer: from what was not held out.
            error: score on what was held out.
        """
        del task, answer, error
        return None

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """Its settings, name by name."""

    @abstractmethod
    def work(self, shape: Sequence[int]) -> float:
        """Seconds that a whole run on data of this shape takes, about, on two cores."""

    def extent(self, wanted: Mask) -> Tiling:
        """What is worked on where answers are wanted in these places."""
        return Tiling.whole(wanted.shape)

    def is_ready(self, tiling: Tiling) -> bool:
        """Whether nothing has to be compiled for such tiles."""
        del tiling
        return True


class AbstractClosedForm(AbstractMethod):
    """A method whose answer is computed at once."""

    @abstractmethod
    def solve(self, task: Task, seen: Mask, deadline: float | None) -> Answer:
        """The answer from the entries that are seen."""


class AbstractTrained(AbstractMethod):
    """A model, and the dynamics that move it, for the data as the method arranges them."""

    def arrange(self, values: NDArray) -> NDArray:
        """Data, or a mask of them, as the model has them."""
        return values

    def restore(self, values: NDArray, shape: Sequence[int]) -> NDArray:
        """The inverse of `arrange`, to data of this shape."""
        del shape
        return values

    def tiling(self, wanted: Mask) -> Tiling:
        """The tiles in which arranged data are worked on, answers wanted in these places."""
        return Tiling.whole(wanted.shape)

    def extent(self, wanted: Mask) -> Tiling:
        """Its tiles of the arranged data."""
        return self.tiling(self.arrange(wanted))

    def padded_shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape to which arranged data are padded, so that near shapes share programs."""
        return tuple(shape)

    def program(self) -> str:
        """What its compiled program depends on beside the shape."""
        return type(self).__name__

    def is_ready(self, tiling: Tiling) -> bool:
        """Whether its program for such tiles has been compiled before."""
        return is_compiled(self.named_program(self.batched_shape(tiling)))

    def batched_shape(self, tiling: Tiling) -> tuple[int, ...]:
        """That of a batch of padded tiles; of one tile alone its own."""
        padded = self.padded_shape(tiling.sides)
        return padded if tiling.is_whole else (tiling.batch, *padded)

    def named_program(self, sides: Sequence[int]) -> str:
        """The program for padded arranged data of these sides."""
        return f"{self.program()} {tuple(sides)}"

    def measure(
        self, observed: Mask, dtype: Any
    ) -> tuple[AbstractMeasurement, NDArray[np.intp] | slice]:
        """The operator, and which entries of the flattened padded data it measures.

        All of them unless a method says otherwise: what is seen is told by weights alone.
        """
        return TensorEntries(np.arange(observed.size), observed.shape, dtype), slice(None)

    def make_problem(self, problem: Problem, task: Task) -> Problem:
        """The problem with what the method asks beyond its entries, such as a penalty."""
        del task
        return problem

    @abstractmethod
    def begin(
        self, problem: Problem, task: Task, *, start: Any = None, key: PRNGKey
    ) -> tuple[AbstractFactorisation, AbstractDynamics]:
        """The start, or the model from which it goes on, and the dynamics."""

    @abstractmethod
    def pace(self) -> Pace:
        """How it is watched on held-out entries."""

    def observers(self) -> tuple[Observer, ...]:
        """What is recorded beside the held-out error."""
        return (loss,)

    def answer(self, model: Any, task: Task, seen: Values) -> Answer:
        """What the trained model says, of the whole task.

        Args:
            model: as it was trained.
            task: whose answer it is.
            seen: weights of the entries that it was trained on, 0 for the others.
        """
        del seen
        arranged = self.arrange(np.empty(task.shape, bool)).shape
        values = np.asarray(evaluate(model), float)[tuple(map(slice, arranged))]
        return Answer(self.restore(values, task.shape))


class Family(NamedTuple):
    """Methods of one kind.

    Attributes:
        name: in a word.
        serves: whether it can be of use for a task.
        proposals: the settings it would try next, given those of all families that were tried.
        is_usual: whether it is tried for a task where no method is asked for.
        opening: number of proposals that are tried before families are compared.
        cost: seconds of a first trial on a part of a task, of these sides.
        is_local: whether what is far away says nothing, so that large data are done in strips.
        choice: what is chosen between families that have this in common: beyond their openings
            only the best of them is tried further.
    """

    name: str
    serves: Callable[[Task], bool]
    proposals: Callable[[Task, list[Candidate]], Iterator[Any]]
    is_usual: Callable[[Task], bool] = lambda task: True
    opening: Callable[[Task], int] = lambda task: 1
    cost: Callable[[Task, Sequence[int]], float] = lambda task, sides: 0.0
    is_local: bool = False
    choice: str | None = None


@jit
def evaluate(model: AbstractFactorisation) -> Any:
    """The model's target, by one program."""
    return model()


def best_of(tried: Sequence[Candidate], kind: type | tuple[type, ...]) -> Candidate | None:
    """The candidate of least score whose method is of a kind; None if there is none."""
    of_kind = [c for c in tried if isinstance(c.member.method, kind)]
    return min(of_kind, key=lambda c: c.score) if of_kind else None


def bucket(side: int) -> int:
    """A side rounded up to one of few lengths: 32 at least, then steps of about a fifth."""
    step = 8
    while step * 8 < side:
        step *= 2
    return max(32, -(-side // step) * step)


def as_type(value: Any, dtype: Any) -> Any:
    """A number, or several, as an array, so that another value compiles nothing."""
    return jnp.asarray(value, dtype)
