"""Descent on ½‖W_L ⋯ W_1 − Ŵ‖_F² from W_j = α I: eigenvalues appear in stages [chou2024].

Every factor keeps the eigenvectors of Ŵ, and its eigenvalues follow the recursion
d ← d − η d^{L−1}(d^L − λ). Larger eigenvalues come first, the more so the deeper; between two of
them r(W) = ‖W‖_* / ‖W‖₂ rests near (λ₁ + … + λ_j) / λ₁, the effective rank of the best rank-j part.
Here the factors are trained as matrices, the recursion is followed beside them, and both are kept.
Depth is N in the paper and in the claims.
"""
