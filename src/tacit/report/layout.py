"""The page that every report is: a heading, what was found, sections, the command."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

from tacit.media import atomic_path
from tacit.report.markup import bullets, escape


def write_page(
    path: str | Path,
    *,
    title: str,
    lead: str,
    notes: Sequence[str],
    sections: Mapping[str, str],
    command: str,
) -> None:
    """Write one self-contained HTML page; `path` is replaced whole or not at all.

    Args:
        path: file to write.
        title: heading, as text.
        lead: the first sentences, as text.
        notes: remarks, as text, a sentence each.
        sections: by heading, the HTML of each.
        command: the command line that repeats it.

    Raises:
        MediaError: if the file cannot be written.
    """
    text = Template(files("tacit.report").joinpath("template.html").read_text("utf-8")).substitute(
        title=escape(title),
        lead=escape(lead),
        notes=bullets(notes),
        sections="\n".join(
            f"<h2>{escape(heading)}</h2>\n{content}" for heading, content in sections.items()
        ),
        command=escape(command),
    )
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
