"""Whole files or none: writing beside the target and renaming."""

import os
import secrets
import shutil
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
        raise MediaError(f"{path} is not an ordinary file: name a file to write to")
    temporary = target.with_name(f".{target.stem}.{secrets.token_hex(6)}{target.suffix}")
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileNotFoundError:
        raise MediaError(f"{path}: the folder {target.parent} does not exist: create it") from None
    except OSError as error:
        raise MediaError(f"{path} cannot be written: {error.strerror}") from error
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


@contextmanager
def atomic_folder(path: str | os.PathLike[str], names: frozenset[str]) -> Iterator[Path]:
    """Yield a temporary folder that takes the place of `path` when the block ends without an error.

    A new folder, or an empty one, appears in one step. One with files in it is moved aside, the new
    one takes its name and the old one is deleted; a process killed between the two moves leaves the
    old folder whole under a hidden name beside. On any exception `path` is as it was.

    Args:
        path: The folder to create or to replace.
        names: The files that will be written; a folder with anything else in it is not replaced.

    Yields:
        The temporary folder, empty.

    Raises:
        MediaError: `path` may not be replaced, or the folder that it lies in does not exist or
            cannot be written to.
    """
    check_folder(path, names)
    target = Path(os.path.realpath(path))
    temporary, aside = (target.with_name(f".{target.name}.{secrets.token_hex(6)}") for _ in "ab")
    try:
        temporary.mkdir()
    except FileNotFoundError:
        raise MediaError(f"{path}: the folder {target.parent} does not exist: create it") from None
    except OSError as error:
        raise MediaError(f"{path} cannot be written: {error.strerror}") from error
    try:
        yield temporary
        for file in temporary.iterdir():
            with open(file, "rb+") as stream:
                os.fsync(stream.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
            os.replace(target, aside)
        os.replace(temporary, target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        if aside.exists() and not target.exists():
            os.replace(aside, target)
        raise
    shutil.rmtree(aside, ignore_errors=True)


def check_folder(path: str | os.PathLike[str], names: frozenset[str]) -> None:
    """Refuse a folder that would lose something if it were replaced by files of these names.

    Raises:
        MediaError: `path` is a file, or a folder that holds anything else.
    """
    target = Path(path)
    if target.exists() and not target.is_dir():
        raise MediaError(f"{path} is a file, but the output is a folder: choose a new name")
    others = sorted(set(os.listdir(target)) - names) if target.exists() else []
    if others:
        raise MediaError(
            f"{path} has other files in it, such as {others[0]}, which would be lost: "
            "name a new folder"
        )
