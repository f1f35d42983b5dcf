"""The commands that faults are tried on: small inputs, and what they write."""

import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tacit.media.atomic import recover_folder

QUICK = ("--smooth", "off", "--method", "deep", "--depth", "2", "--init-scale", "1e-3", "--quiet")
EXPERIMENT = "chu2024_fig1"


def make_inputs(folder: Path) -> None:
    """A table with holes and a table of ratings."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(30, 2)) @ rng.normal(size=(2, 20))
    values[rng.random(values.shape) < 0.4] = np.nan
    np.save(folder / "in.npy", values)
    rows, columns, stars = rng.integers(0, 30, 600), rng.integers(0, 20, 600), rng.normal(3, 1, 600)
    table, names = np.column_stack([rows, columns, stars]), "user,item,rating"
    np.savetxt(folder / "ratings.csv", table, "%.6g", ",", header=names, comments="")


class Command(NamedTuple):
    """A command that writes the same bytes for the same seed.

    Attributes:
        name: in the table.
        arguments: with `{seed}` in the place of the seed.
        written: file or folder that it replaces.
        ends: with which a file whose bytes hold the time is whole; empty where it holds none.
    """

    name: str
    arguments: tuple[str, ...]
    written: str
    ends: bytes = b""

    def line(self, seed: int) -> list[str]:
        """The arguments for a seed."""
        return [word.format(seed=seed) for word in self.arguments]

    def state(self, folder: Path) -> str:
        """A digest of what there is, which is that of an answer if it is whole."""
        path = folder / self.written
        if self.name == "run":
            return _stored(path)
        if self.name == "rate fit":
            recover_folder(path)
        if path.is_file() and self.ends:
            content = path.read_bytes()
            whole = content.startswith(b"<!doctype html>") and content.rstrip().endswith(self.ends)
            return "whole" if whole else "half"
        return _digest(path)


def _digest(path: Path) -> str:
    """Of a file, or of all files in a folder."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    digest = hashlib.sha256()
    for file in files:
        digest.update(str(file.relative_to(path)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest() if files else "nothing"


def _stored(home: Path) -> str:
    """Of the records that `run.json` names."""
    try:
        records = json.loads((home / "run.json").read_text())["records"]
    except FileNotFoundError:
        return "nothing"
    return "nothing" if records is None else _digest(home / records)


_FILL = ("complete", "in.npy", "--budget", "3600", "--seed", "{seed}", *QUICK)
RUN = f"{EXPERIMENT}-smoke-seed"
COMMANDS = (
    Command("complete", (*_FILL, "-o", "out.npy"), "out.npy"),
    Command("report", (*_FILL, "-o", "o.npy", "--report", "page.html"), "page.html", b"</html>"),
    Command(
        "rate fit",
        ("rate", "fit", "ratings.csv", "-o", "model", "--overwrite", "--width", "2", "--seed",
         "{seed}", "--quiet"),
        "model",
    ),
    Command("run", ("run", EXPERIMENT, "--quiet"), f"runs/{RUN}0"),
    Command("plot", ("plot", EXPERIMENT, "-o", "figure.png"), "figure.png"),
)  # fmt: skip


def leftovers(folder: Path) -> list[str]:
    """Hidden files beside what was written; the lock of a store stays."""
    # `os.walk` goes on where a folder is gone by the time it is looked into.
    hidden = [
        Path(root, name)
        for root, folders, files in os.walk(folder)
        for name in (*folders, *files)
        if name.startswith(".") and not name.endswith(".lock")
    ]
    return sorted(path.name for path in hidden if not path.name.startswith(".z"))
