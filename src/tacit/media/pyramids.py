"""Smaller copies of a picture in the same TIFF file: pyramids, overviews and thumbnails."""

from pathlib import Path
from typing import TYPE_CHECKING

from tacit.media.errors import MediaError

if TYPE_CHECKING:
    from tifffile import TiffFile, TiffPage, TiffPages


def full_pages(path: Path, file: "TiffFile") -> list[tuple[int, "TiffPage"]]:
    """Return the pages that are no smaller copies of others, with their numbers from 1.

    Raises:
        MediaError: The larger picture is no page, or a page is the opacity of another.
    """
    found = _pictures(file.pages)
    if len(found) < len(file.pages):
        raise MediaError(f"{path} has no full picture in it: save it again")
    for number, page in enumerate(found, start=1):
        if page.is_mask:
            raise MediaError(
                f"{path}: page {number} is a transparency mask of another: save it as a picture of "
                "its own, and name that with --missing"
            )
        if any(_area(copy) > _area(page) for copy in _pictures(page.pages)):
            raise MediaError(
                f"{path}: page {number} is a smaller copy of what lies within it, as in raw "
                "photographs: save the full picture as a TIFF of its own"
            )
    numbered = list(enumerate(found, start=1))
    return [(number, page) for number, page in numbered if not page.is_reduced] or numbered


def count_sizes(file: "TiffFile") -> int:
    """Return in how many sizes the file has its picture: 1 if there are no smaller copies."""
    pages = _pictures(file.pages)
    inner = [copy for page in pages for copy in _pictures(page.pages)]
    return len({(page.imagelength, page.imagewidth) for page in [*pages, *inner]})


def _pictures(pages: "TiffPages | None") -> list["TiffPage"]:
    """Return the pages of a file, or those that a page refers to as parts of itself (SubIFDs)."""
    from tifffile import TiffPage

    return [] if pages is None else [page for page in pages if isinstance(page, TiffPage)]


def _area(page: "TiffPage") -> int:
    """Return the number of pixels of a page."""
    return page.imagelength * page.imagewidth
