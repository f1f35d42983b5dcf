"""The application: its subcommands by import path, so that help and version import none of them.

A new subcommand is a line below. The modules named must not import JAX at their top, because their
docstrings are read for `tacit NAME --help`. Those of `complete` and `rate` import nothing, and need
no path: so their help is their whole docstring.
"""

from cyclopts import App

from tacit import __version__
from tacit.cli.complete import complete
from tacit.cli.rate import fit, predict, recommend

app = App(
    name="tacit",
    help="Complete pictures, films and tables from what is known of them, predict ratings, and "
    "repeat the experiments of low-rank learning.",
    version=__version__,
    version_flags=["--version"],
    help_format="markdown",
    suppress_keyboard_interrupt=False,
)

_COMMANDS = {
    "list": ("tacit.cli.experiments:list_", "List the experiments, or the runs that are stored."),
    "run": ("tacit.cli.experiments:run", "Run an experiment and store its records."),
    "check": (
        "tacit.cli.experiments:check",
        "Run an experiment and check what its paper claims.",
    ),
    "plot": ("tacit.cli.experiments:plot", "Draw the figure of a stored run, without running it."),
    "cite": ("tacit.cli.experiments:cite", "Print the BibTeX entry of an experiment's paper."),
}
app.command(complete, sort_key=0)
rate = App(name="rate", help="Predict and recommend from a table of ratings.", sort_key=1)
for _order, _command in enumerate((fit, predict, recommend)):
    rate.command(_command, sort_key=_order)
app.command(rate)
for _order, (_name, (_path, _help)) in enumerate(_COMMANDS.items(), 2):
    app.command(_path, name=_name, help=_help, sort_key=_order)
