"""Entries of the compile cache that a kill or a full disk has cut short."""

import warnings
import zlib
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

from tacit.runs import compile_cache, is_compiled, keep_compiled, note_compiled
from tacit.runs._entries import drop_damaged


def compiled() -> dict[str, bytes]:
    """What is in the cache after one program was compiled in a new process, or as good as one."""
    jax.clear_caches()
    compile_cache._HERE.clear()
    compile_cache._MENDED.clear()
    with keep_compiled():
        jax.jit(lambda x: jnp.sin(x) * 2.625).lower(jnp.ones(3)).compile()
        folder = compile_cache.compile_cache_folder()
        return {path.name: path.read_bytes() for path in folder.glob("*-cache")}


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    bit = bytearray(content)
    bit[len(bit) // 2] ^= 1
    spoilt = {
        "half": content[: len(content) // 2],
        "but for a byte": content[:-1],
        "nothing": b"",
        "one bit": bytes(bit),
        "longer": content + b"more",
        "something else": b"(\xb5/\xfd" + content,
    }
    path.write_bytes(spoilt[how])


HOW = ["half", "but for a byte", "nothing", "one bit", "longer", "something else"]


@pytest.mark.parametrize("how", HOW)
def test_an_entry_that_is_not_whole_is_replaced_and_nothing_is_said(cache, how, capfd):
    good = compiled()
    assert good
    with keep_compiled():
        note_compiled("a program")
    for name in good:
        spoil(cache / name, how)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = compiled()
    assert again.keys() == good.keys()
    # What JAX wrote is unpacked by zlib, to its end.
    assert all(zlib.decompress(content) for content in again.values())
    assert not is_compiled("a program")
    assert capfd.readouterr() == ("", "")


def test_without_mending_it_would_never_be_replaced(cache, monkeypatch):
    good = compiled()
    for name in good:
        spoil(cache / name, "half")
    monkeypatch.setattr(compile_cache, "drop_damaged", lambda folder: False)
    assert compiled() != good


def test_what_is_whole_is_read_once_and_stays(cache, monkeypatch):
    good = compiled()
    assert not drop_damaged(cache)
    monkeypatch.setattr("tacit.runs._entries._is_whole", lambda file: pytest.fail("read again"))
    assert not drop_damaged(cache)
    assert {path.name: path.read_bytes() for path in cache.glob("*-cache")} == good


def test_a_folder_that_is_not_there_or_holds_other_things_is_left_alone(cache):
    assert not drop_damaged(cache)
    cache.mkdir(parents=True)
    (cache / "mine.txt").write_text("mine")
    (cache / "folder-cache").mkdir()
    assert not drop_damaged(cache)
    assert (cache / "mine.txt").read_text() == "mine"
    assert (cache / "folder-cache").is_dir()


def test_who_has_no_home_has_no_cache(cache, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")

    def none() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", none)
    assert compile_cache.cache_folder() is None
    assert compile_cache.compile_cache_folder() is None
    with keep_compiled():
        assert float(jax.jit(lambda x: x + 1)(1.0)) == 2.0
