"""How each singular value moves along the flow of a deep factorisation [arora2019, theorem 3].

From balanced factors σ_r moves by dσ_r/dt = −N (σ_r²)^{1−1/N} ⟨∇ℓ(W), u_r v_rᵀ⟩: the larger it is
the faster, the more so the deeper. Held against it are: the derivative u_rᵀ Ẇ v_r, with Ẇ from the
velocities of the layers; differences of σ_r along the flow of the product, at depths that no layers
have as well; and the steps of descent, which differ by O(η).

The vectors u_r, v_r rest where Uᵀ∇ℓ V is diagonal and nowhere else. At depth 2 the turn of the
leading ones is held against the one that the entries off the diagonal make: none from a start with
the singular vectors of a fully observed truth, where none of ∇ℓ is off the diagonal.
"""
