"""How each component of a tensor factorisation moves along gradient flow [razin2021, theorem 3].

From balanced vectors σ_r = ‖⊗_n u_rⁿ‖ moves by dσ_r/dt = N σ_r^{2−2/N} ⟨−∇ℓ(X), ⊗_n û_rⁿ⟩: the
larger it is the faster, the more so the higher the order N. Held against it, where a share of the
entries is seen, are the derivative of σ_r along the velocities of the vectors, differences of σ_r
in time, from which the exponent is measured too, and the steps of descent, which differ by O(η).
‖u_rⁿ‖² − ‖u_rᵐ‖² is conserved from a start that is not balanced as well; but there the law fails.

With K layers in each mode the exponent is 2 − 2/(N K), a statement that is not in the paper. It
holds where the layers are balanced and aligned: diagonal, with orthogonal vectors at the end of
each mode. Flow keeps them so where every entry of a tensor with the same vectors is seen; from
normal layers it fails. The paper's text was not at hand: what is checked is the law as it is
restated and proved on the page about components.
"""
