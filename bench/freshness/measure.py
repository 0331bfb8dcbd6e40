"""Changes sent one after the other, each until a search finds it, while something else goes on or nothing does."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.access.world import World
from bench.documents.population import Change
from schemas.documents import EVERYONE

LOOK_EVERY_S = 0.05
_READERS = frozenset({EVERYONE})


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many changes are waited for, the rate of the others, how many documents are imported, and the patience."""

    tries: int
    rate: float
    imported: int
    patience_s: float


def found_after_s(world: World, change: Change, patience_s: float) -> float | None:
    """Send a change of a document with a word of its own; return seconds until a search shows it, None when never.

    They count from the broker's acknowledgement to the beginning of the first search whose answer has the document at
    the change's version, so the search's own time is not in them.
    """
    acknowledged = world.send([change])
    while True:
        began = time.monotonic()
        (asked,) = world.ask([world.population.word(change.document)], _READERS)
        if change.document in asked.documents:
            return began - acknowledged
        if began - acknowledged > patience_s:
            return None
        time.sleep(LOOK_EVERY_S)


def percentiles(seconds: list[float | None], patience_s: float) -> dict[str, Any]:
    """Return p50 and p95 in seconds, and how many were never found; those count with the whole patience. Pure."""
    ordered = sorted(patience_s if one is None else one for one in seconds)
    never = sum(one is None for one in seconds)
    if not ordered:
        return {"changes": 0, "never_found": 0}
    return {
        "changes": len(ordered),
        "p50_s": round(ordered[len(ordered) // 2], 2),
        "p95_s": round(ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)], 2),
        "never_found": never,
    }


def measured(world: World, sizes: Sizes, pause_s: float = 0.2) -> dict[str, Any]:
    """Return how long new documents take to be found, one after the other."""
    found = []
    for _ in range(sizes.tries):
        found.append(found_after_s(world, world.population.new(_READERS), sizes.patience_s))
        time.sleep(pause_s)
    return percentiles(found, sizes.patience_s)


@contextmanager
def changing(world: World, documents: list[str], rate: float) -> Iterator[Callable[[], float]]:
    """Change the texts of these documents, `rate` a second; yield what tells the rate that was reached."""
    stop, sent, began = threading.Event(), [0], time.monotonic()

    def change() -> None:
        while not stop.is_set():
            due = int((time.monotonic() - began) * rate) - sent[0]
            changes = [world.population.change(documents[(sent[0] + n) % len(documents)]) for n in range(max(0, due))]
            if changes:
                world.crowd(changes)
                sent[0] += len(changes)
            stop.wait(0.1)

    thread = threading.Thread(target=change, name="changes", daemon=True)
    thread.start()
    try:
        yield lambda: round(sent[0] / max(0.001, time.monotonic() - began), 1)
    finally:
        stop.set()
        thread.join(timeout=30)
