"""Large matrices of which a list of entries is known, such as ratings."""

from tacit.completion.ratings._complete import complete_ratings
from tacit.completion.ratings.fit import RatingsFit

__all__ = ["RatingsFit", "complete_ratings"]
