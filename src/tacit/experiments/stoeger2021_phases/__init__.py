"""Three phases of descent on a symmetric matrix from a small start [stoeger2021].

It is tubal descent with tubes of length one: U Uᵀ, side 10, of rank 3. First U turns to the leading
eigenvectors of L = A*A(X★), as a power iteration on L does; then its r-th singular value leaves
zero while the next stays small; then the error falls geometrically to a floor.

72 measurements are more than the 55 dimensions of symmetric matrices, so that linear regression
recovers the truth as well; 45 are fewer, and descent from the same start still recovers it in most
draws, and not in all. The paper's own numbers are not available here: settings and bounds are those
of the tubal experiments with k = 1.
"""
