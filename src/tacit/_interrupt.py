"""What someone who wants an end asks of work under way, and what it would leave behind half done.

The command line asks (Ctrl-C); loops look between two pieces of work, where they have an answer.
From Python, Ctrl-C is a `KeyboardInterrupt` as anywhere, and nobody asks here.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Lock

_ASKED, _NOT_NOW = Event(), Event()
_RENAMING = Lock()
_UNFINISHED: set[Path] = set()


def ask() -> None:
    """Ask whatever works to end with the best answer that it has."""
    _ASKED.set()


def forget() -> None:
    """As if nobody had asked."""
    _ASKED.clear()


def is_asked() -> bool:
    """Whether to end now; work looks at this wherever it looks at the time."""
    return _ASKED.is_set() and not _NOT_NOW.is_set()


@contextmanager
def deferred() -> Iterator[None]:
    """While the block lasts nobody is asked: it does what no answer can do without."""
    _NOT_NOW.set()
    try:
        yield
    finally:
        _NOT_NOW.clear()


@contextmanager
def unfinished(path: Path) -> Iterator[None]:
    """While the block lasts `path`, a file or a folder, is something half done."""
    _UNFINISHED.add(path)
    try:
        yield
    finally:
        _UNFINISHED.discard(path)


@contextmanager
def renaming() -> Iterator[None]:
    """While the block lasts names change; the process does not end half-way through."""
    with _RENAMING:
        yield


def abandon() -> None:
    """Delete what is half done, for good: no name changes after this, as the process will end."""
    _RENAMING.acquire()
    for path in tuple(_UNFINISHED):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
