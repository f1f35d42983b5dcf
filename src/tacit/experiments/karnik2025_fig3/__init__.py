"""Widths of U: over-parametrisation costs nothing and gains little [karnik2025, figure 3].

Every draw has a truth, measurements and a start of its own, and its widths are fresh runs: in the
released scripts U goes on from where the draw before left it, so that the averages of the figure
are not those of runs from a small start. What is compared with the authors' numbers are their first
runs.

That a run ends below 10⁻⁴, of the right rank, is so for most draws and not for all: where noise
grows nearly as fast as the signal it ends higher. The claims are about the middle draw, with the
share of draws beside it. Linear regression recovers every truth from the 285 measurements: the
space of tubal-symmetric tensors has 210 dimensions.
"""
