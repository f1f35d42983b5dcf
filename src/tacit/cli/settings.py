"""Process-wide settings that the command line makes for itself; the library makes none."""

import os
import sys
from pathlib import Path

_ENVIRONMENT = {
    # diffrax programs are kept in the compile cache only without host callbacks for errors.
    "EQX_ON_ERROR": "nan",
    # Threads of LAPACK wait for each other: on two busy cores a small SVD takes 100 times as long.
    "OPENBLAS_NUM_THREADS": "1",
}


def configure_jax() -> None:
    """Turn on JAX's persistent compile cache, and set what must be set before JAX is imported.

    What the user set in the environment is kept. A cache folder that cannot be made is done
    without.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import jax

    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    if "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return
    folder = cache_folder() / "jax"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return
    jax.config.update("jax_compilation_cache_dir", str(folder))


def cache_folder() -> Path:
    """`tacit` in the user's cache folder: $XDG_CACHE_HOME, or the platform's own."""
    given = os.environ.get("XDG_CACHE_HOME")
    if given:
        return Path(given) / "tacit"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "tacit"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "tacit"
    return Path.home() / ".cache" / "tacit"
