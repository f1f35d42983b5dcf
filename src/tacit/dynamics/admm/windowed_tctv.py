"""Correlated total variation of small windows, by the quasi-norm that depth prefers."""

import math
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit._jit import jit
from tacit._typing import (
    Array,
    Bool,
    Callable,
    IntScalar,
    RealScalar,
    ScalarLike,
    Sequence,
    Shaped,
    Target,
)
from tacit.algebra.differences import Fields, difference, difference_adjoint, solve_differences
from tacit.algebra.windows import share_left, shrink_windows, window_shifts
from tacit.dynamics._base import AbstractDynamics
from tacit.dynamics.admm import splitting
from tacit.models import AbstractFactorisation, Direct
from tacit.problems import Problem

_CORNER = 0.05
"""ε, where φ' is 1 at every depth, in units of the root mean square of y."""


class WindowedTCTV(AbstractDynamics):
    """The explicit min (1/γ) Σ_d Σ_s Σ_w φ(𝒯_s(∇_d X)_w) subject to X = y where observed.

    The gradient field ∇_d X along direction d is cut into windows w, of side b along every
    direction. 𝒯_s makes of a window the slices b × c, along direction s and across the c channels,
    one for each frequency of the cosine transform along the other directions; φ sums a function of
    their singular values, φ'(σ) = (σ/ε)^{2/L − 1}, and γ is the number of pairs (d, s): all of two
    directions; of more, those where s is next to d. To within a factor φ is the Schatten quasi-norm
    Σ σ^{2/L}, L times which is the least Σ_j ‖W_j‖² of L factors of a slice: the nuclear norm at
    L = 2, the logarithm at L = ∞. L = 2 and one window as large as a picture is `TCTV` in both of
    its good orientations together [wang2023tctv]; small windows adapt to what is local, and depth
    brings out few strong edges.

    By alternating directions of multipliers, as `TCTV`; the windows' grid moves from step to step,
    so that no seams form. Beyond L = 2 the problem is not convex: σ shrinks towards the larger of
    the two σ⁺ that are stationary, and to 0 where there is none, and the growing penalty brings all
    to rest. ε is a twentieth of the root mean square of y, about which y is best centred.
    Differences stop at the boundary. Time is the number of steps.

    Where y is noisy, a positive `noise` takes ‖X − y‖²/(2 · noise · scale) over what is observed
    into the objective, in place of the constraint; the model is then X there.

    Args:
        depth: L ≥ 2, `inf` for the logarithm.
        window: side b of the windows, in entries; sides that are shorter are taken whole.
        directions: modes along which neighbours are alike; the others are channels.
        batch: mode of which each slice is a tensor of its own, such as a tile of a large picture.
        penalty: μ at the start, in units of 1 / scale.
        growth: factor of μ from step to step, at least 1.
        scale: the root mean square that penalty, ε and noise are units of; that of y if not given.
        noise: how far X may be from noisy data; 0 for data that are met exactly.

    Raises:
        ValueError: if a known depth is below 2, the window is shorter than 2, the directions are
            none or repeated or the batch is one of them, a known penalty is not positive, a known
            growth is below 1, or a known noise is negative.
    """

    depth: ScalarLike = math.inf
    window: int = eqx.field(static=True, default=16)
    directions: tuple[int, ...] = eqx.field(static=True, default=(0, 1))
    batch: int | None = eqx.field(static=True, default=None)
    penalty: ScalarLike = 1e-3
    growth: ScalarLike = 1.1
    scale: ScalarLike | None = None
    noise: ScalarLike = 0.0

    def __check_init__(self):
        splitting.refuse_unless_growing("WindowedTCTV", self.penalty, self.growth)
        together = (*self._lanes, *self.directions) if self.directions else ()
        splitting.refuse_unless_distinct("WindowedTCTV", together)
        if isinstance(self.depth, int | float) and not self.depth >= 2:
            raise ValueError(f"WindowedTCTV: depth must be at least 2, got {self.depth}")
        if isinstance(self.noise, int | float) and not self.noise >= 0:
            raise ValueError(f"WindowedTCTV: noise must not be negative, got {self.noise}")
        if self.window < 2:
            raise ValueError(f"WindowedTCTV: window must be at least 2, got {self.window}")

    def init(self, problem: Problem, model: AbstractFactorisation) -> splitting.AdmmState:
        """Duals of zero, and the penalty at its start.

        Raises:
            ValueError: if the model is not `Direct`, the problem is anything but entries that are
                observed or not, or a direction is not one of the tensor's modes.
        """
        shape = problem.operator.shape
        splitting.refuse_unless_modes("WindowedTCTV", (*self._lanes, *self.directions), shape)
        unit = _unit(problem, self.scale)
        return splitting.start("WindowedTCTV", problem, model, len(self._terms), self.penalty, unit)

    def advance(
        self,
        problem: Problem,
        model: AbstractFactorisation,
        state: splitting.AdmmState,
        gap: ScalarLike,
    ) -> tuple[AbstractFactorisation, splitting.AdmmState]:
        """Take `gap` steps; without noise the model satisfies the constraint after each."""
        assert isinstance(model, Direct)
        shape = problem.operator.shape
        lanes, sides = (tuple(shape[m] for m in modes) for modes in (self._lanes, self.directions))
        channels = sorted({*range(len(shape))} - {*self._lanes, *self.directions})
        order = (*self._lanes, *channels, *self.directions)

        def apart(X: Shaped[Array, "..."]) -> Shaped[Array, "..."]:
            return jnp.transpose(X, order).reshape(*lanes, -1, *sides)

        def together(Z: Target) -> Target:
            stored = Z.reshape([shape[mode] for mode in order])
            return jnp.transpose(stored, tuple(np.argsort(order).tolist()))

        def turned(
            state: splitting.AdmmState, turn: Callable[[Target], Target]
        ) -> splitting.AdmmState:
            return state._replace(X=turn(state.X), duals=tuple(map(turn, state.duals)))

        mask, values = splitting.observed(problem)
        scale = _scale(mask, values, self.scale)
        seen, move = splitting.Observed(apart(mask), apart(values)), self._step
        if self._lanes:
            move = jax.vmap(move, in_axes=(0, None, 0, 0, None, None))
        step = partial(move, seen, scale)
        inner, state = Direct(apart(model.array)), turned(state, apart)
        inner, state = splitting.advance(step, inner, state, self.growth, gap)
        moved = eqx.tree_at(lambda direct: direct.array, model, together(inner()))
        return moved, turned(state, together)

    @property
    def _lanes(self) -> tuple[int, ...]:
        return () if self.batch is None else (self.batch,)

    @property
    def _terms(self) -> list[tuple[int, int]]:
        """Pairs of a direction d of differences and a side s of slices, by place in `directions`.

        All of them for two directions; for more, whose steps are dear, the next one alone.
        """
        each = range(len(self.directions))
        return [(d, s) for d in each for s in each if len(each) < 3 or s == (d + 1) % len(each)]

    def _step(
        self,
        seen: splitting.Observed,
        scale: RealScalar,
        X: Fields,
        duals: splitting.Duals,
        mu: RealScalar,
        number: IntScalar,
    ) -> tuple[Fields, Fields, splitting.Duals]:
        """The step of `splitting`, of tensors by their channels."""
        shifts = window_shifts(number, X.shape[1:], self.window)
        threshold = 1 / (len(self._terms) * mu)
        corner, slack = _CORNER * scale, self.noise * scale
        factor = partial(share_left, threshold=threshold, corner=corner, depth=self.depth)
        multiplier = -self._adjoint(duals)
        free = X + multiplier / mu
        # The minimum of ‖Z − y‖²/(2 · slack) + μ‖Z − free‖²/2 where observed; y itself without.
        Z = seen.imposed(free)
        Z = Z + (free - Z) * (mu * slack / (1 + mu * slack))
        splits = [
            shrink_windows(difference(X, d) + dual / mu, s, self.window, shifts, factor)
            for (d, s), dual in zip(self._terms, duals, strict=True)
        ]
        pulls = [split - dual / mu for split, dual in zip(splits, duals, strict=True)]
        X = solve_differences(
            Z - multiplier / mu + self._adjoint(pulls), [d for d, _ in self._terms]
        )
        raised = (
            dual + mu * (difference(X, d) - split)
            for (d, _), split, dual in zip(self._terms, splits, duals, strict=True)
        )
        # Before it is at rest Z leans on the data: what is learnt of noisy ones is in X.
        return jnp.where(seen.mask & (slack > 0), X, Z), X, tuple(raised)

    def _adjoint(self, fields: Sequence[Fields]) -> Fields:
        """Σ ∇_dᵀ V over the terms."""
        pairs = zip(self._terms, fields, strict=True)
        first, *rest = (difference_adjoint(V, d) for (d, _), V in pairs)
        return sum(rest, start=first)


@jit
def _unit(problem: Problem, scale: ScalarLike | None) -> RealScalar:
    """‖y‖ over the scale, where observed."""
    mask, values = splitting.observed(problem)
    if scale is None:
        return _root_count(mask, values.dtype)
    return jnp.linalg.norm(values.ravel()) / scale


def _scale(mask: Bool[Array, "..."], values: Target, given: ScalarLike | None) -> RealScalar:
    """The scale that is given, or the root mean square of what is observed."""
    if given is not None:
        return jnp.asarray(given, values.dtype)
    return jnp.linalg.norm(values.ravel()) / _root_count(mask, values.dtype)


def _root_count(mask: Bool[Array, "..."], dtype: np.dtype) -> RealScalar:
    """√ of the number of entries that are observed, at least one."""
    return jnp.sqrt(jnp.maximum(jnp.sum(mask, dtype=dtype), 1))
