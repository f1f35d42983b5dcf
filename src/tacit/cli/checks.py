"""What the long commands refuse before any work begins."""

from pathlib import Path

from tacit.media import check_place


def check_settings(*, budget: float | None, seed: int, report: Path | None) -> None:
    """Refuse a budget, a seed or a place of the report that cannot be used.

    Args:
        budget: seconds to keep within; None for no limit.
        seed: of all randomness.
        report: the HTML file to write, if any.

    Raises:
        ValueError: the message names the option.
        MediaError: the report could not be written.
    """
    if budget is not None and not budget > 0:
        raise ValueError(f"--budget must be a positive number of seconds, got {budget:g}")
    if seed < 0:
        raise ValueError(f"--seed must not be negative, got {seed}")
    if report is not None:
        check_place(report)
