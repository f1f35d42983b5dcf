"""Descent from a small start passes the stages of greedy low-rank learning [li2021].

A positive semidefinite matrix is completed from 70 % of its entries, greedily and by descent from
α · orthogonal factors: the smaller α, the nearer the run passes to each greedy stage, and the more
so at depth 3. Then the counterexample to norm minimisation: of a 4 × 4 matrix W₁₃ = 1 and
W₁₄ = W₂₃ = R are seen; the least trace is 4R, greedy learning and descent go to trace 2(1 + R²).

With half of the entries some draws have stages that descent from these scales hardly comes near,
or does not reach in this time: the claims are made where the entries determine the matrix well.

At depth 2 the model is U Uᵀ, deeper it is a chain of square factors. A start of scale α is α² end
to end at every depth.
"""
