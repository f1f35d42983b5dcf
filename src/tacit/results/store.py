"""A folder of runs: for each one a small `run.json`, and its records as zarr.

`run.json` is replaced in one step and names the records that belong to it, so whoever reads the
folder sees the old result or the new one, never half of one, whenever a run is killed. Several
processes may write runs of one name: each writes records of its own, one after the other, under a
lock that ends with its process, and the last to finish is what is read.
"""

import json
import os
import re
import secrets
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import xarray as xr

_FACTS = "run.json"
_READINGS = 20
"""Times that records are read while others keep finishing runs of the same name."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class StoredRun(NamedTuple):
    """One run of a store; `facts` is what `begin` and `finish` were told.

    An unfinished run is under way or was killed. Records of an earlier run of the same name stay
    readable until a new one is finished.
    """

    name: str
    finished: bool
    has_records: bool
    facts: dict[str, Any]

    @property
    def status(self) -> str:
        """`finished` or `unfinished`."""
        return "finished" if self.finished else "unfinished"


class OpenRun(NamedTuple):
    """A run that was begun: what it was told then is stored with what it is told at its end."""

    store: "Store"
    name: str
    facts: dict[str, Any]

    def finish(self, dataset: "xr.Dataset", **facts: Any) -> Path:
        """Write the records, then that the run is finished; returns the folder of the records.

        Args:
            dataset: the records.
            **facts: what is stored beside what `begin` was told.

        Raises:
            OSError: if the folder cannot be written to.
        """
        home = self.store.home(self.name)
        records = f"records-{secrets.token_hex(4)}.zarr"
        temporary = home / f".{records}"
        with naming(home), self.store.locked(self.name):
            with _gone_if_half(temporary):
                dataset.to_zarr(temporary, mode="w", consolidated=False)
                os.replace(temporary, home / records)
            ended = {"status": "finished", "ended": _now(), "records": records}
            _write_facts(home, {**self.facts, **facts, **ended})
            _delete_all_but(home, records)
        return home / records


@dataclass(frozen=True)
class Store:
    """The runs kept under `folder`, each in a folder of its own name."""

    folder: Path

    def begin(self, name: str, **facts: Any) -> OpenRun:
        """Write that the run has begun, before anything of it exists.

        Args:
            name: of the run.
            **facts: what is to be stored with it, such as its settings.

        Raises:
            ValueError: if the name is not made of letters, digits, `.`, `_` and `-`.
            OSError: if the folder cannot be written to.
        """
        home = self.home(name)
        home.mkdir(parents=True, exist_ok=True)
        begun = {**facts, "begun": _now()}
        with naming(home), self.locked(name):
            kept = _read_facts(home).get("records") if (home / _FACTS).exists() else None
            _write_facts(home, {**begun, "status": "running", "records": kept})
            _delete_all_but(home, kept)
        return OpenRun(self, name, begun)

    def load(self, name: str) -> "xr.Dataset":
        """Records of the last finished run of that name, in memory.

        Raises:
            FileNotFoundError: if there is none.
        """
        home = self.home(name)
        facts = _read_facts(home)
        for _ in range(_READINGS):
            if facts.get("records") is None:
                raise FileNotFoundError(
                    f"run {name!r} in {self.folder} is unfinished: run it again"
                )
            dataset = _read_records(home / facts["records"])
            # Records are cleared away only once others are named: if none are, these were whole.
            before, facts = facts, _read_facts(home)
            if facts["records"] == before["records"]:
                if dataset is None:
                    break
                return dataset
        raise FileNotFoundError(f"run {name!r} in {self.folder} lacks its records: run it again")

    def runs(self) -> tuple[StoredRun, ...]:
        """All runs in the folder, by name; folders that are not runs are passed over."""
        homes = sorted(path.parent for path in self.folder.glob(f"*/{_FACTS}"))
        return tuple(_stored(home) for home in homes)

    def home(self, name: str) -> Path:
        """The folder of a run.

        Raises:
            ValueError: if the name is not made of letters, digits, `.`, `_` and `-`.
        """
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a run: use letters, digits, '.', '_' and '-'")
        return self.folder / name

    @contextmanager
    def locked(self, name: str) -> Iterator[None]:
        """While the block lasts no other process writes a run of this name."""
        from filelock import FileLock

        with FileLock(self.folder / f".{name}.lock"):
            yield


@contextmanager
def naming(home: Path) -> Iterator[None]:
    """Name the folder where the system names no file: a full disk is told of a stream, not a path.

    Raises:
        OSError: with the folder.
    """
    try:
        yield
    except OSError as error:
        if error.filename is not None or error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(home)) from error


@contextmanager
def _gone_if_half(path: Path) -> Iterator[None]:
    """Clear away a file or a folder that something, such as a full disk, keeps from being whole."""
    try:
        yield
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise


def _read_records(folder: Path) -> "xr.Dataset | None":
    """The records in memory; None if they are not there, or go while they are read."""
    import xarray as xr

    try:
        with warnings.catch_warnings():
            # Of a folder that is being cleared away.
            warnings.filterwarnings("ignore", "Object at .* is not recognized", UserWarning)
            with xr.open_zarr(folder, consolidated=False, chunks=None) as dataset:
                return dataset.load()
    except Exception:  # what zarr and its codecs raise of damaged records is anything
        return None


def _stored(home: Path) -> StoredRun:
    facts = _read_facts(home)
    finished = facts.get("status") == "finished"
    return StoredRun(home.name, finished, facts.get("records") is not None, facts)


def _read_facts(home: Path) -> dict[str, Any]:
    try:
        facts = json.loads((home / _FACTS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no run {home.name!r} in {home.parent}") from None
    except ValueError as error:
        raise ValueError(f"{home / _FACTS} is not a record of a run: {error}") from None
    if not isinstance(facts, dict) or Path(facts.get("records") or "").name != (
        facts.get("records") or ""
    ):
        raise ValueError(f"{home / _FACTS} is not a record of a run")
    return facts


def _write_facts(home: Path, facts: dict[str, Any]) -> None:
    temporary = home / f".{_FACTS}.{secrets.token_hex(4)}"
    with _gone_if_half(temporary):
        with open(temporary, "w", encoding="utf-8") as stream:
            json.dump(facts, stream, indent=1, default=str)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, home / _FACTS)


def _delete_all_but(home: Path, records: str | None) -> None:
    """Clear away records that `run.json` does not name: replaced ones, and those half written."""
    for path in (*home.glob("records-*.zarr"), *home.glob(".records-*.zarr")):
        if path.name != records:
            shutil.rmtree(path, ignore_errors=True)
    for path in home.glob(f".{_FACTS}.*"):
        path.unlink(missing_ok=True)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
