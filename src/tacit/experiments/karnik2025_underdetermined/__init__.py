"""Too few measurements for least squares: where a small start decides [karnik2025].

In the printed settings of the paper there are more measurements than tubal-symmetric tensors have
dimensions, so that every start leads to the truth in the end. Here there are fewer than the 210,
180 and 120, and more than the 105 degrees of freedom of tubal rank 3: linear least squares fails,
every run fits what was measured, and what it recovers depends on the scale α of its start. With 120
no scale recovers the truth. The settings are this module's own; the paper has no such figure.
"""
