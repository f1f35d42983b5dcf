"""The application: its subcommands by import path, so that help and version import none of them.

A new subcommand is a line below. The modules named must not import JAX at the top, because their
docstrings are read for `tacit NAME --help`. The command modules of `complete`, `rate` and
`doctor` import nothing heavy and are registered as functions: a path needs a one-line `help` of its
own, which would take the place of the docstring.
"""

from cyclopts import App

from tacit import __version__
from tacit.cli.complete.command import complete
from tacit.cli.doctor.command import doctor
from tacit.cli.rate.command import fit, predict, recommend

app = App(
    name="tacit",
    help="Complete pictures, films and tables with holes, predict ratings, and reproduce the "
    "experiments of low-rank learning.",
    version=__version__,
    version_flags=["--version"],
    help_format="markdown",
    suppress_keyboard_interrupt=False,
)

_EXPERIMENTS = {
    "list": ("list_", "List the experiments or the stored runs."),
    "run": ("run", "Run an experiment and store its records."),
    "check": ("check", "Run an experiment and check what its paper claims."),
    "plot": ("plot", "Draw the figure of a stored run, or the phase diagram of a sweep."),
    "sweep": ("sweep", "Run an experiment for every combination of settings."),
    "cite": ("cite", "Print the BibTeX entry of an experiment's paper."),
}
"""Each command with its function in `tacit.cli.experiments.command`, and its help."""

app.command(complete, sort_key=0)
rate = App(name="rate", help="Predict ratings and recommend items.", sort_key=1)
for _order, _command in enumerate((fit, predict, recommend)):
    rate.command(_command, sort_key=_order)
app.command(rate)
for _order, (_name, (_function, _help)) in enumerate(_EXPERIMENTS.items(), 2):
    _path = f"tacit.cli.experiments.command:{_function}"
    app.command(_path, name=_name, help=_help, sort_key=_order)
app.command(doctor, sort_key=2 + len(_EXPERIMENTS))
