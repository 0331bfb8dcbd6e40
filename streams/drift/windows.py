"""Which windows are due, under which model, against which reference.

Windows tumble: [k * length, (k + 1) * length) in milliseconds since 1970-01-01 UTC. A window belongs to the model that
answered most of its searches, and only those searches are looked at. A model's reference is its first N windows with
searches, and more until they hold enough: it is frozen from then on, and a new model begins a new one, so that two
models are never compared.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schemas.instants import milliseconds


@dataclass(frozen=True, slots=True)
class Served:
    """How many distinct searches a model answered in the window that starts at `start_ms`."""

    start_ms: int
    model: str
    searches: int


@dataclass(frozen=True, slots=True)
class Due:
    """A window to be judged and its reference, all by their starts in milliseconds."""

    start_ms: int
    model: str
    reference: tuple[int, ...]


def complete_before(watermark: datetime, window_ms: int) -> int:
    """Return the end of the last complete window: no event before it is to come."""
    return milliseconds(watermark) // window_ms * window_ms


def due(served: Iterable[Served], judged_until_ms: int, reference_windows: int, reference_searches: int) -> list[Due]:
    """Return the windows that start at or after `judged_until_ms` and have a whole reference, in order of time.

    `served` are complete windows only. A reference has at least `reference_windows` windows and `reference_searches`
    searches.
    """
    reference: dict[str, list[int]] = {}
    searches: dict[str, int] = {}
    windows = []
    for leader in _leaders(served):
        frozen, seen = reference.setdefault(leader.model, []), searches.get(leader.model, 0)
        if len(frozen) < reference_windows or seen < reference_searches:
            frozen.append(leader.start_ms)
            searches[leader.model] = seen + leader.searches
        elif leader.start_ms >= judged_until_ms:
            windows.append(Due(leader.start_ms, leader.model, tuple(frozen)))
    return windows


def _leaders(served: Iterable[Served]) -> list[Served]:
    most: dict[int, Served] = {}
    for row in served:
        best = most.get(row.start_ms)
        # The name breaks ties, so that a replay finds the same leader.
        if best is None or (row.searches, row.model) > (best.searches, best.model):
            most[row.start_ms] = row
    return [most[start] for start in sorted(most)]
