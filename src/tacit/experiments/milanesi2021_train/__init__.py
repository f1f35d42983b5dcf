"""Deep tensor train with bonds as wide as the sides finds a low multilinear rank [milanesi2021].

What `milanesi2021_tucker` does, with a chain of cores and L − 1 square matrices on each bond: with
70 % of the entries seen every depth finds (5, 5, 5), with 20 % a deep train has fewer slices left
than a plain one and a smaller error, and does not end at the least mean nuclear norm of the
unfoldings. With 15 %, where Tucker is shown, no depth recovers the truth: a train bounds the ranks
between groups of modes, and its middle core is as large as the tensor.
"""
