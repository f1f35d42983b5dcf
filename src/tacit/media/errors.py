"""The one exception of the package."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import final


@final
class MediaError(ValueError):
    """A file cannot be used; the one-line message says what is wrong, where, and what to do."""


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
        raise MediaError(f"{path}: may not be read: change its permissions") from error
    except MemoryError as error:
        raise MediaError(f"{path}: does not fit into memory: make it smaller") from error
    except Exception as error:  # decoders raise anything on a damaged file
        reason = " ".join(str(error).split()) or type(error).__name__
        raise MediaError(
            f"{path}: is not a readable {name} file, or was cut short ({reason}): "
            "save or download it again"
        ) from error
