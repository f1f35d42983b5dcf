"""What `tacit complete` refuses before it reads anything."""

from tacit.cli.checks import check_settings
from tacit.cli.complete.options import Options
from tacit.media import MediaError


def check_options(options: Options) -> None:
    """Refuse settings that cannot be used, and paths that would overwrite each other.

    Raises:
        ValueError: the message names the option.
        MediaError: a file is named twice.
    """
    check_settings(budget=options.budget, seed=options.seed, report=options.report)
    if options.init_scale is not None and not options.init_scale > 0:
        raise ValueError(f"--init-scale must be positive, got {options.init_scale:g}")
    if options.depth is not None and options.depth < 1:
        raise ValueError(f"--depth must be at least 1, got {options.depth}")
    if options.missing is None and (options.mask_invert or options.mask_threshold is not None):
        raise ValueError("--mask-threshold and --mask-invert need a mask: name one with --missing")
    if options.each and options.report is not None:
        raise ValueError("--each: a report shows one picture: leave out --report")

    written = [path.resolve() for path in (options.output, options.report) if path is not None]
    read_only = [path.resolve() for path in (options.missing, options.truth) if path is not None]
    if len(set(written)) < len(written) or set(written) & set(read_only):
        raise MediaError("output, report, mask and truth must be different files")
