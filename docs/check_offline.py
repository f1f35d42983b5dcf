"""Fail if a built page, or a style sheet, loads anything from another host.

Usage: python check_offline.py FOLDER
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

LOADS = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "audio": "src",
    "embed": "src",
    "object": "data",
    "link": "href",
}
NOT_LOADED = {"canonical", "author", "license", "next", "prev", "search", "index", "help"}
EXTERNAL = re.compile(r"(?i)\s*(https?:)?//")
IN_STYLE = re.compile(r"(?i)(?:url\(|@import)\s*['\"]?\s*((?:https?:)?//[^'\")\s]+)")


class Page(HTMLParser):
    """Collects the external addresses that a page loads."""

    def __init__(self):
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        """Note what the tag loads."""
        attributes = {name: value or "" for name, value in attrs}
        relation = set(attributes.get("rel", "").split())
        address = attributes.get(LOADS.get(tag, ""), "")
        if EXTERNAL.match(address) and not (tag == "link" and relation & NOT_LOADED):
            self.found.append(f"<{tag}> {address}")
        self.found.extend(IN_STYLE.findall(attributes.get("style", "")))


def external(path: Path) -> list[str]:
    """External addresses that the file loads."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".css":
        return IN_STYLE.findall(text)
    page = Page()
    page.feed(text)
    styles = re.findall(r"(?is)<style[^>]*>(.*?)</style>", text)
    return page.found + [address for style in styles for address in IN_STYLE.findall(style)]


def main(folder: Path) -> int:
    """Print what is external, and return 1 if there is any."""
    pages = sorted(path for path in folder.rglob("*") if path.suffix in {".html", ".css"})
    if not any(path.suffix == ".html" for path in pages):
        print(f"{folder}: no built pages", file=sys.stderr)
        return 1
    found = [f"{page}: {address}" for page in pages for address in external(page)]
    print("\n".join(found), end="\n" if found else "", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
