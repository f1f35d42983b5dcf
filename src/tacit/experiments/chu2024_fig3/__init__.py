"""A spectral network where it is mis-specified, beside its rivals [chu2024, figure 3].

Gaussian measurements do not share the singular vectors of the truth, and there are fewer of them
than entries. From a small start the spectral network still finds the truth; linear regression,
descent of X itself from zero, interpolates far from it; a product of three matrices is slower by
orders of magnitude: it rests at rank one when the spectral network has ended.
"""
