"""Completions and models of ratings as self-contained HTML pages.

Example:
    >>> import tempfile
    >>> from pathlib import Path
    >>> import jax
    >>> import numpy as np
    >>> from tacit.completion import complete
    >>> from tacit.report import write_report
    >>> table = np.outer(np.arange(1.0, 21), np.arange(1.0, 11))
    >>> table[3, 4] = np.nan
    >>> answer = complete(table, kind="table", budget=5, key=jax.random.key(0))
    >>> page = Path(tempfile.mkdtemp(), "report.html")
    >>> names = [f"r{number}" for number in range(10)]
    >>> write_report(page, answer, table, title="a table", axes=("row", "column"), names=names)
    >>> page.exists()
    True
"""

from tacit.report.page import write_report
from tacit.report.ratings import write_ratings_report

__all__ = ["write_ratings_report", "write_report"]
