"""The one exception of the package."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import final

from tacit.media.wording import visible

_LONGEST = 160
"""Characters of a library's own words that are passed on."""
_PANIC = "PanicException"
"""What polars raises where its Rust code panics; it is not an `Exception`."""


@final
class MediaError(ValueError):
    """A file cannot be used; the one-line message says what is wrong, where, and what to do."""


@contextmanager
def silent_panics() -> Iterator[None]:
    """Keep off standard error what a library in Rust prints there when it panics.

    The exception that follows says it as well, and `explained` makes one line of it.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


@contextmanager
def explained(path: Path, name: str) -> Iterator[None]:
    """Turn whatever a decoder raises in the block into a `MediaError` about `path`.

    Args:
        path: The file that is read.
        name: Its format's name.
    """
    try:
        yield
    except MediaError:
        raise
    except ModuleNotFoundError as error:
        raise MediaError(
            f"{path}: reading {name} needs {error.name}: pip install 'tacit-lowrank[media]'"
        ) from error
    except PermissionError as error:
        raise MediaError(f"{path} cannot be read: change its permissions") from error
    except MemoryError as error:
        raise MediaError(f"{path} does not fit into memory: make it smaller") from error
    except BaseException as error:  # decoders raise anything on a damaged file
        if not isinstance(error, Exception) and type(error).__name__ != _PANIC:
            raise
        reason = visible(" ".join(str(error).split()), _LONGEST) or type(error).__name__
        raise MediaError(
            f"{path} is not a readable {name} file, or was cut short ({reason}): "
            "save or download it again"
        ) from error
