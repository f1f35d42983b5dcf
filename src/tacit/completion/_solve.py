"""From arrays with holes to what the engine makes of them."""

import math
import time
from functools import partial
from typing import Literal, NamedTuple

import jax
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tacit._typing import Any, Mapping, PRNGKey, Sequence
from tacit.completion.axes import Axis
from tacit.completion.cases import Case, Cases, Places
from tacit.completion.delays import delayed_families
from tacit.completion.draws import generator
from tacit.completion.engine import Engine, Outcome
from tacit.completion.families import FAMILIES, AbstractMethod, Family
from tacit.completion.held_out import hold_out
from tacit.completion.notes import notes_on
from tacit.completion.part import representative_parts
from tacit.completion.plan import Blend
from tacit.completion.search import Report
from tacit.completion.seasons import seasonal_families
from tacit.completion.strips import LargeData, finish_in_strips
from tacit.completion.task import HUBER, Task
from tacit.completion.tasks import make_tasks
from tacit.runs import keep_compiled

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]
Methods = Literal["auto"] | Blend | Sequence[str | AbstractMethod]


class Solution(NamedTuple):
    """What the engine makes of arrays.

    Attributes:
        found: its answer.
        tasks: the data, or a sample of large ones, in each of the units that are tried.
        holes: their shape in words.
        notes: what a user should know.
        weight_unit: mean of the positive weights, which is 1 in the tasks.
    """

    found: Outcome
    tasks: tuple[Task, ...]
    holes: str
    notes: tuple[str, ...]
    weight_unit: float


def solve(
    data: Values,
    weights: Values,
    names: Sequence[Axis],
    *,
    outside: Mask | None = None,
    methods: Methods = "auto",
    given: Mapping[str, Any] | None = None,
    loss: Literal["squared", "huber"] = "squared",
    members: int = 3,
    budget: float | int = 60.0,
    began: float | None = None,
    denoise: bool = False,
    dtype: Any = np.float32,
    report: Report | None = None,
    key: PRNGKey,
) -> Solution:
    """Choose on held-out entries, and train on all that is observed.

    Args:
        data: finite; what stands where the weight is 0 is ignored.
        weights: of the entries, 0 where missing; only their ratios matter.
        names: of the axes.
        outside: entries without weight that are not to be filled; none if not given.
        methods: names of families, methods, what another search chose, or `"auto"`.
        given: settings that are not searched.
        loss: `"huber"` where some entries are far off.
        members: most methods of which the mean is taken.
        budget: seconds.
        began: when they began, on the clock of `time.monotonic`; now if not given.
        denoise: whether answers are wanted where something is observed as well.
        dtype: precision of training.
        report: called with the stage and its progress.
        key: JAX random key.

    Raises:
        ValueError: if the loss is unknown, or no method is left to try.
    """
    began = time.monotonic() if began is None else began
    if loss not in ("squared", "huber"):
        raise ValueError(f"loss: 'squared' or 'huber', not {loss!r}")
    robust = HUBER if loss == "huber" else math.inf
    unit = float(weights[weights > 0].mean())
    given = dict(given or {})
    facts = {"robust": robust, "dtype": dtype, "everywhere": denoise}
    # Threads of LAPACK wait for each other: on busy cores a small SVD takes 100 times as long.
    with keep_compiled(), threadpool_limits(limits=1, user_api="blas"):
        large = None
        if methods == "auto" and outside is None:
            large = LargeData.of(data, weights, names, **facts)
        if large is None:
            tasks = make_tasks(data, weights / unit, names, **facts)
            families, tried = _choose_families(tasks[0], methods)
        else:
            tasks, tried = large.sample, None
            families = tuple(f for f in FAMILIES if f.is_local and f.serves(tasks[0]))
        engine = Engine(
            tasks=tasks,
            families=families,
            given=given,
            members=members,
            deadline=began + budget,
            report=report,
            key=key,
        )
        if isinstance(methods, Blend):
            return Solution(engine.follow(methods), tasks, "", (), unit)

        whole = tasks[0] if large is None else large.outline
        parts: tuple[Places, ...] = ()
        if families and tried is None:
            parts = representative_parts(whole, families, float(budget), generator(key))
        take = partial(_take, tasks) if large is None else large.take
        regions = [(take(places), places) for places in parts] or [(tasks, None)]
        cases, words = _hold_out(regions, names, outside, key)
        chosen = engine.choose(cases, words.manner, tried, whole.wanted)
        found = engine.finish(chosen) if large is None else finish_in_strips(engine, chosen, large)
        assert found.ending is not None
        notes = notes_on(chosen, found.ending, data.shape, given)
        return Solution(found, tasks, words.holes, notes, unit)


