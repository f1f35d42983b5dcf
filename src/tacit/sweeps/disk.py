"""What is on disk for good, and what a kill left behind."""

import os
import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

_POOL = ThreadPoolExecutor(16, thread_name_prefix="to-disk")
"""Files go to disk together: the file system then waits once for many."""


def to_disk(paths: Iterable[Path]) -> None:
    """Wait until files and folders are on disk, and stay there if the machine stops now."""
    list(_POOL.map(_sync, dict.fromkeys(paths)))


def clear_partial(store: Path) -> None:
    """Clear away what a kill left half written.

    A file that is renamed before its content is on disk can be empty after the machine has stopped:
    no chunk that counts is, since each is on disk before its flag.
    """
    for folder, _, files in os.walk(store):
        for name in files:
            path = Path(folder, name)
            if name.endswith(".partial") or (name[0] == "c" and path.stat().st_size == 0):
                path.unlink()
    for half in store.parent.glob(f".{store.name}.????????"):
        shutil.rmtree(half, ignore_errors=True)


def _sync(path: Path) -> None:
    """What is not there needs no waiting for: a result without any values has no chunk."""
    with suppress(FileNotFoundError, PermissionError):  # Windows opens no folders
        opened = os.open(path, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
