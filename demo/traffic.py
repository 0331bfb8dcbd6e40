"""Searches that go on all the while: whether any fails, and whether any mixes a model with another's collection."""

import threading
import time
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from random import Random
from types import TracebackType

from schemas.search import SearchAnswer, SearchRequest
from stores.errors import TidewheelError
from stores.search_client import SearchClient


@dataclass(slots=True)
class Seen:
    """What the searches met with; `pairs` counts by (model, collection), `slowest_ms` is the worst latency."""

    searches: int = 0
    failures: list[str] = field(default_factory=list)
    empty: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    versions: list[int] = field(default_factory=list)
    slowest_ms: float = 0.0

    def note(self, answer: SearchAnswer) -> None:
        """Count one answer."""
        self.searches += 1
        self.empty += not answer.results
        self.pairs[answer.model, answer.collection] += 1
        self.slowest_ms = max(self.slowest_ms, answer.latency_ms)
        if not self.versions or self.versions[-1] != answer.serving_version:
            self.versions.append(answer.serving_version)


class Traffic:
    """A context manager that asks the search service in a thread of its own, `pause_s` apart, in a shuffled order.

    An answer without any result counts as failed: every query has documents that everybody may see.
    """

    def __init__(self, client: SearchClient, tenant: str, queries: Sequence[str], seed: int, pause_s: float) -> None:
        self.seen = Seen()
        self._client = client
        self._tenant = tenant
        self._queries = Random(f"traffic:{seed}").sample(list(queries), len(queries))
        self._pause_s = pause_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(timeout=60)

    def wait_for(self, searches: int, within_s: float = 30.0) -> None:
        """Wait until so many more searches were answered, so that what just changed has been met with."""
        until, target = time.monotonic() + within_s, self.seen.searches + searches
        while self.seen.searches < target and time.monotonic() < until:
            time.sleep(0.02)

    def _run(self) -> None:
        position = 0
        while not self._stop.wait(self._pause_s):
            query = self._queries[position % len(self._queries)]
            position += 1
            try:
                self.seen.note(self._client.search(SearchRequest(tenant=self._tenant, query=query)))
            except TidewheelError as error:
                self.seen.failures.append(f"{query}: {error}")
            except Exception as error:  # whatever it is, a person's search failed
                self.seen.failures.append(f"{query}: {type(error).__name__}: {error}")


def mixed(seen: Seen, together: Collection[tuple[str, str]]) -> int:
    """Return how many answers mixed a model with another's collection; `together` are models with theirs."""
    return sum(times for pair, times in seen.pairs.items() if pair not in together)
