"""Invertible transforms along the tubes of a tensor: what a t-product multiplies slice by slice.

A tensor has shape (m, n, *k): two sides, then one or more tube modes. Its transform T̄ is held slice
first, one m × n matrix for each of the frequencies that determine the rest.
"""

from abc import abstractmethod
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from tacit._typing import Array, Complex, Float, Inexact, Sequence

Tubes = tuple[int, ...]


class SliceClasses(NamedTuple):
    """Which of the stored slices determine all: one of each conjugate pair, and the real ones.

    `real` and `paired` number them; stored slice i is the representative `source[i]` in the order
    real, paired, or its conjugate where `conjugated[i]`; `every` has the shape of a tube and says
    which representative stands at each frequency.
    """

    real: np.ndarray
    paired: np.ndarray
    source: np.ndarray
    conjugated: np.ndarray
    every: np.ndarray


class AbstractTransform(eqx.Module):
    """An invertible linear map M of tubes; real, or such that real tubes have conjugate spectra.

    It has no array leaves: a model that holds one does not take it for a parameter. Products,
    identities, transposes, t-QR, t-SVD and pseudo-inverses are defined for every transform. Norms,
    Parseval ‖T‖_F² = ‖T̄‖_F² / c, transpose = adjoint and Eckart–Young hold where M Mᴴ = c I
    [kernfeld2015].
    """

    @abstractmethod
    def forward(self, T: Float[Array, "m n *k"]) -> Inexact[Array, "s m n"]:
        """Slices of T̄, those that are stored."""

    @abstractmethod
    def inverse(self, slices: Inexact[Array, "s m n"], tubes: Tubes) -> Float[Array, "m n *k"]:
        """The real tensor with the given slices and tube lengths."""

    @abstractmethod
    def conjugate(self, T: Float[Array, "m n *k"]) -> Float[Array, "m n *k"]:
        """The tensor whose slices are the complex conjugates of those of T."""

    @abstractmethod
    def classes(self, tubes: Tubes) -> SliceClasses:
        """The slices that determine all others, for tubes of the given lengths."""

    @abstractmethod
    def unitary_factor(self, tubes: Tubes) -> float | None:
        """The c of M Mᴴ = c I, or None if M is no multiple of a unitary matrix."""


class Fourier(AbstractTransform):
    """The discrete Fourier transform of real tubes, T̄_j = Σ_l T_l e^{−2πi jl/k} [kilmer2011].

    Half of the spectrum is stored, as by `rfftn`; the other half is its conjugate. c is the number
    of frequencies. The t-product is the circular convolution of tubes.
    """

    def forward(self, T: Float[Array, "m n *k"]) -> Complex[Array, "s m n"]:
        """Half of the spectrum, the last tube mode cut after its Nyquist frequency."""
        m, n, *tubes = T.shape
        spectrum = _real_spectrum(T)
        for _ in tubes[1:]:
            spectrum = _spectrum(spectrum)
        return spectrum.reshape(-1, m, n)

    def inverse(self, slices: Inexact[Array, "s m n"], tubes: Tubes) -> Float[Array, "m n *k"]:
        """The real tensor of half a spectrum."""
        spectrum = slices.reshape(*_half(tubes), *slices.shape[1:])
        for _ in tubes[1:]:
            spectrum = _back(spectrum)
        return _real_back(spectrum, tubes[-1])

    def conjugate(self, T: Float[Array, "m n *k"]) -> Float[Array, "m n *k"]:
        """Each tube read backwards, T_l ↦ T_{−l}."""
        modes = tuple(range(2, T.ndim))
        return jnp.roll(jnp.flip(T, modes), 1, modes)

    def classes(self, tubes: Tubes) -> SliceClasses:
        """One of each pair ±j; the slices at frequencies j = −j are real.

        With several tube modes both of a pair may be stored, where the last is 0 or Nyquist's.
        """
        stored, opposite = _positions(tubes, _half(tubes))
        representative = np.where(opposite < 0, stored, np.minimum(stored, opposite))
        real = stored[opposite == stored]
        paired = stored[(representative == stored) & (opposite != stored)]
        slot = np.full(stored.size, -1)
        slot[np.concatenate([real, paired])] = np.arange(real.size + paired.size)
        half, beyond = _positions(tubes, tubes)
        kept = np.where(half < 0, beyond, half)
        every = slot[representative[kept]].reshape(tubes)
        return SliceClasses(real, paired, slot[representative], representative != stored, every)

    def unitary_factor(self, tubes: Tubes) -> float:
        """M Mᴴ = k I."""
        return float(np.prod(tubes))


_LONGEST = 256
"""Longest tubes transformed by a matrix: quicker where they are short, and without XLA's FFT, whose
threads on a CPU may wait for each other for ever when two transforms run at once (jaxlib 0.10)."""


def _waves(count: int, length: int) -> np.ndarray:
    """e^{−2πi jl/length} for j < count."""
    turns = np.outer(np.arange(count), np.arange(length)) % length
    return np.exp(-2j * np.pi * turns / length)


