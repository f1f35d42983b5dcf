"""Complete a table of which two fifths are missing, and see what was chosen and how sure it is."""

import jax
import numpy as np

from tacit import complete

rng = np.random.default_rng(0)
table = rng.gamma(2.0, size=(40, 3)) @ rng.gamma(2.0, size=(3, 25))
missing = rng.random(table.shape) < 0.4

completion = complete(
    np.where(missing, np.nan, table), missing, penalty=None, budget=10, key=jax.random.key(0)
)
error = (completion.filled - table)[missing]
print(completion.choice.reason)
print(f"relative error in the holes: {np.linalg.norm(error) / np.linalg.norm(table[missing]):.3f}")
print(f"mean uncertainty reported:   {completion.uncertainty[missing].mean():.3f}")
print(f"root mean square error:      {np.sqrt(np.mean(error**2)):.3f}")
