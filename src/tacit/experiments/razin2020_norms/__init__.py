"""Norms grow without bound while the rank falls: a completion that no norm explains [razin2020].

Of a 2 × 2 matrix w12 = w21 = 1 and w22 = 0 are seen. Every Schatten norm and quasi-norm of a
completion is least at w11 = 0, where both singular values are 1, and the larger |w11| the nearer it
is to rank one. Where det W > 0, with s = √(2ℓ) < 1 of the loss ℓ,

    |w11| ≥ (1 − s)² / s,   σ₂(W) ≤ s,

for w11 w22 > w12 w21 ≥ (1 − s)² and |w22| ≤ s. Gradient flow from balanced layers keeps the sign of
det W: from det W(0) > 0 all norms grow as it fits, and from det W(0) < 0 they need not.

Descent keeps it at depth 3 and more. At depth 2 σ₂ falls so quickly that what a step does to the
balance turns the sign, and from layers that are drawn normal it turns at every depth. The paper's
text was not at hand: what is checked is the statement as it is known to us, with the bounds above.
"""
