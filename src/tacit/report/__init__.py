"""A completion as one self-contained HTML page."""

from tacit.report.page import write_report

__all__ = ["write_report"]
