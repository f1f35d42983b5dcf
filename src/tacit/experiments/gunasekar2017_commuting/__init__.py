"""Flow from α² I goes to the least trace where the measurements commute [gunasekar2017].

With A_i = Q diag(a_i) Qᵀ the flow of ‖A(U Uᵀ) − y‖² / 2 from U = α I keeps the eigenvectors Q, and
the eigenvalues stay of the form α² exp(Āᵀ s). If it comes to interpolate, at x_α, it has minimised
H(x) + 2 ln(1/α) Σ x there, H(x) = Σ x ln x − x, so against a minimiser x* of the trace

    0 ≤ Σ x_α − Σ x* ≤ (H(x*) − H(x_α)) / (2 ln 1/α).

The trace is least in the limit α → 0, and this says how nearly for each α. The minimum is that of a
linear programme; the flow is that of the matrix U. Both are written in the basis Q: in another one
the rounding of the large eigenvalues would be taken for starts of the others, far above α².
"""
