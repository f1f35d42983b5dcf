"""Full and read-only disks, no home, a compile cache that is full, damaged or read-only."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.reliability.commands import EXPERIMENT, QUICK, RUN, leftovers, make_inputs

TACIT = (sys.executable, "-c", "from tacit.cli import main; main()")
ELSEWHERE = ("unshare", "--user", "--map-user=54321")
"""As a user that the system does not know."""
LONGEST = 400.0
_FILL = ("complete", "in.npy", "--budget", "300", *QUICK)
_FIT = ("rate", "fit", "ratings.csv", "--width", "2", "--quiet")


class Case(NamedTuple):
    """A command somewhere, and how it should end.

    Attributes:
        name: in the table.
        arguments: of the command; `disk` is a folder of the file system.
        size: of the file system that is mounted, in KiB; 0 for none.
        is_read_only: whether it can only be read.
        is_refused: whether it should end with the status 2 and one line that names the place.
        spoil: what is done to the compile cache before.
        prefix: of the command.
        has_home: whether HOME is set.
    """

    name: str
    arguments: tuple[str, ...]
    size: int = 0
    is_read_only: bool = False
    is_refused: bool = False
    spoil: Callable[[Path], None] | None = None
    prefix: tuple[str, ...] = ()
    has_home: bool = True


def _cut(cache: Path) -> None:
    for entry in cache.glob("*-cache"):
        entry.write_bytes(entry.read_bytes()[: entry.stat().st_size // 2])


_NOWHERE: dict = {"prefix": ELSEWHERE, "has_home": False}
_PLOT = ("plot", EXPERIMENT)
CASES = (
    Case("full disk: complete", (*_FILL, "-o", "disk/out.npy"), 4, is_refused=True),
    Case("full disk: report", (*_FILL, "-o", "o.npy", "--report", "disk/page.html"), 4,
         is_refused=True),
    Case("full disk: rate fit", (*_FIT, "-o", "disk/model"), 4, is_refused=True),
    Case("full disk: run", ("run", EXPERIMENT, "--quiet", "--out", "disk/runs"), 32,
         is_refused=True),
    Case("full disk: plot", (*_PLOT, "-o", "disk/figure.png"), 4, is_refused=True),
    Case("read-only: complete", (*_FILL, "-o", "disk/out.npy"), 64, True, True),
    Case("read-only: report", (*_FILL, "-o", "o.npy", "--report", "disk/p.html"), 64, True, True),
    Case("read-only: rate fit", (*_FIT, "-o", "disk/model"), 64, True, True),
    Case("read-only: run", ("run", EXPERIMENT, "--quiet", "--out", "disk/runs"), 64, True, True),
    Case("no home, no name: complete", (*_FILL, "-o", "o.npy", "--report", "p.html"), **_NOWHERE),
    Case("no home, no name: rate fit", (*_FIT, "-o", "nobody"), **_NOWHERE),
    Case("no home, no name: plot", (*_PLOT, "-o", "figure.png"), **_NOWHERE),
    Case("compile cache cut short", (*_FILL, "-o", "o.npy"), spoil=_cut),
    Case("compile cache on a full disk", (*_FILL, "-o", "o.npy", "disk"), 64),
    Case("compile cache on a read-only disk", (*_FILL, "-o", "o.npy", "disk"), 64, True),
)  # fmt: skip
NAMES = tuple(case.name for case in CASES)


def surround(names: Sequence[str], folder: Path) -> Iterator[dict]:
    """Run the cases; a row of how each ended.

    Args:
        names: of the cases.
        folder: to work in.
    """
    make_inputs(folder)
    cache = folder.parent / "cache"
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in ("PATH", "PYTHONPATH", "LANG", "VIRTUAL_ENV")
    } | {"OPENBLAS_NUM_THREADS": "1"}
    first = {**environment, "JAX_COMPILATION_CACHE_DIR": str(cache)}
    for arguments in (("run", EXPERIMENT, "--quiet"), (*_FILL, "-o", "o.npy")):
        subprocess.run([*TACIT, *arguments], cwd=folder, env=first, check=True)
    assert (folder / f"runs/{RUN}0").is_dir()
    for case in CASES:
        if case.name in names:
            yield {"name": case.name, **_try(case, folder, cache, environment)}


def _try(case: Case, folder: Path, cache: Path, environment: dict[str, str]) -> dict[str, object]:
    """Run one command, and see how it ends."""
    used = dict(environment)
    arguments = list(case.arguments)
    if case.has_home:
        used |= {"HOME": str(folder.parent), "JAX_COMPILATION_CACHE_DIR": str(cache)}
    if arguments[-1] == "disk":
        used["JAX_COMPILATION_CACHE_DIR"] = str(folder / arguments.pop())
    if case.spoil is not None:
        case.spoil(cache)
    with _mounted(folder / "disk", case.size, case.is_read_only) as there:
        if not there:
            return {"status": -1, "said": "not tried: nothing can be mounted", "well": "-"}
        try:
            ended = subprocess.run(
                [*case.prefix, *TACIT, *arguments],
                cwd=folder,
                env=used,
                capture_output=True,
                text=True,
                timeout=LONGEST,
            )
        except subprocess.TimeoutExpired:
            return {"status": -1, "said": f"over {LONGEST:.0f} s", "well": "no"}
        left = leftovers(folder)
    said = ended.stderr.strip()
    if case.is_refused:
        well = ended.returncode == 2 and "\n" not in said and "disk/" in said and not left
    else:
        well = ended.returncode == 0 and not [x for x in said.splitlines() if "note: " not in x]
    return {"status": ended.returncode, "said": said[-160:], "well": "yes" if well else "no"}


@contextmanager
def _mounted(folder: Path, size: int, is_read_only: bool) -> Iterator[bool]:
    """A small file system at the folder, and whether it could be mounted."""
    if not size:
        yield True
        return
    folder.mkdir(exist_ok=True)
    options = f"size={size}k" + (",ro" if is_read_only else "")
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        yield False
        return
    try:
        yield True
    finally:
        subprocess.run(["umount", str(folder)], check=True)
