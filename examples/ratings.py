"""Learn who likes what from a few star ratings, and recommend; no rank and no penalty is given."""

import numpy as np

from tacit.estimators import RatingsModel

rng = np.random.default_rng(0)
people, films = 60, 40
taste, style = rng.normal(size=(people, 2)), rng.normal(size=(films, 2))
users, items = np.divmod(rng.permutation(people * films)[:1200], films)
stars = 3 + (taste[users] * style[items]).sum(axis=1) + 0.3 * rng.normal(size=len(users))
stars = np.clip(stars.round(), 1, 5)

known, new = slice(0, 1000), slice(1000, None)
model = RatingsModel(width=8, rating_range=(1, 5)).fit(users[known], items[known], stars[known])
predicted, deviation = model.predict(users[new], items[new], return_std=True)
error = np.sqrt(np.mean((predicted - stars[new]) ** 2))

print(f"{model.rank_} of {model.width} components are used, after {model.n_iter_} sweeps")
print(f"error on {len(predicted)} new ratings: {error:.3f} stars")
print(f"what the model expects:   {np.sqrt(np.mean(deviation**2)):.3f} stars")
print(f"error of the mean alone:  {np.std(stars[new]):.3f} stars")
for film, rating in model.recommend(0, n=3):
    print(f"user 0 might like film {film}: {rating:.1f} stars")
