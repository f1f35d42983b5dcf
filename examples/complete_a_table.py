"""Complete a table of which two fifths are missing, and see what was chosen and how sure it is."""

import jax
import numpy as np

from tacit import complete

rng = np.random.default_rng(0)
table = rng.gamma(2.0, size=(40, 3)) @ rng.gamma(2.0, size=(3, 25))
missing = rng.random(table.shape) < 0.4

holes = np.where(missing, np.nan, table)
completion = complete(holes, kind="table", budget=10, key=jax.random.key(0))

error = (completion.filled - table)[missing]
low, high = completion.interval(0.9)
inside = ((low <= table) & (table <= high))[missing]
relative = np.linalg.norm(error) / np.linalg.norm(table[missing])
print(completion.choice.reason)
print(f"relative error in the holes:       {relative:.3f}")
print(f"root mean square error:            {np.sqrt(np.mean(error**2)):.3f}")
print(f"the same as it was foretold:       {completion.spread:.3f}")
print(f"holes within their 90 % intervals: {inside.mean():.0%}")
