"""Pictures, films and arrays with holes: files to numbers and a mask, and back.

The only reader and writer of user files. `read` gives a `Source`, `write` puts an answer in the
same format, and `read_pictures` gives many small pictures as one array. Every file that cannot be
used is a `MediaError` with a one-line message. Importing this package imports NumPy alone: each
format's library is imported when the format is used.
"""

from tacit.media.atomic import atomic_path
from tacit.media.errors import MediaError
from tacit.media.output import check_output, write
from tacit.media.pictures import read_pictures
from tacit.media.source import Source, read, read_truth

__all__ = [
    "MediaError",
    "Source",
    "atomic_path",
    "check_output",
    "read",
    "read_pictures",
    "read_truth",
    "write",
]
