"""Compiled programs on disk: where, for how long, and how later processes know of them."""

import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import pytest
from jax.experimental.compilation_cache import compilation_cache as jax_cache

from tacit.runs import (
    compile_cache,
    compile_cache_folder,
    is_compiled,
    keep_compiled,
    note_compiled,
)

OWN = {
    "jax_compilation_cache_dir": None,
    "jax_persistent_cache_min_compile_time_secs": 7.0,
    "jax_persistent_cache_min_entry_size_bytes": 11,
}
"""Settings that JAX has before, none of them those of the context."""


def settings() -> dict[str, object]:
    return {name: getattr(jax.config, name) for name in OWN}


def put(values: dict[str, object]) -> None:
    for name, value in values.items():
        jax.config.update(name, value)
    jax_cache.reset_cache()


@pytest.fixture
def untold(tmp_path, monkeypatch):
    """JAX was told no folder, the user's cache is an empty one, and nothing is compiled yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(compile_cache, "_HERE", set())
    before = settings()
    put(OWN)
    yield tmp_path / "tacit" / "jax"
    put(before)


def compile_something(number: float) -> None:
    """A program that is in no cache of this process."""
    jax.jit(lambda x: jnp.sin(x) * number).lower(jnp.ones(3)).compile()


def test_programs_are_written_to_the_users_cache_and_settings_come_back(untold):
    with keep_compiled():
        assert settings() == compile_cache._SETTINGS | {"jax_compilation_cache_dir": str(untold)}
        with keep_compiled():
            compile_something(2.5)
    assert settings() == OWN
    written = set(untold.glob("*-cache"))
    assert written
    compile_something(3.5)
    assert set(untold.glob("*-cache")) == written


def test_settings_come_back_after_an_error(untold):
    with pytest.raises(KeyboardInterrupt), keep_compiled():
        raise KeyboardInterrupt
    assert settings() == OWN


def test_a_folder_that_cannot_be_made_is_done_without(untold, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert compile_cache_folder() is None
    with keep_compiled():
        assert settings() == OWN
        compile_something(4.5)
        note_compiled("program")
    assert is_compiled("program")
    assert not is_compiled("another")


def test_a_folder_that_jax_was_told_is_kept_to(untold, tmp_path):
    told = tmp_path / "told"
    told.mkdir()
    put(OWN | {"jax_compilation_cache_dir": str(told)})
    before = settings()
    with keep_compiled():
        assert settings() == before
        note_compiled("program")
    assert compile_cache_folder() == told
    assert (told / "programs.txt").exists()
    assert not untold.exists()


def test_later_processes_know_what_was_compiled(untold):
    assert not is_compiled("program")
    note_compiled("program")
    note_compiled("program")
    assert is_compiled("program")
    assert len((untold / "programs.txt").read_text().split()) == 1
    code = "from tacit.runs import is_compiled as known; print(known('program'), known('another'))"
    environment = {**os.environ, "JAX_PLATFORMS": "cpu"}
    environment.pop("JAX_COMPILATION_CACHE_DIR", None)
    found = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["True", "False"]


def test_a_ledger_that_is_damaged_or_of_another_jax_says_nothing(untold, monkeypatch):
    note_compiled("program")
    monkeypatch.setattr(compile_cache, "_HERE", set())
    monkeypatch.setattr(jax, "__version__", "0")
    assert not is_compiled("program")
    (untold / "programs.txt").write_bytes(b"\xff\xfe")
    assert not is_compiled("program")
