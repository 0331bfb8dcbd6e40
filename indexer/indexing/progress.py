"""How far a build is, for people to see: documents done and known, speed, and time left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from indexer.feed.documents import Documents
from indexer.indexing.sync import Target
from stores.serving import Progress, Serving


@dataclass(slots=True)
class _Build:
    began: datetime
    done_before: int
    done: int
    total: int


class Meter:
    """Counts builds of this process and writes their progress to Redis. Decides nothing."""

    def __init__(self, serving: Serving, documents: Documents, clock: Callable[[], datetime]) -> None:
        self._serving = serving
        self._documents = documents
        self._clock = clock
        self._builds: dict[str, _Build] = {}

    def begin(self, target: Target) -> None:
        """Count what is there when a build begins, or goes on in this process: that takes as long as it is large."""
        if target.collection not in self._builds:
            counts = self._documents.counts(target.tenant, target.collection)
            self._builds[target.collection] = _Build(self._clock(), counts.done, counts.done, counts.total)

    def add(self, target: Target, documents: int) -> None:
        """Count a batch and say so."""
        build = self._builds[target.collection]
        build.done = min(build.total, build.done + documents)
        self.write(target)

    def write(self, target: Target) -> None:
        """Write how far the build is."""
        build, now = self._builds[target.collection], self._clock()
        self._serving.set_progress(
            target.tenant,
            target.collection,
            measured(build.done_before, build.done, build.total, (now - build.began).total_seconds(), now),
        )


def measured(done_before: int, done: int, total: int, seconds: float, now: datetime) -> Progress:
    """Return the progress after `seconds` of building; the speed counts rests too. A pure rule."""
    rate = (done - done_before) / seconds if seconds > 0 else 0.0
    eta_s = (total - done) / rate if rate > 0 else (0.0 if done >= total else None)
    return Progress(done=done, total=total, rate=round(rate, 2), eta_s=eta_s, at=now)
