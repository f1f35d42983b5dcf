"""The pattern of observed entries as a graph, and what descent completes [bai2024].

Rows and columns are the vertices, observed entries the edges, and descent on A B starts from normal
factors with entries of deviation α. Where the graph is connected, small matrices of rank 1, 2 and 3
with as many entries as that rank has degrees of freedom are completed at the lowest rank as α → 0,
as greedy learning completes them [li2021]: in most draws, and not in all. A greedy stage of that
rank may end at a minimum with a loss, and directions that grow nearly alike leave together.

Where it falls into components the loss is a sum of one for each, with parameters of its own: what
lies between two of them is informed by nothing but the start. With complete components the sum of
their nuclear norms is the least nuclear norm, which descent attains as α → 0, at a rank that is not
the lowest. A component with a hole is completed at a low rank of its own, and the nuclear norm is
then not the least.

Settings are those of the captions; the text of the paper was not at hand.
"""
