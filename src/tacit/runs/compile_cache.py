"""Compiled programs on disk, for as long as something runs, and which of them are there."""

import hashlib
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jax
from jax.experimental.compilation_cache import compilation_cache as jax_cache

from tacit.runs._entries import drop_damaged

_SETTINGS = {
    "jax_persistent_cache_min_compile_time_secs": 0,
    "jax_persistent_cache_min_entry_size_bytes": -1,
}
"""Programs are kept however small: a completion has many that take a few hundredths of a second."""
_LEDGER = "programs.txt"
_LOG = "paces.txt"
_PACES: dict[str, float] = {}
_HERE: set[str] = set()
"""Programs that this process has compiled."""
_MENDED: set[Path] = set()
"""Folders that this process has looked through."""


def cache_folder() -> Path | None:
    """`tacit` in the user's cache folder: $XDG_CACHE_HOME, or the platform's own; None without one.

    A user without a home, as in a container, has none.
    """
    given = os.environ.get("XDG_CACHE_HOME")
    if given:
        return Path(given) / "tacit"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "tacit"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "tacit"
    return home / ".cache" / "tacit"


def compile_cache_folder() -> Path | None:
    """Where programs are kept: where JAX was told to, or in a folder of ours, if there is one."""
    given = jax.config.jax_compilation_cache_dir  # type: ignore[attr-defined]
    if given:
        return Path(given)
    home = cache_folder()
    if home is None:
        return None
    folder = home / "jax"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


@contextmanager
def keep_compiled() -> Iterator[None]:
    """Keep on disk what is compiled inside, unless JAX was already told where to.

    JAX's own settings are as before afterwards; a folder that cannot be written is done without.
    Nothing is said of entries that cannot be read or written, unless JAX is told to raise: what
    they hold is compiled anew.
    """
    folder = compile_cache_folder()
    mend_compile_cache()
    with warnings.catch_warnings():
        silence_compile_cache()
        if folder is None or jax.config.jax_compilation_cache_dir:  # type: ignore[attr-defined]
            yield
            return
        with _told(folder):
            yield


def silence_compile_cache() -> None:
    """Warnings of entries that cannot be read or written are not shown."""
    warnings.filterwarnings("ignore", "Error (reading|writing) persistent compilation", UserWarning)


def mend_compile_cache() -> None:
    """Drop the entries that a kill or a full disk has cut short, once in a process."""
    folder = compile_cache_folder()
    if folder is None or folder in _MENDED:
        return
    _MENDED.add(folder)
    if drop_damaged(folder):
        # Something that is noted as compiled no longer is.
        (folder / _LEDGER).unlink(missing_ok=True)


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """JAX keeps what it compiles in a folder."""
    settings = {**_SETTINGS, "jax_compilation_cache_dir": str(folder)}
    before = {name: getattr(jax.config, name) for name in settings}
    # JAX looks at its settings once, when it first compiles: it is told to look again.
    jax_cache.reset_cache()
    try:
        for name, value in settings.items():
            jax.config.update(name, value)
        yield
    finally:
        for name, value in before.items():
            jax.config.update(name, value)
        jax_cache.reset_cache()


def is_compiled(program: str) -> bool:
    """Whether this process, or one before that used the same folder, has compiled a program.

    Args:
        program: what it is called: all that it depends on.
    """
    name = _name(program)
    if name in _HERE:
        return True
    folder = compile_cache_folder()
    try:
        lines = () if folder is None else (folder / _LEDGER).read_text().split()
    except (OSError, UnicodeDecodeError):
        lines = ()
    _HERE.update(lines)
    return name in _HERE


def note_compiled(program: str) -> None:
    """Remember that a program has been compiled, for this process and later ones."""
    name = _name(program)
    if name in _HERE:
        return
    _HERE.add(name)
    folder = compile_cache_folder()
    if folder is None:
        return
    try:
        with (folder / _LEDGER).open("a") as ledger:
            ledger.write(f"{name}\n")
    except OSError:
        return


def known_pace(kind: str) -> float:
    """How long work of a kind took on this machine, relative to what was predicted; 1 if not known.

    Args:
        kind: of the work.
    """
    if kind not in _PACES and (folder := compile_cache_folder()) is not None:
        try:
            lines = [line.split() for line in (folder / _LOG).read_text().splitlines()]
            _PACES.update({line[0]: float(line[1]) for line in lines if len(line) == 2})
        except (OSError, ValueError):
            pass
    return _PACES.get(kind, 1.0)


def note_pace(kind: str, pace: float) -> None:
    """Remember how long work of a kind took, for this process and later ones.

    Args:
        kind: of the work.
        pace: seconds it took over those that were predicted.
    """
    if not 0.01 < pace < 100 or 0.7 < pace / known_pace(kind) < 1.4:
        return
    _PACES[kind] = pace
    if (folder := compile_cache_folder()) is None:
        return
    try:
        text = "".join(f"{name} {value:.3g}\n" for name, value in sorted(_PACES.items()))
        written = folder / f".{_LOG}.{os.getpid()}"
        written.write_text(text)
        written.replace(folder / _LOG)
    except OSError:
        return


def _name(program: str) -> str:
    """Programs of another JAX are others."""
    return hashlib.sha256(f"{jax.__version__} {program}".encode()).hexdigest()[:16]
