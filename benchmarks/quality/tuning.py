"""A peer at its best: each setting of a grid on held-out entries, the best one fitted to all."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.peers.worker import PEERS, ROOT, Measured, Settings, call

Score = Callable[[NDArray, NDArray], float]


class Peer(NamedTuple):
    """A method of a module of peers and the settings that it is given; one setting is no choice."""

    module: str
    method: str
    settings: Settings


class Best(NamedTuple):
    """The answer of the chosen setting, and what the choice took."""

    measured: Measured
    setting: dict[str, Any]
    tuning_seconds: float


def rmse(predicted: NDArray, truth: NDArray) -> float:
    """The root of the mean squared error."""
    return float(np.sqrt(np.mean((predicted.astype(float) - truth) ** 2)))


def best(
    peer: Peer,
    inner: Mapping[str, NDArray],
    error: Callable[[NDArray], float],
    outer: Mapping[str, NDArray],
) -> Best | None:
    """The setting whose answer to `inner` has the least error, fitted to `outer`.

    None where no setting ended within the limit of seconds.
    """
    settings, seconds = peer.settings, 0.0
    if len(settings) > 1:
        tried = [
            (error(answer.predicted), index, answer.seconds)
            for index, answer in enumerate(call(peer.module, peer.method, inner, settings))
            if answer is not None and np.isfinite(answer.predicted).all()
        ]
        if not tried:
            return None
        seconds = sum(took for *_, took in tried)
        settings = [settings[min(tried)[1]]]
    (answer,) = call(peer.module, peer.method, outer, settings)
    return None if answer is None else Best(answer, settings[0], seconds)


def grid(**choices: list[Any]) -> Settings:
    """Every combination of the choices, the last one changing first."""
    found: Settings = [{}]
    for name, values in choices.items():
        found = [{**setting, name: value} for setting in found for value in values]
    return found


def installed() -> bool:
    """Whether the peers' environment has been made."""
    return PEERS.exists()


def versions() -> str:
    """The versions of the peers that are asked for."""
    lines = (ROOT / "benchmarks" / "peers-requirements.txt").read_text().split()
    return "Peers: " + ", ".join(line.replace("==", " ") for line in lines)