def _real_spectrum(T: Float[Array, "*shape k"]) -> Complex[Array, "h *shape"]:
    """Half the spectrum along the last axis, as the first."""
    length = T.shape[-1]
    if length > _LONGEST:
        return jnp.moveaxis(jnp.fft.rfft(T, axis=-1), -1, 0)
    # One product for both parts, or XLA lays out each anew.
    waves = _waves(length // 2 + 1, length)
    stacked = jnp.asarray(np.concatenate([np.real(waves), np.imag(waves)]), T.dtype)
    both = jnp.tensordot(stacked, T, axes=(1, T.ndim - 1))
    return jax.lax.complex(*jnp.split(both, 2))


def _real_back(spectrum: Inexact[Array, "h *shape"], length: int) -> Float[Array, "*shape k"]:
    """The inverse of `_real_spectrum`, which takes the real parts of frequencies that are real."""
    if length > _LONGEST:
        return jnp.fft.irfft(jnp.moveaxis(spectrum, 0, -1), length, axis=-1)
    waves = _waves(length // 2 + 1, length)
    times = np.where(2 * np.arange(len(waves)) % length == 0, 1, 2)[:, None] / length
    parts = jnp.concatenate([jnp.real(spectrum), jnp.imag(spectrum)])
    stacked = np.concatenate([times * np.real(waves), times * np.imag(waves)])
    return jnp.tensordot(parts, jnp.asarray(stacked, parts.dtype), axes=(0, 0))


def _spectrum(T: Complex[Array, "*shape k"]) -> Complex[Array, "k *shape"]:
    """The spectrum along the last axis, as the first."""
    length = T.shape[-1]
    if length > _LONGEST:
        return jnp.moveaxis(jnp.fft.fft(T, axis=-1), -1, 0)
    waves = jnp.asarray(_waves(length, length), T.dtype)
    return jnp.tensordot(waves, T, axes=(1, T.ndim - 1))


def _back(spectrum: Inexact[Array, "k *shape"]) -> Complex[Array, "*shape k"]:
    """The inverse of `_spectrum`."""
    length = len(spectrum)
    if length > _LONGEST:
        return jnp.fft.ifft(jnp.moveaxis(spectrum, 0, -1), axis=-1)
    waves = np.conj(_waves(length, length)) / length
    spectrum = jax.lax.complex(jnp.real(spectrum), jnp.imag(spectrum))
    return jnp.tensordot(spectrum, jnp.asarray(waves, spectrum.dtype), axes=(0, 0))


def _half(tubes: Tubes) -> Tubes:
    return (*tubes[:-1], tubes[-1] // 2 + 1)


def _positions(tubes: Tubes, within: Tubes) -> tuple[np.ndarray, np.ndarray]:
    """Place in half the spectrum of each frequency ±j, j in a grid `within`; −1 if not stored."""
    half = _half(tubes)
    grid = np.indices(within).reshape(len(tubes), -1)
    opposite = -grid % np.array(tubes)[:, None]
    return _place(grid, half), _place(opposite, half)


def _place(frequencies: np.ndarray, half: Tubes) -> np.ndarray:
    stored = frequencies[-1] < half[-1]
    inside = np.where(stored, frequencies, 0)
    return np.where(stored, np.ravel_multi_index(tuple(inside), half), -1)


def apart(
    slices: Inexact[Array, "s m n"], classes: SliceClasses
) -> tuple[Inexact[Array, "_ m n"], ...]:
    """The slices that determine the rest: a batch of real ones, and of complex ones if any.

    A real slice must be factorised as one: the phase of a complex singular vector is arbitrary.
    """
    real = jnp.real(slices)
    if not classes.paired.size:
        return (real,)
    return real[classes.real], slices[classes.paired]


def together(
    parts: Sequence[Inexact[Array, "_ m n"]], classes: SliceClasses
) -> Inexact[Array, "s m n"]:
    """All stored slices from those that determine them: the inverse of `apart`."""
    if not classes.paired.size:
        return parts[0]
    real, paired = parts
    slices = jnp.concatenate([real.astype(paired.dtype), paired])[classes.source]
    if classes.conjugated.any():
        slices = jnp.where(classes.conjugated[:, None, None], jnp.conj(slices), slices)
    return slices


def tube_lengths(T: Float[Array, "m n *k"]) -> Tubes:
    """Lengths of the tube modes of a tensor.

    Raises:
        ValueError: if it has none.
    """
    if T.ndim < 3:
        raise ValueError(f"a tensor needs order ≥ 3, two sides and tubes; got shape {T.shape}")
    if jnp.iscomplexobj(T):
        raise ValueError("a tensor must be real: of a complex one take real and imaginary part")
    return T.shape[2:]


def refuse_unless_unitary(what: str, transform: AbstractTransform, tubes: Tubes) -> float:
    """The c of M Mᴴ = c I.

    Args:
        what: what needs it, for the message.
        transform: the transform M in question.
        tubes: lengths of the tube modes.

    Raises:
        ValueError: if the transform has none.
    """
    factor = transform.unitary_factor(tubes)
    if factor is None:
        raise ValueError(
            f"{what} needs a transform with M Mᴴ = c I; for {type(transform).__name__} of this "
            "matrix only products, identities, t-SVD, t-QR, pseudo-inverses and ranks are defined"
        )
    return factor
