"""One run of tubal gradient descent: its errors, its angles and its phases [karnik2025, figure 2].

While U is small, descent is a power iteration on L = A*A(X★): the leading vectors of U turn to
those of L, not to those of the truth (spectral phase). Then the signal leaves zero while the rest
stays small (saddle avoidance), and the error falls geometrically (local convergence).

The sizes are those of the released script, of rank 2, from which the caption of the paper differs,
and the step is its effective one, μ = 2 m · 10⁻⁵, for A_i with entries of variance 1/m. The run is
a fresh one. Beside it stands linear regression: there are more measurements than the space of
tubal-symmetric tensors has dimensions, 254 against 210, so that the truth needs no small start.
"""
