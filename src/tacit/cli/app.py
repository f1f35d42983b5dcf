"""The application: its subcommands by import path, so that help and version import none of them.

A new subcommand is a line below. The modules named must not import JAX at their top, because their
docstrings are read for `tacit NAME --help`.
"""

from cyclopts import App

from tacit import __version__

app = App(
    name="tacit",
    help="Complete pictures and tables from what is known of them, and repeat the experiments of "
    "low-rank learning.",
    version=__version__,
    version_flags=["--version"],
    help_format="markdown",
    suppress_keyboard_interrupt=False,
)

_COMMANDS = {
    "complete": (
        "tacit.cli.complete:complete",
        "Fill the holes of a picture or an array of numbers.",
    ),
    "list": ("tacit.cli.experiments:list_", "List the experiments, or the runs that are stored."),
    "run": ("tacit.cli.experiments:run", "Run an experiment and store its records."),
    "check": (
        "tacit.cli.experiments:check",
        "Run an experiment and check what its paper claims.",
    ),
    "plot": ("tacit.cli.experiments:plot", "Draw the figure of a stored run, without running it."),
    "cite": ("tacit.cli.experiments:cite", "Print the BibTeX entry of an experiment's paper."),
}
for _order, (_name, (_path, _help)) in enumerate(_COMMANDS.items()):
    app.command(_path, name=_name, help=_help, sort_key=_order)
