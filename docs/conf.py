"""Configuration of Sphinx: offline, executed, warnings are errors."""

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from docutils import nodes
from sphinx.util import logging

import tacit

ROOT = Path(__file__).resolve().parent.parent
# Guide pages call the command `tacit` of the environment that builds them.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
# Most of the time of a page is compiling: pages, and the commands on them, share what they compile.
os.environ["JAX_COMPILATION_CACHE_DIR"] = tempfile.mkdtemp(prefix="tacit-docs-")
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
os.environ["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
# Programs that are compiled in two thirds of the time: hardly any runs for long.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=1")
# Pages are built side by side, and one may find an entry that another has half written.
os.environ["PYTHONWARNINGS"] = "ignore:Error reading persistent compilation cache:UserWarning"

project = "Tacit"
author = "The Tacit developers"
copyright = author
release = version = tacit.__version__
language = "en-GB"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.mathjax",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx-mathjax-offline",
    "sphinxcontrib.bibtex",
]
exclude_patterns = ["_build", "jupyter_execute"]

html_theme = "furo"
html_title = "Tacit"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
mathjax_path = "mathjax/tex-chtml.js"

bibtex_bibfiles = ["../src/tacit/experiments/references.bib"]

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_links_external_new_tab = False

nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_render_markdown_format = "myst"
nb_ipywidgets_js = {}  # the default would load scripts from a CDN

autodoc_class_signature = "mixed"
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_default_options = {"members": True}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 90
default_role = "code"  # a single backtick in a docstring is code
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

_CITATION = re.compile(r"\[([a-z]+\d{4}\w*)([^\]]*)\]")
_SCALAR_LIKE = re.compile(
    r"Shaped\[Array, ''\] \| Shaped\[~?(numpy\.)?ndarray, ''\]"
    r" \| ~?(numpy\.)?bool \| ~?(numpy\.)?number \| bool \| int \| float \| complex"
)
_REQUEST = re.compile(r"set_\w+_request")
_CODE = re.compile(r"(``[^`]*``|`[^`]*`)")


def _cite(match: re.Match) -> str:
    """[key] as a citation; [key says more] as the authors' names, then the words."""
    key, words = match.groups()
    return f"(:cite:t:`{key}`{words})" if words else f":cite:p:`{key}`"


def plain_docstring(app, what, name, obj, options, lines):
    """Mathematics in a docstring is not markup: |x|, A* and w_ are what they are.

    Runs before napoleon, which reads the sections (Args, Raises) and adds the markup.
    """
    in_example = False
    for number, line in enumerate(lines):
        # An example and its output are code up to the next blank line.
        in_example = bool(line.strip()) and (in_example or line.lstrip().startswith(">>>"))
        if in_example:
            continue
        pieces = _CODE.split(line)
        for index in range(0, len(pieces), 2):
            text = re.sub(r"([\\*|])", r"\\\1", pieces[index])
            text = re.sub(r"_(?=\W|$)", r"\\_", text)
            pieces[index] = _CITATION.sub(_cite, text)
        lines[number] = "".join(pieces)


def short_types(app, what, name, obj, options, signature, returns):
    """The names of the vocabulary instead of what they expand to."""

    def shorten(text):
        if text is None:
            return None
        text = text.replace("jaxlib._jax.Array", "Array").replace("jax.Array", "Array")
        return _SCALAR_LIKE.sub(
            "ScalarLike", text.replace("~jaxtyping.", "").replace("~typing.", "")
        )

    return shorten(signature), shorten(returns)


def skip_machinery(app, what, name, obj, skip, options):
    """Leave out what NamedTuple, and scikit-learn's routing of metadata, add to a class."""
    described = getattr(obj, "__doc__", None) or ""
    added = described.startswith("Alias for field number") or _REQUEST.fullmatch(name)
    return True if added else None


def file_role(name, rawtext, text, lineno, inliner, options=None, content=None):
    """A path of the repository, `path::test` for a test in it; an error if there is no such."""
    path, _, function = text.partition("::")
    there = (ROOT / path).exists()
    if there and function:
        there = f"def {function}(" in (ROOT / path).read_text(encoding="utf-8")
    if not there:
        logging.getLogger(__name__).warning("no such file or test: %s", text)
    return [nodes.literal(rawtext, text)], []


def forget_compiled(app, exception):
    """Remove what the pages compiled."""
    shutil.rmtree(os.environ["JAX_COMPILATION_CACHE_DIR"], ignore_errors=True)


def setup(app):
    app.add_role("file", file_role, override=True)
    app.connect("autodoc-process-docstring", plain_docstring, priority=400)
    app.connect("autodoc-process-signature", short_types)
    app.connect("autodoc-skip-member", skip_machinery)
    app.connect("build-finished", forget_compiled)
    # All it does is copy files at the end; it does not say that pages can be read side by side.
    app.extensions["sphinx-mathjax-offline"].parallel_read_safe = True
