"""Rank is learnt one by one in three factorisations, side by side [razin2022, figure 2].

A matrix by a product of three, a tensor by outer products, and a tensor by a tree of modes: each is
completed from half of its entries, from a small start, and the singular values, component norms and
local component norms of the node (0, 1) leave zero one after another.

Sizes, shares and steps are those of the authors' code, but that the tree has 64 components at each
node and not 512, and mode 2 stands at its root and not at a node of its own. The tree is the
slowest to settle. Of 15 draws, three from each of five seeds, 13 end with rank five at the node,
and in some of them a component of the truth is shared by two local ones, so that a sixth has up to
a third of the norm of the first; two rest at rank three, far from the truth, after 20,000 steps. So
what is claimed of the tree is claimed of the median, or of the best, of the draws.
"""
