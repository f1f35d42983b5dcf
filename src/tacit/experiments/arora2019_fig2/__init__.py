"""Error, nuclear norm and effective rank against the scale of the start [arora2019, figure 2].

The runs are those of `arora2019_fig1`, which shows figures 1 and 2, with few entries alone and over
scales that go on to 10⁻⁶: all scales of a depth are lanes of one program. At depth 2 everything
depends on the scale, and 10⁻⁶ is not yet small; depth 3 has the truth at every scale. Its nuclear
norm is that of the truth, above the certified minimum of the same entries: a smaller start does not
lead to the least nuclear norm.
"""
