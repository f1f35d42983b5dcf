"""Pictures from few measurements: truth, linear regression, spectral network [chu2024, figure 5].

Linear regression gives the interpolator of least Frobenius norm, a blur of noise; the spectral
network gives the picture, if its step is small. The step decides whether the bias appears: near the
largest stable step the same network interpolates too, but hardly better than linear regression
(or diverges, and its start is shown). The automatic step keeps the bias.
"""
