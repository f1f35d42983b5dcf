"""Progress of a fit handed on, and how long its steps take."""

from tacit._typing import Callable
from tacit.runs import Progress

OnChunk = Callable[[Progress], None]


class Stopwatch:
    """Hands progress on, and knows how long a step takes once everything is compiled.

    Args:
        on_chunk: called with the progress of the whole fit, if at all.
        is_watched: whether the held-out error is one that means something.
        done: tiles that came before.
        tiles: of the fit.
    """

    def __init__(self, on_chunk: OnChunk | None, is_watched: bool, done: int, tiles: int):
        self._on_chunk, self._is_watched = on_chunk, is_watched
        self._done, self._tiles = done, tiles
        self._seen: list[tuple[int, float]] = []

    def __call__(self, progress: Progress) -> None:
        """Take the progress of a run down, and hand it on."""
        self._seen.append((progress.step, progress.seconds))
        if self._on_chunk is None:
            return
        if not self._is_watched:
            latest = {name: at for name, at in progress.latest.items() if name != "held_out"}
            progress = progress._replace(latest=latest)
        if self._done:
            fraction = (self._done + progress.fraction) / self._tiles
            progress = progress._replace(fraction=min(fraction, 1.0))
        self._on_chunk(progress)

    @property
    def per_step(self) -> float:
        """Seconds; with what was compiled if there was one chunk alone."""
        if not self._seen:
            return 0.0
        (first, began), (last, ended) = self._seen[0], self._seen[-1]
        if last == first:
            return ended / max(last, 1)
        return (ended - began) / (last - first)

    @property
    def overhead(self) -> float:
        """Seconds of the first chunk beyond those of its steps."""
        if not self._seen:
            return 0.0
        first, seconds = self._seen[0]
        return max(0.0, seconds - self.per_step * first)
