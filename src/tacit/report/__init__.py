"""Completions and models of ratings as self-contained HTML pages."""

from tacit.report.page import write_report
from tacit.report.ratings import write_ratings_report

__all__ = ["write_ratings_report", "write_report"]
