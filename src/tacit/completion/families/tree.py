"""Low hierarchical rank: ranks of groups of modes, nested along a tree."""

import dataclasses
import math
from itertools import islice
from typing import ClassVar

import equinox as eqx

from tacit._typing import Any, Iterator, Sequence
from tacit.algebra import Tree
from tacit.algebra.formats import modes_of
from tacit.completion.families._base import Family, best_of
from tacit.completion.families._tensors import (
    AbstractTensorFactors,
    Widths,
    is_without_order,
    serves_tensors,
)
from tacit.completion.families._widths import OPENING, POOR, search_widths
from tacit.completion.plan import Candidate
from tacit.completion.task import Task
from tacit.models import TreeTucker
from tacit.models.hierarchical_tucker import halved
from tacit.models.tree_tucker import list_places, tree_shapes

_PAIRINGS: tuple[Tree, ...] = (((0, 2), (1, 3)), ((0, 3), (1, 2)))
"""Of four modes, beside that of neighbours."""


class TreeFactors(AbstractTensorFactors):
    """`LevenbergMarquardt` of a `TreeTucker` model from a small start.

    Args:
        widths: of each mode, then of the groups of modes.
        init_scale: standard deviation of the entries at the start, relative to that of the data.
        centred: whether the data are trained less their centre.
        tree: of the modes; halves of the data's order where none is given.
    """

    title: ClassVar[str] = "tree of modes"

    widths: Widths = eqx.field(static=True)
    init_scale: float | int = 0.01
    centred: bool = False
    tree: Tree = eqx.field(static=True, default=((0, 1), 2))

    def array_shapes(self, shape: Sequence[int], widths: Widths) -> list[tuple[int, ...]]:
        """A matrix of each mode, and the transfers between groups."""
        return tree_shapes(self.tree, shape, widths)

    def build(self, arrays: Sequence[Any]) -> TreeTucker:
        """The matrices of the modes, then the transfers."""
        order = len(modes_of(self.tree))
        return TreeTucker(tuple(arrays[:order]), tuple(arrays[order:]), self.tree)

    def width_parts(self) -> Sequence[Sequence[int]]:
        """The modes of each node that has a width."""
        return [modes_of(place) for place in list_places(self.tree)]

    @property
    def terms(self) -> int:
        """Ways through the tree."""
        return math.prod(self.widths)

    def facts(self) -> dict[str, Any]:
        """The tree, too."""
        return {**AbstractTensorFactors.facts(self), "tree": str(self.tree)}

    def program(self) -> str:
        """By the tree, too."""
        return f"{AbstractTensorFactors.program(self)} {self.tree}"

    def __str__(self) -> str:
        """Tree, widths and scale in words."""
        order = len(modes_of(self.tree))
        modes, groups = (" × ".join(map(str, part)) for part in _cut(self.widths, order))
        joined = f" and {groups} between groups" if groups else ""
        return f"tree {self.tree} of widths {modes}{joined}, {self.start}"


def _cut(widths: Widths, order: int) -> tuple[Widths, Widths]:
    return widths[:order], widths[order:]


def _propose(task: Task, tried: list[Candidate]) -> Iterator[AbstractTensorFactors]:
    """Equal widths with neighbours paired, then with other pairs; the rest on the better tree."""
    trees = list_trees(len(task.shape))

    def make(widths: Widths, **settings: Any) -> TreeFactors:
        best = best_of(tried, TreeFactors)
        tree = trees[0] if best is None else best.member.method.tree
        return TreeFactors(widths, tree=tree, **settings)

    search = search_widths(make, _find_limits(trees, task.shape), task, tried)
    opening = list[AbstractTensorFactors]()
    for method in islice(search, OPENING):
        opening.append(method)
        yield method
    best = best_of(tried, TreeFactors)
    if best is None:
        return

    # Where no width was of use with these pairs, another may be with others.
    for tree in trees[1:]:
        for method in opening if best.score > POOR else [best.member.method]:
            yield dataclasses.replace(method, tree=tree)
    yield from search


def list_trees(order: int) -> list[Tree]:
    """Halves of the data's order; of four modes then the two other pairings."""
    return [halved(tuple(range(order))), *(_PAIRINGS if order == 4 else ())]


def _find_limits(trees: Sequence[Tree], sides: Sequence[int]) -> list[int]:
    """Of each place at most the sides of its modes, or those of all others; of several trees."""

    def limit(place: Tree) -> int:
        inside = math.prod(sides[mode] for mode in modes_of(place))
        return min(inside, math.prod(sides) // inside)

    return [max(map(limit, same)) for same in zip(*map(list_places, trees), strict=True)]


TREE = Family(
    "tree",
    serves_tensors,
    _propose,
    # Of three modes a tree is a Tucker model.
    is_usual=lambda task: is_without_order(task) and len(task.shape) > 3,
    opening=lambda task: OPENING,
    cost=lambda task, sides: _make_narrow(len(sides)).work(sides),
)


def _make_narrow(order: int) -> TreeFactors:
    tree = list_trees(order)[0]
    return TreeFactors((2,) * len(list_places(tree)), tree=tree)
