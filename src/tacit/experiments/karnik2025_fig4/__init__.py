"""Scales of the start: the error that remains falls with α [karnik2025, figure 4].

The error of a run falls geometrically to a floor, about as a power of α. Its exponent is below one:
the 21/16 of the paper's bound, which is drawn beside it, is not that of the unsquared error that
the figure shows; 21/32 is near it. Exponents differ from draw to draw, with how much faster than
the noise the signal grows; the claim is about the middle draw.

Every run is a fresh one, of the length at which the least α has reached its floor: in the released
script all but the first go on from where another ended. Linear regression recovers every truth from
the 285 measurements, for which no start matters.
"""
