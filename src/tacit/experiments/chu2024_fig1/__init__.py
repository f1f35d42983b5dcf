"""The anatomy of a spectral neural network [chu2024, figure 1].

K_1 inputs U_k V_kᵀ pass through layers; each maps the singular values of its matrices by the
activation and aggregates the results by trained weights. Here the network itself is drawn: its
blocks with their singular values, its connections with their weights.
"""
