"""The figure of `arora2019_fig2`."""

from tacit.experiments._arora2019.figure import plot

__all__ = ["plot"]
