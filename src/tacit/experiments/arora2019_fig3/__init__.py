"""Singular values along training at depths 1, 2 and 3 [arora2019, figure 3].

From a small multiple of the identity the singular values come one after another, the more so the
deeper, and those beyond the rank of the truth stay the smaller. The paper descends 200,000
iterations at a step of 0.01. Here the flow is followed to the same time, 2,000, which costs some
thousand gradients; a stretch of real descent, beginning where the flow is at a quarter of the time,
is held against the flow. `full` descends as published.

The size of the paper's start is not available here; this one, 10⁻² end to end, gives test errors
near those published. Below the synthetic matrix are ratings, where a table of them is given: the
users and items with most ratings, some of them held out. There depths 2 and 3 find the one value
that stands out, and are far better than depth 1; by this time the next ones have only begun.
"""
