"""The one exception of the package."""

from typing import final


@final
class MediaError(ValueError):
    """A file cannot be used; the one-line message says what is wrong, where, and what to do."""
