"""Alternating preconditioned descent on L * Rᵀ, whatever the condition number [liu2025].

A tubal tensor of condition number κ is recovered from Gaussian measurements by `ScaledDescent`,
alternating, and by plain descent at the best of several steps. Where the measurements determine the
tensor, ten to a degree of freedom, the iterations of the first depend neither on κ nor much on the
width R of the factors; those of plain descent grow with κ.

What preconditioning gives up is shown where measurements are few, so that a wide model can fit them
with other tensors: every direction is then learnt alike fast, the weakest too, and it does not find
the truth, which plain descent from the same small start does.

Of the paper the abstract was at hand, and its numbers are not: sizes are those of its authors'
earlier code, made smaller. That code's ten measurements to a degree of freedom are more than the
entries of the tensor, so that linear regression recovers it as well.
"""
