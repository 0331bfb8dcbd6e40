"""Short-hand of the signals' tests: one search, and what a signal tallies of some."""

from datetime import timedelta

from streams.drift.behaviour import Opening, Search
from streams.drift.config import DriftConfig
from streams.drift.signal import Signal
from tests.streams.drift.people import MORNING

CONFIG = DriftConfig()
LONG, SHORT, UNKNOWN = Opening("d1", 2, 45.0), Opening("d2", 1, 5.0), Opening("d3", 4, -1.0)


def asked(query: str, seconds: float = 0, person: str = "ann", **rest: object) -> Search:
    """Return a search by `ann` in the morning that showed ten results."""
    known: dict[str, object] = {"shown": 10} | rest
    return Search(person, query, MORNING + timedelta(seconds=seconds), **known)  # type: ignore[arg-type]  # short-hand


def tallied(signal: Signal, *searches: Search) -> tuple[int, int]:
    """Return the hits and cases of one person's searches."""
    assert signal.tally is not None
    return signal.tally(searches, CONFIG)
