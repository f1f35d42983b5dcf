"""How many parameters a deep linear network counts for: its learning coefficient, exactly."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple


class LearningCoefficient(NamedTuple):
    """The learning coefficient λ of a model at a truth, and its multiplicity m.

    The parameters whose loss is below ε have the volume ε^λ (ln 1/ε)^(m−1) up to a constant, the
    evidence of n observations costs λ ln n − (m − 1) ln ln n, and a Bayesian prediction loses λ/n.
    A regular model of d parameters has λ = d/2 and m = 1.
    """

    value: Fraction
    multiplicity: int


def learning_coefficient(widths: Sequence[int], rank: int) -> LearningCoefficient:
    """Return λ of X = W_L ⋯ W_1 with squared loss where the truth has this rank [aoyagi2024].

    With the excess D_i = H_i − r of the widths, S the l + 1 least of them that satisfy
    l max_S D ≤ Σ_S D < l D_i for every i outside S, s = Σ_S D, M = ⌈s / l⌉ and a = s − (M − 1) l,

        λ = (r (H_0 + H_L) − r² + Σ_{i<j ∈ S} D_i D_j) / 2 + (a (l − a) − (l − 1) s²) / 4l,

    and m = a (l − a) + 1. It takes inputs of a full-rank covariance, and a prior with weight where
    the fibre of the truth is most singular, at factors of rank r. At other points of the fibre the
    local coefficient is at least as large.

    Args:
        widths: H_0, …, H_L, from the inputs to the outputs; for a matrix (n, …, m).
        rank: r, of the matrix that is to be learnt.

    Raises:
        ValueError: There are fewer than two widths, one is not positive, or none of the products
            has the rank.
    """
    sizes = tuple(int(width) for width in widths)
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(
            "learning_coefficient: widths must be two positive whole numbers or more, from the "
            f"inputs to the outputs, got {tuple(widths)}"
        )
    if not 0 <= rank <= min(sizes):
        raise ValueError(
            f"learning_coefficient: rank must be from 0 to the least width, {min(sizes)}, as "
            f"products have no other, got {rank}"
        )

    # Narrow layers decide: the next wider one is among them while it constrains the others' sum.
    excess = sorted(size - rank for size in sizes)
    count = 2
    while count < len(excess) and sum(excess[:count]) >= (count - 1) * excess[count]:
        count += 1
    narrow, layers = excess[:count], count - 1

    total = sum(narrow)
    remainder = total - (-(-total // layers) - 1) * layers
    spread = remainder * (layers - remainder)
    pairs = sum(first * second for first, second in combinations(narrow, 2))
    value = Fraction(rank * (sizes[0] + sizes[-1]) - rank**2 + pairs, 2)
    value += Fraction(spread - (layers - 1) * total**2, 4 * layers)
    return LearningCoefficient(value, spread + 1)
