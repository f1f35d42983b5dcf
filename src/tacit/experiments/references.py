"""The bibliography shipped with the package."""

import re
from importlib.resources import files

_ENTRY = re.compile(r"^@\w+\{([^,\s]+),.*?^\}", re.MULTILINE | re.DOTALL)


def citation(key: str) -> str:
    """BibTeX entry of that key, from `references.bib`.

    Raises:
        ValueError: if there is none.
    """
    text = (files("tacit.experiments") / "references.bib").read_text(encoding="utf-8")
    entries = {entry.group(1): entry.group(0) for entry in _ENTRY.finditer(text)}
    if key not in entries:
        raise ValueError(f"no reference {key!r}: there are {', '.join(sorted(entries))}")
    return entries[key]
