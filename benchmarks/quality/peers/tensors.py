"""tensorly's masked CP and Tucker: a tensor and where it was seen in, the completed tensor out.

Run by `worker.call` in the peers' environment.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from tensorly.cp_tensor import cp_to_tensor
from tensorly.decomposition import parafac, tucker
from tensorly.tucker_tensor import tucker_to_tensor

from benchmarks.quality.peers.worker import Arrays, Method, each, serve

STEPS, TOLERANCE = 1000, 1e-9


def _common(arrays: Arrays, init: str) -> dict:
    mask = arrays["observed"].astype(float)
    settings = {"init": init, "n_iter_max": STEPS, "tol": TOLERANCE, "random_state": 0}
    return {"tensor": np.where(mask > 0, arrays["values"], 0.0), "mask": mask, **settings}


def masked_cp(arrays: Arrays, rank: int, init: str) -> NDArray:
    """`parafac(mask=)` of this many components."""
    return cp_to_tensor(parafac(rank=rank, **_common(arrays, init)))


def masked_tucker(arrays: Arrays, rank: list[int], init: str) -> NDArray:
    """`tucker(mask=)` with a core of these sides."""
    return tucker_to_tensor(tucker(rank=rank, **_common(arrays, init)))


METHODS: Mapping[str, Method] = {"CP": each(masked_cp), "Tucker": each(masked_tucker)}


if __name__ == "__main__":
    serve(METHODS)
