"""From a table with holes to an answer."""

from typing import Literal

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from tacit._typing import Any, PRNGKey
from tacit.completion.completion import Completion
from tacit.completion.holdout import refuse_unless_completable
from tacit.completion.tables.learn import learn_table
from tacit.completion.trial import Report

Values = NDArray[np.floating]
Mask = NDArray[np.bool_]


def complete_table(
    data: Values,
    mask: Mask,
    *,
    budget: float | int = 60.0,
    dtype: Any = jnp.float32,
    loss: Literal["squared", "huber"] = "squared",
    weights: Values | None = None,
    report: Report | None = None,
    key: PRNGKey,
    **settings: Any,
) -> Completion:
    """Fill the holes of a table of low rank, with noise, by what `learn_table` learns of it.

    Args:
        data: (m, n); what stands in holes is ignored.
        mask: true where missing.
        budget: seconds to keep within.
        dtype: precision of training.
        loss: `"huber"` where some entries are far off.
        weights: of the observed entries, a precision relative to that of the others.
        report: called after each compiled chunk with the stage and its progress.
        key: JAX random key.
        settings: the others of `learn_table`.

    Raises:
        ValueError: if shapes do not fit, nothing is missing, or as `learn_table` does.
    """
    data, mask = np.asarray(data, float), np.asarray(mask, bool)
    if mask.shape != data.shape:
        raise ValueError(f"mask: its shape {mask.shape} is not that of the data {data.shape}")
    if data.ndim != 2 or min(data.shape) < 2:
        raise ValueError(f"data: a table of at least 2 × 2 is needed, got shape {data.shape}")
    refuse_unless_completable(data, mask)
    learnt = learn_table(
        np.where(mask, np.nan, data),
        weights=weights,
        loss=loss,
        budget=budget,
        dtype=dtype,
        report=report,
        key=key,
        **settings,
    )
    observed = np.where(mask, 0.0, 1.0 if weights is None else weights)
    denoised, deviation = learnt.model.complete(data, observed)
    return Completion(
        filled=np.where(mask, denoised, data),
        denoised=denoised,
        uncertainty=np.where(mask, deviation, 0.0),
        trajectory=learnt.search,
        refit=learnt.refit,
        choice=learnt.choice,
        result=learnt.result,
        seconds=learnt.seconds,
    )