def _take(tasks: Sequence[Task], places: Places) -> tuple[Task, ...]:
    """A part of the data: these places along each axis."""
    return tuple(task.take(places) for task in tasks)


def _hold_out(
    regions: Sequence[tuple[tuple[Task, ...], Places | None]],
    names: Sequence[Axis],
    outside: Mask | None,
    key: PRNGKey,
) -> tuple[Cases, "_Words"]:
    """What is held out of the data, or of each of the parts, and how it imitates the holes.

    Args:
        regions: the data in each of the units that are tried, or parts of them with their places.
        names: of the axes.
        outside: entries that are not to be filled, if any.
        key: JAX random key of the draw.
    """
    # Several parts are as good as several sets of one.
    sole: dict[str, int] = {"folds": 1} if len(regions) > 1 else {}
    cases: list[Case] = []
    kinds: list[str] = []
    for number, (here, places) in enumerate(regions):
        task, beyond = here[0], outside
        if places is not None:
            beyond = None if outside is None else outside[np.ix_(*places)]
        grouped = () if task.colours is None else (task.colours,)
        draw = key if number == 0 else jax.random.fold_in(key, number)
        sets, holes = hold_out(
            ~task.observed, task.ordered, grouped, outside=beyond, key=draw, **sole
        )
        # Of a single entry none can be held out: the first setting is trained, and nothing chosen.
        sets = sets or [np.zeros(task.shape, bool)]
        cases += [Case(here, held, places) for held in sets]
        kinds.append(holes.describe(names))
    words = max(kinds, key=kinds.count)
    folds = f"{len(cases)} folds of " if len(cases) > 1 and len(regions) == 1 else ""
    return Cases(tuple(cases)), _Words(words, f"{folds}{words}")


class _Words(NamedTuple):
    """What shape the holes have, and how they are imitated."""

    holes: str
    manner: str


def _choose_families(
    task: Task, methods: Methods
) -> tuple[tuple[Family, ...], list[AbstractMethod] | None]:
    """The families that may serve, or the methods to be tried instead."""
    if isinstance(methods, Blend):
        return (), None

    if methods == "auto":
        if task.is_single_series and not task.ordered:
            raise ValueError(
                "data: neighbours in this single series are not alike, so there is nothing to "
                "complete it from; say axes with 'time' if its entries are in order"
            )
        serving = [family for family in FAMILIES if family.serves(task)]
        usual = [family for family in serving if family.is_usual(task)]
        found = (*usual, *delayed_families(task), *seasonal_families(task)) or tuple(serving)
        if not found:
            raise ValueError(
                "methods: none takes outliers or weights in pictures and films; leave loss and "
                "weights out, or say with axes what the data are"
            )
        return found, None

    if isinstance(methods, str) or not methods:
        raise ValueError("methods: 'auto', or a list of at least one family or method")
    known = {family.name: family for family in FAMILIES}
    named = [name for name in methods if isinstance(name, str)]
    if unknown := [name for name in named if name not in known]:
        raise ValueError(f"methods: {unknown[0]!r} is none of {', '.join(known)}")

    # Families that cannot serve are left out as long as something is left.
    asked = tuple(known[name] for name in named if known[name].serves(task))
    tried = [method for method in methods if not isinstance(method, str)]
    if not asked and not tried:
        raise ValueError(
            f"methods: {' and '.join(named)} cannot complete these data; leave methods out, or say "
            "with axes what the data are"
        )
    return asked, tried or None
