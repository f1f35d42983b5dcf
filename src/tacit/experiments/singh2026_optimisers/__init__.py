"""Which optimisers keep the low-rank bias of a small start [singh2026].

X = U V from fewer Gaussian measurements than entries, by ten rules to one residual. Every rule is
run from (U, V) and from (U Q, Qᵀ V), Q orthogonal, which are one X: descent, momentum, Adam with
one second moment for all, Muon and Shampoo give the same path to rounding, rules that treat entries
apart (Adam, RMSProp, Lion, signSGD, Adafactor) do not.

Those that scale the gradient as a whole recover the truth better than every rule of entries. The
paper's text was not at hand, and one statement in the notes on it does not hold here: that Muon and
Shampoo keep the bias as well. They make all singular values of a step alike, so that no direction
is learnt before another: to commute with rotations is not enough.
"""
