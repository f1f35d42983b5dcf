"""The three theorems of [chu2024], run and held against the numbers.

Theorem 1: the flow in spectral coordinates is that of the network. Theorem 2: both exponential
bounds on the loss. Theorem 3: the limit of the flow interpolates; whether it is the interpolator
of least nuclear norm is decided by its hypotheses. With the all-ones vector in the row space of Ā
(Assumption 3) the excess of the nuclear norm over the minimum is exactly
2 Σ max(−x_j, 0) + νᵀ(Ā x − y), so it is the minimiser if and only if x ≥ 0: so it is for a dense
truth and ū = v̄ from a small scale. Where ū ≠ v̄ and the truth is sparse some x_j ends below zero.
Without the all-ones vector the excess falls with the scale of the start.
"""
