"""What others make of the same windows: River's change detectors on streams of numbers, Evidently's on vectors.

Both are optional (`pip install tidewheel[peers]`) and used as their documentation shows, with their own defaults. Each
sees what ours sees of the reference first, then window after window.

adwin_clicks, page_hinkley_clicks   River: whether each search from a list led to an opening, in order of time
adwin_queries                       River: each query's cosine to the mean of the reference's
evidently_model, evidently_mmd      Evidently: vectors of the window's queries against the reference's
"""

from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np

from retrieval.text import normalized
from streams.drift.behaviour import Search
from streams.drift.encoder import ReferenceEncoder, Vectors

LIBRARIES = ("river", "evidently")


class Peer(Protocol):
    """One detector of one tenant."""

    def learn(self, searches: Sequence[Search]) -> None:
        """Take a day of the reference."""
        ...

    def alarms(self, searches: Sequence[Search]) -> bool:
        """Take the next window and return whether it alarms."""
        ...


class Stream:
    """A detector of River, which sees one number after the other; only a fall is harm, and only a fall alarms."""

    def __init__(self, detector: Any, numbers: Callable[[Sequence[Search]], Iterator[float]]) -> None:  # noqa: ANN401
        self._detector, self._numbers = detector, numbers

    def learn(self, searches: Sequence[Search]) -> None:
        """Take a day of the reference."""
        self.alarms(searches)

    def alarms(self, searches: Sequence[Search]) -> bool:
        """Take the next window and return whether a fall was detected in it."""
        alarmed = False
        for number in self._numbers(searches):
            before = getattr(self._detector, "estimation", 1.0)
            self._detector.update(number)
            fallen = getattr(self._detector, "estimation", 0.0) < before
            alarmed |= bool(self._detector.drift_detected) and fallen
        return alarmed


class Queries:
    """Each query's cosine to the mean of the reference's, for a detector on single numbers."""

    def __init__(self, detector: Any, encoder: ReferenceEncoder) -> None:  # noqa: ANN401
        self._detector, self._encoder = detector, encoder
        self._days: list[Sequence[Search]] = []
        self._stream: Stream | None = None

    def learn(self, searches: Sequence[Search]) -> None:
        """Take a day of the reference; its mean is known once all days are."""
        self._days.append(searches)

    def alarms(self, searches: Sequence[Search]) -> bool:
        """Take the next window and return whether its queries are far from the mean of the reference."""
        if self._stream is None:
            centre = self._encoder.encode([s.query for day in self._days for s in day]).mean(axis=0)
            self._stream = Stream(
                self._detector, lambda found: iter((self._encoder.encode([s.query for s in found]) @ centre).tolist())
            )
            for day in self._days:
                self._stream.learn(day)
        return self._stream.alarms(searches)


class Compared:
    """A method of Evidently that compares two sets of vectors; a query that one person repeats counts once."""

    def __init__(self, method: Any, encoder: ReferenceEncoder) -> None:  # noqa: ANN401
        self._method, self._encoder = method, encoder
        self._reference: list[Vectors] = []

    def learn(self, searches: Sequence[Search]) -> None:
        """Take a day of the reference."""
        self._reference.append(self._vectors(searches))

    def alarms(self, searches: Sequence[Search]) -> bool:
        """Tell whether the method takes the window for drifted."""
        from pandas import DataFrame

        window, reference = DataFrame(self._vectors(searches)), DataFrame(np.concatenate(self._reference))
        return bool(self._method(window, reference)[1])

    def _vectors(self, searches: Sequence[Search]) -> Vectors:
        distinct = {(s.person, normalized(s.query)): s.query for s in searches}
        return self._encoder.encode(list(distinct.values()))


def clicks(searches: Sequence[Search]) -> Iterator[float]:
    """Yield 1 for every search from a list that led to an opening, else 0, in order of time."""
    for search in sorted(searches, key=lambda s: s.at):
        if search.is_list:
            yield float(bool(search.opened))


def there() -> tuple[str, ...]:
    """Return which of the libraries are installed."""
    return tuple(name for name in LIBRARIES if find_spec(name) is not None)


def peers(library: str, encoder: ReferenceEncoder) -> dict[str, Peer]:
    """Return new detectors of a library by name, with its own defaults."""
    if library == "river":
        from river.drift import ADWIN, PageHinkley

        return {
            "adwin_clicks": Stream(ADWIN(), clicks),
            "page_hinkley_clicks": Stream(PageHinkley(mode="down"), clicks),
            "adwin_queries": Queries(ADWIN(), encoder),
        }
    from evidently.legacy.metrics.data_drift.embedding_drift_methods import mmd, model

    return {"evidently_model": Compared(model(), encoder), "evidently_mmd": Compared(mmd(), encoder)}
