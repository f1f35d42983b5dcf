"""Rank-R targets are learnt in R saddle-escaping stages, and where that breaks [cao2022].

Descent on ½‖W_N ⋯ W_1 − M‖_F² from small Gaussian factors, for targets of rank R whose singular
values are ratio^−(j−1), over depths, scales of the start, ratios and draws. A stage is the escape
from the saddle of rank j − 1, seen as a peak of ‖∇L‖; between two of them training rests near the
saddle of rank j, whose loss is ½ Σ_{i>j} σ_i². Counted are *distinct values that the start's scale
separates*, not the rank as such: equal values are one stage at depth 2.

Each plateau is refined to the saddle that it passes, and the end of each run is held against
λ_min(∇²L) ≥ −(N−1) ‖W − M‖₂ max_j ‖W_j‖₂^{N−2}. Beside descent the same runs are made by group
RMSprop at three rates, and one run a depth by the adaptive flow.

Theorems, sizes and figures of the paper are not available here; the settings here, and the bounds
inside which the number of stages is R, were found by runs.
"""
