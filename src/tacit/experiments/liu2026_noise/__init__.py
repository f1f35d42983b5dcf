"""Tubal descent from noisy measurements: when to stop, and what the width costs [liu2026].

From a small start the least error along a run is that of the exact rank, whatever the width R of U:
the signal has been learnt before the noise. A spectral start, U from the leading eigenvectors of
A* y, has noise in all of its R columns at once, and its least error grows with R. After the least
error a wide model goes on to fit the noise and the error climbs, a fourth phase; the error on some
measurements that are held out is least near where that of the truth is.

The least error is near that of a linear regression on p unknowns, p the degrees of freedom of tubal
rank r: σ² p / (m − p − 1) from m measurements. Of the paper the abstract was at hand; the sizes are
smaller than its n = 30 and k = r = 3.
"""
