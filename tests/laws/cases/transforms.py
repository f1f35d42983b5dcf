"""Transforms: lengths of the tubes → transform; "linear" alone is no multiple of a unitary one."""

import numpy as np

from tacit.algebra import Cosine, Fourier, Haar, Linear, learned_transform

from .base import Case, draw


def _orthogonal(tubes: tuple[int, ...]) -> Linear:
    return Linear(*(3 * np.linalg.qr(draw((length, length)))[0] for length in tubes))


def _linear(tubes: tuple[int, ...]) -> Linear:
    return Linear(*(2 * np.eye(length) + np.tri(length) for length in tubes))


TRANSFORMS = [
    Case("Fourier", lambda tubes: Fourier()),
    Case("cosine", lambda tubes: Cosine()),
    Case("Haar", lambda tubes: Haar()),
    Case("orthogonal, three times", _orthogonal),
    Case("linear", _linear),
    Case("learned", lambda tubes: learned_transform(draw((2, 3, *tubes)))),
]
TUBES = {"order 3": (4,), "order 4": (4, 4)}
