"""Pictures, films and arrays with holes: files to numbers and a mask, and back.

The only reader and writer of user files. `read` gives a `Source`, `write` puts an answer in the
same format, `read_pictures` gives many small pictures as one array, and `read_triplets` ratings.
Every file that cannot be used is a `MediaError` with a one-line message. Importing this package
imports NumPy alone: each format's library is imported when the format is used.

Example:
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tacit.media import read
    >>> file = Path(tempfile.mkdtemp(), "table.csv")
    >>> written = file.write_text("a,b,c\\n1,2,3\\n4,,6\\n")
    >>> source = read(file)
    >>> source.values.shape, int(source.missing.sum())
    ((2, 3), 1)
"""

from tacit.media.atomic import atomic_path, check_folder_place, check_place
from tacit.media.conversion import convert
from tacit.media.errors import MediaError
from tacit.media.frames import check_frame_output, write_frame
from tacit.media.masks import Marking
from tacit.media.output import check_output, write
from tacit.media.pictures import list_pictures, read_pictures
from tacit.media.reading import Reading
from tacit.media.source import Source, read, read_truth
from tacit.media.triplets import Triplets, read_triplets
from tacit.media.wording import percent, visible

__all__ = [
    "Marking",
    "MediaError",
    "Reading",
    "Source",
    "Triplets",
    "atomic_path",
    "check_folder_place",
    "check_frame_output",
    "check_output",
    "check_place",
    "convert",
    "list_pictures",
    "percent",
    "read",
    "read_pictures",
    "read_triplets",
    "read_truth",
    "visible",
    "write",
    "write_frame",
]
