"""Generated tensors of low CP rank, multilinear rank, train rank and hierarchical rank."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SEED = 20_260
"""No seed of a method: a start that happened to be the truth would be no test."""
SHAPES = {3: (40, 40, 40), 4: (16, 16, 16, 16)}
KINDS = ("CP", "multilinear", "train", "hierarchical")
SHARES = (10, 30, 5)
"""Per cent seen."""
NOISES = ("20 dB", "none")
_LETTERS = "abcd"


class Cube(NamedTuple):
    """A generated tensor, and the ranks that are given to those that ask for one.

    Attributes:
        truth: of unit mean square.
        values: with the noise.
        observed: true where seen.
        rank: components of which it is surely a sum.
        multirank: ranks of its unfoldings.
    """

    truth: NDArray
    values: NDArray
    observed: NDArray[np.bool_]
    rank: int
    multirank: tuple[int, ...]


def generated(kind: str, order: int, noise: str, share: int) -> Cube:
    """One draw: normal factors, noise of that many decibels less, single entries seen.

    Args:
        kind: one of `KINDS`.
        order: 3 or 4.
        noise: one of `NOISES`.
        share: per cent of the entries that are seen.
    """
    rng = np.random.default_rng([SEED, KINDS.index(kind), order])
    shape = SHAPES[order]
    make = {"CP": _canonical, "multilinear": _tucker, "train": _train, "hierarchical": _tree}
    truth, rank, multirank = make[kind](shape, rng)
    truth = truth / math.sqrt(np.mean(truth**2))
    size = 0.0 if noise == "none" else 10 ** (-float(noise.split()[0]) / 20)
    values = truth + size * rng.standard_normal(shape)
    observed = np.random.default_rng([SEED, share, order]).random(shape) < share / 100
    return Cube(truth, values, observed, rank, multirank)


def _canonical(shape: tuple[int, ...], rng: np.random.Generator) -> tuple:
    """Five components."""
    modes = _LETTERS[: len(shape)]
    rule = ",".join(f"{mode}r" for mode in modes) + "->" + modes
    factors = (rng.standard_normal((side, 5)) for side in shape)
    return np.einsum(rule, *factors, optimize=True), 5, (5,) * len(shape)


def _tucker(shape: tuple[int, ...], rng: np.random.Generator) -> tuple:
    """Of sides 3, 4 and 5, or 2, 3, 3 and 4."""
    ranks = (3, 4, 5) if len(shape) == 3 else (2, 3, 3, 4)
    found = rng.standard_normal(ranks)
    for mode, (side, rank) in enumerate(zip(shape, ranks, strict=True)):
        turned = np.tensordot(rng.standard_normal((side, rank)), found, (1, mode))
        found = np.moveaxis(turned, 0, mode)
    return found, math.prod(sorted(ranks)[:-1]), ranks


def _train(shape: tuple[int, ...], rng: np.random.Generator) -> tuple:
    """Of bonds 3 and 4, or 3, 4 and 3."""
    bonds = (1, 3, 4, 1) if len(shape) == 3 else (1, 3, 4, 3, 1)
    found = np.ones((1, 1))
    for mode, side in enumerate(shape):
        core = rng.standard_normal((bonds[mode], side, bonds[mode + 1]))
        found = np.tensordot(found, core, 1)
    multirank = tuple(bonds[mode] * bonds[mode + 1] for mode in range(len(shape)))
    return found[0, ..., 0], math.prod(bonds), multirank


def _tree(shape: tuple[int, ...], rng: np.random.Generator) -> tuple:
    """Pairs of modes, the last with the rest: three columns a leaf, three components a node."""
    whole, width = rng.standard_normal((shape[0], 3)), 3
    if len(shape) == 4:
        left, right = (_pair(shape[at : at + 2], rng) for at in (0, 2))
        return np.einsum("abr,cdr->abcd", left, right), width**3, (3,) * 4
    pair = _pair(shape[1:], rng)
    return np.einsum("ar,bcr->abc", whole, pair), width**2, (3, 3, 3)


def _pair(sides: tuple[int, ...], rng: np.random.Generator) -> NDArray:
    """Three mixtures of the outer products of three columns of one mode and three of another."""
    one, other = (rng.standard_normal((side, 3)) for side in sides)
    return np.einsum("ax,by,xyr->abr", one, other, rng.standard_normal((3, 3, 3)))
