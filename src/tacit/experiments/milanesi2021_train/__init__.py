"""Deep tensor train with bonds as wide as the sides finds a low multilinear rank [milanesi2021].

What `milanesi2021_tucker` does, with a chain of cores and L − 1 square matrices on each bond: with
70 % of the entries seen every depth finds (5, 5, 5), with 15 % the deeper train has fewer slices
left and a smaller error, and no depth ends at the least mean nuclear norm of the unfoldings.
"""
