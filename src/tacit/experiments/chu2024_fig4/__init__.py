"""A picture appears in a spectral network as it trains [chu2024, figure 4].

A face (or a digit) is sensed by Gaussian measurements, six for every ten pixels. From a small start
near the identity the network shows first the leading singular vectors, then the rest.
"""
