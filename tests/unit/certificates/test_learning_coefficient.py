"""The learning coefficient by other roads: tables, case formulas, and outage of relay channels."""

from fractions import Fraction
from itertools import pairwise, permutations, product

import pytest

from tacit.certificates import learning_coefficient


@pytest.mark.parametrize(
    ("depth", "values"),
    [(2, (37.5, 40, 42, 44, 45.5)), (3, (33.5, 36.5, 39.5, 42, 44))],
)
def test_the_published_table_of_width_ten(depth, values):
    widths = (10,) * (depth + 1)
    assert tuple(learning_coefficient(widths, rank).value for rank in range(5)) == values


def reduced_rank_regression(widths, r):
    """λ and m by the four cases of Aoyagi and Watanabe (2005), recalled."""
    M, H, N = widths
    if N + r <= M + H and M + r <= N + H and H + r <= M + N:
        odd = (M + H + N + r) % 2
        twice = -((H + r) ** 2) - M**2 - N**2 + 2 * (H + r) * M + 2 * (H + r) * N + 2 * M * N
        return Fraction(twice + odd, 8), 1 + odd
    if N + r > M + H:
        return Fraction(H * M - H * r + N * r, 2), 1
    if M + r > N + H:
        return Fraction(H * N - H * r + M * r, 2), 1
    return Fraction(M * N, 2), 1


def test_depth_two_is_reduced_rank_regression():
    cases = [(w, r) for w in product(range(1, 9), repeat=3) for r in range(min(w) + 1)]
    assert len(cases) == 1808
    for widths, rank in cases:
        assert learning_coefficient(widths, rank) == reduced_rank_regression(widths, rank)


def by_outage(widths, rank):
    """λ at any depth from products of Gaussian matrices, without a choice of layers.

    Relays between antennas in the numbers D_0 ≤ … ≤ D_L are in outage, ‖W_L ⋯ W_1‖² < ε, with
    probability ε^d, d = Σ_i (1 − i + min_k ⌊(D_0 + … + D_k − i) / k⌋) over complex entries (Yang
    and Belfiore, 2011, recalled); over real ones half of that. A truth of rank r leaves D = H − r.
    """
    excess = sorted(width - rank for width in widths)
    sums = {k: sum(excess[: k + 1]) for k in range(1, len(excess))}
    diversity = sum(
        1 - i + min((total - i) // k for k, total in sums.items()) for i in range(1, excess[0] + 1)
    )
    return Fraction(rank * (widths[0] + widths[-1]) - rank**2 + diversity, 2)


@pytest.mark.parametrize(("depth", "widest"), [(1, 12), (2, 9), (3, 6), (4, 4), (5, 3), (6, 3)])
def test_any_depth_by_the_outage_of_relays(depth, widest):
    for widths in product(range(1, widest + 1), repeat=depth + 1):
        for rank in range(min(widths) + 1):
            found = learning_coefficient(widths, rank).value
            assert found == by_outage(widths, rank), (widths, rank)


def test_the_order_of_the_inner_widths_and_the_direction_do_not_matter():
    for widths in product(range(1, 6), repeat=4):
        first, *inner, last = widths
        for rank in range(min(widths) + 1):
            found = learning_coefficient(widths, rank)
            assert learning_coefficient(widths[::-1], rank) == found
            for order in permutations(inner):
                assert learning_coefficient((first, *order, last), rank) == found


def test_one_layer_is_regular():
    for widths in product(range(1, 9), repeat=2):
        for rank in range(min(widths) + 1):
            regular = Fraction(widths[0] * widths[1], 2)
            assert learning_coefficient(widths, rank) == (regular, 1)


def test_numbers_in_a_row():
    """Of x_1 ⋯ x_L = 0 the pole at 1/2 is L-fold."""
    for depth in range(1, 9):
        assert learning_coefficient((1,) * (depth + 1), 0) == (Fraction(1, 2), depth)


def test_it_never_exceeds_half_the_parameters_nor_falls_short_of_the_rank_manifold():
    for widths in product(range(1, 6), repeat=4):
        counts = sum(a * b for a, b in pairwise(widths))
        for rank in range(min(widths) + 1):
            dimension = rank * (widths[0] + widths[-1] - rank)
            value = learning_coefficient(widths, rank).value
            assert Fraction(dimension, 2) <= value <= Fraction(counts, 2)


@pytest.mark.parametrize(
    ("widths", "rank", "message"),
    [
        ((3,), 0, "two positive whole numbers or more"),
        ((3, 0, 3), 0, "two positive whole numbers or more"),
        ((3, 2, 3), 3, "from 0 to the least width, 2"),
        ((3, 2, 3), -1, "from 0 to the least width, 2"),
    ],
)
def test_what_cannot_be(widths, rank, message):
    with pytest.raises(ValueError, match=message):
        learning_coefficient(widths, rank)
