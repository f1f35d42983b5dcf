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
