"""Training from an orthogonal start moves 2r directions of each layer, and can do without the rest.

Where every entry of a target of rank r is seen and the layers start as multiples of orthogonal
matrices, d − 2r singular values of each stay equal along descent, ρ ← ρ − η ρ^{2L−1}, and its
update has rank 2r [yaras2024]. Layers of side 2r + 1 take the same path, to rounding, at the price
of a small matrix: `tacit.problems.compress`.

Neither holds from a normal start, nor where some entries are not seen. The paper's text was not at
hand: what is checked is the statement as it is known to us, with a proof on the theory page.
"""
