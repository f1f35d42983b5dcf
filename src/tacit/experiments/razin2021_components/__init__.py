"""A tensor of low canonical rank is completed component by component [razin2021, section 5].

Sums of as many outer products as any tensor needs, 100 of order 3 and 1,000 of order 4, are fitted
to some entries of a tensor of rank five. From a small start five components leave zero, one after
another, and nothing else does; from a larger one there are more, and the error is larger.

With 2,000 of the 10,000 entries of order 4, the number in the authors' code, all five are found,
but in ten of fifteen draws a sixth or a seventh is there too; in three it lies nearly where nothing
is seen, and spoils the rest of the tensor. The likely cause: a component that begins along a few
large entries of the residual stays there, for ⟨−∇ℓ, ⊗u⟩ has a local maximum at them. With 4,000
entries, and with most of order 3, five are left in 53 draws of 55, and are claimed; from a start of
deviation 0.02 two vectors that grew side by side may share one of the five, from 0.01 not.

Steps have nearly a fixed length, so that near the end a run goes back and forth at a loss that
grows with the step: 10⁻² does not bring order 3 below 3·10⁻⁸, half of it does.
"""
