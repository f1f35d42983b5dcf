"""Process-wide settings that the command line makes for itself; the library makes none."""

import logging
import os
import time

BEGAN = time.monotonic()
"""When the command began, from which its budget counts: imports take their part of it."""

_ENVIRONMENT = {
    # diffrax programs are kept in the compile cache only without host callbacks for errors.
    "EQX_ON_ERROR": "nan",
    # Threads of LAPACK wait for each other: on two busy cores a small SVD takes 100 times as long.
    "OPENBLAS_NUM_THREADS": "1",
}


def configure_jax() -> None:
    """Turn on JAX's persistent compile cache, and set what must be set before JAX is imported.

    What the user set in the environment is kept. A cache folder that cannot be made is done
    without, and nothing is said of entries that cannot be read or written.
    """
    # That it has no folder for its cache of fonts, as where there is no home, is nobody's concern.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    import jax

    from tacit.runs import compile_cache_folder, mend_compile_cache, silence_compile_cache

    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
    jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
    folder = compile_cache_folder()
    if folder is not None:
        jax.config.update("jax_compilation_cache_dir", str(folder))
    mend_compile_cache()
    silence_compile_cache()
