"""The learning coefficient of deep linear networks, exact and sampled [aoyagi2024].

Parameters drawn with density exp(−t K) around a truth, K = ½ ‖W_L ⋯ W_1 − T‖_F², have
t E K = λ − (m − 1) / ln t + …, where a regular model has half the number of its parameters. t is
nβ of n observations at inverse temperature β, with inputs of covariance I and noise of variance
one, and the loss is its expectation over the data: a local learning coefficient estimator without
the fluctuation of one data set. The prior is normal around the most singular factors of T, those of
rank r.

Each layer is drawn from its conditional law given the others, which is normal: Gibbs sampling has
no step size, whereas Langevin steps small enough for the stiff directions at t = 10¹² would never
leave the start. The paper was not at hand: the formula is recalled, and checked by other roads.
"""
