"""Windows of a tensor's fields, their slices' singular values shrunk as depth shrinks them."""

import math

import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Callable, Float, Int, IntScalar, RealScalar, ScalarLike, Sequence
from tacit.algebra.batched_small_svd import scale_singular_values
from tacit.algebra.differences import Fields, along
from tacit.algebra.matrix_transforms import Cosine

_GOLDEN = (math.sqrt(5) - 1) / 2
_STEPS = 3


def window_shifts(number: IntScalar, sides: Sequence[int], window: int) -> Int[Array, " sides"]:
    """How far the windows' grid is moved along each side at a step: evenly, no two sides alike.

    Args:
        number: of the step.
        sides: of the tensor.
        window: side of the windows.
    """
    turns = [_GOLDEN ** (place + 1) for place in range(len(sides))]
    # A window that is alone keeps its place: moved round, it would have a seam within.
    lengths = [window if side > window else 1 for side in sides]
    shares = jnp.mod(number.astype(jnp.float32) * jnp.asarray(turns, jnp.float32), 1)
    return jnp.floor(shares * jnp.asarray(lengths, jnp.float32)).astype(jnp.int32)


def shrink_windows(
    V: Fields,
    side: int,
    window: int,
    shifts: Int[Array, " sides"],
    factor: Callable[[Float[Array, "..."]], Float[Array, "..."]],
) -> Fields:
    """Multiply the singular values σ of every slice of every window by f(σ).

    The slices are b × c, along a side and across the channels, one for each frequency of the
    orthonormal cosine transform along the other sides of the window. What is missing to whole
    windows is zero.

    Args:
        V: the fields.
        side: the side along which slices run.
        window: b; sides that are shorter are taken whole.
        shifts: by how much the fields are moved round against the windows, on each side.
        factor: f, elementwise.
    """
    # The side comes first, so that columns never run along the axis that is contiguous.
    order = [side, *(mode for mode in range(V.ndim - 1) if mode != side)]
    V = jnp.moveaxis(V, side + 1, 1)
    sides, shifts = V.shape[1:], shifts[np.array(order)]
    lengths = [min(window, length) for length in sides]
    counts = [-(-n // b) for n, b in zip(sides, lengths, strict=True)]
    beyond = [(0, c * b - n) for n, b, c in zip(sides, lengths, counts, strict=True)]
    axes = tuple(range(1, V.ndim))
    moved = jnp.roll(jnp.pad(V, [(0, 0), *beyond]), shifts, axes)
    split = [length for pair in zip(counts, lengths, strict=True) for length in pair]
    windows = moved.reshape(-1, *split)
    tubes = {2 * mode + 2: Cosine().matrices((b,))[0] for mode, b in enumerate(lengths) if mode}
    for axis, matrix in tubes.items():
        windows = along(windows, matrix, axis)
    windows = jnp.stack(scale_singular_values(list(windows), 1, factor))
    for axis, matrix in tubes.items():
        windows = along(windows, matrix.T, axis)
    back = jnp.roll(windows.reshape(moved.shape), -shifts, axes)
    return jnp.moveaxis(back[tuple(slice(length) for length in V.shape)], 1, side + 1)


def share_left(
    spectrum: Float[Array, "..."], threshold: RealScalar, corner: RealScalar, depth: ScalarLike
) -> Float[Array, "..."]:
    """The share σ⁺/σ left by τφ with φ'(σ) = (σ/ε)^{2/L − 1}, where σ⁺ + τ φ'(σ⁺) = σ.

    The left-hand side is least at σ⁺ = ((1 − 2/L) τ ε^{1 − 2/L})^{L/(2L − 2)}. To the right of that
    lies the root that is a minimum, towards which the iteration from σ falls; whatever falls below
    it vanishes. Every iterate increases with σ.

    Args:
        spectrum: singular values σ.
        threshold: τ.
        corner: ε, where φ' is 1.
        depth: L ≥ 2, `inf` for the logarithm.
    """
    power = 2 / jnp.asarray(depth, spectrum.dtype) - 1
    scaled = threshold * corner**-power
    least = (-power * scaled) ** (1 / (1 - power))
    kept = spectrum
    for _ in range(_STEPS):
        kept = spectrum - scaled * jnp.maximum(kept, least) ** power
    kept = jnp.where(kept >= least, jnp.maximum(kept, 0), 0)
    return kept / jnp.where(spectrum > 0, spectrum, 1)
