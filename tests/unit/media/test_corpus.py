"""Every odd file is read as what it is, and says so, or is refused in one line."""

from pathlib import Path

import numpy as np
import pytest

from tacit.media import MediaError, read, write

from ._corpus import CORPUS, Odd

every_file = pytest.mark.parametrize("odd", CORPUS, ids=lambda odd: odd.name)


def test_there_are_many_and_of_both_kinds() -> None:
    assert len({odd.name for odd in CORPUS}) == len(CORPUS) >= 150
    assert sum(odd.values is None for odd in CORPUS) >= 30


@every_file
def test_a_file_is_right_or_refused_and_nothing_is_silent(tmp_path: Path, odd: Odd) -> None:
    path = tmp_path / f"in.{odd.suffix}"
    odd.save(path)
    if odd.values is None:
        with pytest.raises(MediaError) as caught:
            read(path)
        assert odd.line in str(caught.value)
        assert "\n" not in str(caught.value)
        return
    source = read(path)
    np.testing.assert_array_equal(source.missing, np.isnan(odd.values))
    seen = ~source.missing
    np.testing.assert_allclose(source.values[seen], odd.values[seen], rtol=1e-12)
    assert odd.line in source.read_as
    if odd.name.startswith("drawn"):
        assert source.read_as == odd.line  # the whole of it, nothing more and nothing less


@pytest.mark.parametrize(
    "odd", [odd for odd in CORPUS if odd.name.startswith("drawn")], ids=lambda odd: odd.name
)
def test_every_cell_of_a_table_that_was_not_missing_comes_back(tmp_path: Path, odd: Odd) -> None:
    """The cells are compared as text, line by line, by a splitter of the test's own."""
    path, output = tmp_path / "in.csv", tmp_path / "out.csv"
    odd.save(path)
    source = read(path)
    write(source, np.full(source.values.shape, 0.5), output)
    old, new = path.read_bytes().decode(), output.read_bytes().decode()
    assert old[:1] == new[:1] or not old.startswith("\ufeff")
    assert ("\r\n" in old) == ("\r\n" in new)
    delimiter = source.stored.layout.delimiter
    mark = {",": "0,5"}.get(source.stored.layout.decimal, "0.5")
    changed = 0
    for before, after in zip(old.splitlines(), new.splitlines(), strict=True):
        cells = list(zip(split(before, delimiter), split(after, delimiter), strict=True))
        changed += sum(a != b for a, b in cells)
        assert all(b == mark for a, b in cells if a != b)
    assert changed == source.missing.sum()


def split(line: str, delimiter: str) -> list[str]:
    """Cells of a line without breaks in them: what stands between quotes is one."""
    parts = line.split('"')
    whole = "".join(
        part if at % 2 == 0 else part.replace(delimiter, "\0") for at, part in enumerate(parts)
    )
    return [cell.replace("\0", delimiter) for cell in whole.split(delimiter)]
