"""The figure of `milanesi2021_tucker`."""

from tacit.experiments._milanesi2021.figures import plot

__all__ = ["plot"]
