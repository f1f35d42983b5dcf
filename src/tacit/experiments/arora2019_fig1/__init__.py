"""Matrix completion by deep factorisations of growing depth [arora2019, figures 1 and 2].

A 100 × 100 matrix of rank 5 is completed from 2,000 or 5,000 of its entries. From a small start,
depth 3 and 4 find it where depth 2 and the minimum nuclear norm do not: with 2,000 entries their
answer has a *larger* nuclear norm than the convex minimum of the same entries, so the bias of depth
is not towards least nuclear norm; with 5,000 entries all agree.

How far the convex minimum falls below the truth is decided by the draw: by 0.5 to 3.4 % of the
nuclear norm in 160 draws, by 1.3 to 1.8 % in the median of 20 (the authors show one draw). So
beside the draw that is trained on there are others, of which the convex minimum alone is found, and
the claim is about their median.

A deep run may rest for long on a plateau: of the 54 at the paper's preset from seeds 0, 1 and 2,
one (depth 4, the least start, 2,000 entries, seed 2) is at a loss of 3e-3 after 100,000 steps, and
falls. So the claim about the training loss is one about the share of the runs.
"""
