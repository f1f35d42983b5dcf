"""Deep Tucker with a core as large as the tensor finds a low multilinear rank [milanesi2021].

A cube of side 25 and multilinear rank (5, 5, 5) is completed with no rank given. With 70 % of its
entries seen (30 % missing, as in the code that its authors published with a later paper) every
depth finds (5, 5, 5): the slices of the core of the higher-order SVD separate, five a mode are left
and the rest of the tensor is right. There depth changes nothing, and a norm would do as well, so
that 15 % are seen too: now a deep model has fewer slices left than one layer in each mode, and a
smaller error; a third layer leaves fewer than the second in most draws, not in all. And it does not
end at the least mean nuclear norm of the unfoldings that fits, which is another tensor and far from
the truth.

The paper's text and code were not at hand. What is claimed is the statement of its abstract; the
size, the rank and 30 % are those of the later code, whose slices are those of the trained core.
Here a normal start has no preferred basis, so that the slices of the higher-order SVD are counted.
Full batches and the RMSprop of the other experiments stand for Adam with batches of 128.
"""
