"""Effective rank along descent: starts, noise, sensing, and negative eigenvalues [chou2024].

The target is Ŵ = W★ + noise, W★ of rank R and symmetric. There are intervals in which the effective
rank of the iterates is that of a best low-rank part of W★: stopping in the last of them gives a
better estimate than the end, which fits the noise. Larger eigenvalues come first and depth widens
the gap between them: their half times are those of a closed form. From identical factors α I no
eigenvalue turns negative; with one factor (α − β) I they do, which is the perturbed identity.

Both effective ranks are kept: r(W) = ‖W‖_* / ‖W‖₂, the paper's, and the exponential of the entropy.
The numbers of the paper's experiments are not available here: settings and bounds are this module's
own.

At depth 2 the noise has begun to grow by the time of the best stop: there r(W) is 3 to 10 % above
r(W★), by the draw (five seeds), and at more depth within 4 %, so that it is claimed of N > 2.
"""
