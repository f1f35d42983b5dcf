"""The page on formats has the table that the code makes; `python -m tests.unit.media.test_page`."""

from pathlib import Path

from tacit.media.formats import CODECS

PAGE = Path(__file__).parents[3] / "docs" / "guide" / "what_is_read.md"
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->"
EXACT = {
    "PNG": "yes; a palette becomes RGB",
    "TIFF": "yes; palettes and CMYK become RGB",
    "JPEG": "no: the format is lossy, and a note says so",
    "AVIF": "no: the format is lossy, and a note says so",
    "HEIC": "no: the format is lossy, and a note says so",
    "WebP": "where the file is lossless",
    "GIF": "grey and what has few colours",
    "MP4": "no: the format is lossy, and a note says so",
}


def table() -> str:
    """Every format with its suffixes, the options it heeds, and whether cells come back exactly."""
    lines = [
        "| Format | Files | Options of its own | What was not missing comes back exactly |",
        "|---|---|---|---|",
    ]
    for codec in sorted(CODECS, key=lambda codec: (codec.kind == "array", codec.name)):
        suffixes = ", ".join(f"`{suffix}`" for suffix in codec.suffixes)
        words = {"--missing-value": "--missing-value TEXT", "--header": "--no-header"}
        named = [words.get(option, option) for option in sorted(codec.options)]
        options = ", ".join(f"`{option}`" for option in named) or "–"
        lines.append(f"| {codec.name} | {suffixes} | {options} | {EXACT.get(codec.name, 'yes')} |")
    return "\n".join(lines) + "\n"


def test_the_page_has_the_table_of_the_code() -> None:
    text = PAGE.read_text("utf-8")
    assert text.partition(BEGIN)[2].partition(END)[0] == table()


if __name__ == "__main__":
    text = PAGE.read_text("utf-8")
    head, _, rest = text.partition(BEGIN)
    PAGE.write_text(head + BEGIN + table() + END + rest.partition(END)[2], "utf-8")
