"""Whole files or none: writing beside the target and renaming."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tacit.media.errors import MediaError


@contextmanager
def atomic_path(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Yield a temporary path that takes the place of `path` when the block ends without an error.

    The temporary file lies in the folder of `path` and has its suffix. On success it is flushed to
    the disk and renamed in one step, so a reader sees the old file or the new one, never half of
    one; on any exception, an interrupt included, it is deleted and `path` is as it was. A symbolic
    link is followed: its target is replaced and the link stays. An overwritten file's permissions
    are kept; a new file gets the usual ones.

    Args:
        path: The file to create or to replace.

    Yields:
        The temporary path, an empty file to be written to.

    Raises:
        MediaError: The folder does not exist or cannot be written to, or `path` is a folder or a
            device.
    """
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise MediaError(f"{path}: is not an ordinary file: name a file to write to")
    temporary = target.with_name(f".{target.stem}.{secrets.token_hex(6)}{target.suffix}")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileNotFoundError:
        raise MediaError(f"{path}: the folder {target.parent} does not exist: create it") from None
    except OSError as error:
        raise MediaError(f"{path}: cannot be written: {error.strerror}") from error
    try:
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
        yield temporary
        with open(temporary, "rb+") as stream:
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
