"""The options that the commands on experiments share."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

Preset = Literal["smoke", "paper"]
RUNS = Path("runs")


@Parameter(name="*")
@dataclass(frozen=True)
class Choice:
    """Which run.

    Attributes:
        preset: `smoke` takes seconds; `paper` has the paper's own settings and takes minutes.
        seed: Random seed; by default that of the preset.
        out: Folder in which runs are stored.
    """

    preset: Preset = "smoke"
    seed: int | None = None
    out: Path = RUNS


@Parameter(name="*")
@dataclass(frozen=True)
class Workers:
    """Who computes the cells of a sweep.

    Attributes:
        workers: Processes to start on this machine, by Dask; 1 computes in this process, without.
        dask: Address of a Dask scheduler, such as tcp://10.0.0.1:8786, whose workers compute.
    """

    workers: int = 1
    dask: str | None = None


@Parameter(name="*")
@dataclass(frozen=True)
class Plane:
    """What is drawn of a sweep.

    Attributes:
        value: Result shown by the colours; by default the share of claims that hold.
        x: Axis along the horizontal; cells of further axes are averaged.
        y: Axis along the vertical.
    """

    value: str | None = None
    x: str | None = None
    y: str | None = None


Json = Annotated[bool, Parameter(name="--json", negative=())]
Quiet = Annotated[bool, Parameter(negative=())]
Output = Annotated[Path | None, Parameter(name=("--output", "-o"))]


def _texts(kind: Any, tokens: Any) -> dict[str, str]:
    """The value of each `--config.FIELD VALUE`, as it was typed."""
    if not isinstance(tokens, Mapping):
        raise ValueError("--config needs a setting's name: --config.FIELD VALUE")
    for field, found in tokens.items():
        if isinstance(found, Mapping):
            raise ValueError(f"--config.{field} has no parts: write --config.{field} VALUE")
    return {field: found[-1].value for field, found in tokens.items()}


Config = Annotated[dict[str, str] | None, Parameter(converter=_texts, accepts_keys=True)]
