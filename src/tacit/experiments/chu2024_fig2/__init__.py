"""A spectral network where it is well specified [chu2024, figure 2].

The measurements share the singular vectors of the truth, the start is aligned with them, and there
are more measurements than unknown singular values. At every rate that is stable the loss falls to
the level of the noise, and nuclear norm, effective rank and singular values reach those of the
truth; X never leaves the shared basis. The largest rates overshoot in their first steps.
"""
