"""What a sweep is: all that its results depend on, as JSON that is kept with them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ATTRIBUTE = "tacit_sweep"
"""Of a store's group: what the sweep is, as JSON."""
MISSING, DONE, FAILED = 0, 1, 2
"""The flag of a cell."""


def as_json(identity: Mapping[str, Any]) -> str:
    """The text that is kept; what JSON does not know is written as its `repr`."""
    return json.dumps(identity, default=repr)


def read_identity(path: Path) -> dict[str, Any]:
    """What the sweep of a store is.

    Raises:
        FileNotFoundError: if there is nothing.
        ValueError: if there is something else.
    """
    try:
        content = json.loads((path / "zarr.json").read_text(encoding="utf-8"))
        return json.loads(content["attributes"][ATTRIBUTE])
    except (FileNotFoundError, NotADirectoryError):
        if not path.exists():
            raise FileNotFoundError(f"{path}: there is no such store") from None
        raise ValueError(f"{path}: not the store of a sweep") from None
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{path}: not the store of a sweep") from None


def refuse_unless_same(path: Path, there: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    """Refuse the store of another sweep.

    Args:
        path: of the store.
        there: what its sweep is.
        here: what is to be computed.

    Raises:
        ValueError: in one line that says what differs.
    """
    here = json.loads(as_json(here))
    unlike = _differences(there, here)
    if unlike:
        raise ValueError(
            f"{path}: the store of another sweep: {'; '.join(unlike)}; give another store"
        )


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[str]:
    """A few words for each thing that is not the same."""
    found = []
    for part in dict.fromkeys([*there, *here]):
        old, new = there.get(part, {}), here.get(part, {})
        # As texts: 1 and 1.0 are two values, and so is another order.
        if json.dumps(old) == json.dumps(new):
            continue
        names = [
            name
            for name in dict.fromkeys([*old, *new])
            if json.dumps(old.get(name)) != json.dumps(new.get(name))
        ]
        found += [f"{_words(part, name)} {_both(old.get(name), new.get(name))}" for name in names]
        if not names:
            found.append(f"the {part} are in another order")
    return found


def _words(part: str, name: str) -> str:
    return {"axes": f"axis {name}", "settings": f"setting {name}"}.get(part, name)


def _both(old: Any, new: Any) -> str:
    """Both values where they are short and mean something."""
    shown = []
    for value in (old, new):
        text = "absent" if value is None else value if isinstance(value, str) else repr(value)
        if isinstance(value, list):
            text = f"{len(value)} values" if len(text) > 40 else text
        shown.append(text)
    return f"is {shown[1]}, not {shown[0]}" if shown[0] != shown[1] else "has other values"
