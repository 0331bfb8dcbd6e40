"""Which windows are due, under which model, against which reference.

Days (or whatever unit of event time is configured) are [k * unit, (k + 1) * unit) in milliseconds since 1970-01-01 UTC.
A window is one day or, until it holds enough different queries, several in a row, up to a greatest number: a small
tenant is judged less often, and not never. A day belongs to the model that answered most of its searches, and only
those searches are looked at. While one model leads, one reference holds: the days before the model came, which are what
it was trained on; the first model of a tenant has nothing before it, and its reference is its own first days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.instants import milliseconds


@dataclass(frozen=True, slots=True)
class Served:
    """How many searches a model answered on the day from `start_ms` on, and how many different (person, query).

    Of one person only so many count as different as are looked at, so that a robot closes no window.
    """

    start_ms: int
    model: str
    searches: int
    cases: int


@dataclass(frozen=True, slots=True)
class Epoch:
    """While one model leads: its name, when its windows begin, and its reference, (start, model) by day."""

    model: str
    began_ms: int
    reference: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Due:
    """A window to be judged: from when until when, in how many days, how many searches, in which epoch.

    `late`: the window was judged before, when it held another number of searches.
    """

    start_ms: int
    end_ms: int
    days: int
    searches: int
    epoch: Epoch
    late: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """Rules of windows: unit in milliseconds, cases that close one, most units; days and cases of a reference."""

    unit_ms: int
    cases: int
    most: int
    reference_days: int
    reference_cases: int


def complete_before(watermark: datetime, unit_ms: int) -> int:
    """Return the end of the last complete day: no event before it is to come."""
    return milliseconds(watermark) // unit_ms * unit_ms


def leaders(served: Iterable[Served]) -> dict[int, Served]:
    """Return by day the model that answered most of it; the name breaks ties, so that a replay finds the same one."""
    most: dict[int, Served] = {}
    for row in served:
        best = most.get(row.start_ms)
        if best is None or (row.searches, row.model) > (best.searches, best.model):
            most[row.start_ms] = row
    return dict(sorted(most.items()))


def first_epoch(led: dict[int, Served], shape: Shape) -> Epoch | None:
    """Return the epoch of a tenant's first model, or None while its reference is not whole."""
    reference: list[Served] = []
    for day in led.values():
        reference.append(day)
        if _whole(reference, shape):
            return Epoch(day.model, day.start_ms + shape.unit_ms, _named(reference))
    return None


def due(led: dict[int, Served], epoch: Epoch, from_ms: int, until_ms: int, shape: Shape) -> list[Due]:
    """Return the windows that close between two instants, in order of time; the first one begins at `from_ms`.

    `led` are complete days. A window that a new model cuts short is judged as it is.
    """
    found: list[Due] = []
    start, searches, cases = from_ms, 0, 0
    for at in range(from_ms, until_ms, shape.unit_ms):
        day = led.get(at)
        if day is not None and day.model != epoch.model:
            if searches:
                found.append(_window(start, at, searches, epoch, shape))
            epoch = Epoch(day.model, at, _before(led, at, epoch, shape))
            start, searches, cases = at, 0, 0
        if day is not None:
            searches, cases = searches + day.searches, cases + day.cases
        end = at + shape.unit_ms
        if cases >= shape.cases or (end - start) // shape.unit_ms >= shape.most:
            found.append(_window(start, end, searches, epoch, shape))
            start, searches, cases = end, 0, 0
    return found


def searches_between(led: dict[int, Served], model: str, start_ms: int, end_ms: int) -> int:
    """Return how many searches the model answered on the days of a span that it leads."""
    return sum(day.searches for at, day in led.items() if start_ms <= at < end_ms and day.model == model)


def _before(led: dict[int, Served], at: int, epoch: Epoch, shape: Shape) -> tuple[tuple[int, str], ...]:
    """Return the newest whole reference before a day; the epoch's own where too little is known before it."""
    reference: list[Served] = []
    for start in sorted((start for start in led if start < at), reverse=True):
        reference.insert(0, led[start])
        if _whole(reference, shape):
            return _named(reference)
    return epoch.reference


def _whole(reference: Sequence[Served], shape: Shape) -> bool:
    enough = sum(day.cases for day in reference) >= shape.reference_cases
    return enough and len(reference) >= shape.reference_days


def _named(reference: Sequence[Served]) -> tuple[tuple[int, str], ...]:
    return tuple((day.start_ms, day.model) for day in reference)


def _window(start: int, end: int, searches: int, epoch: Epoch, shape: Shape) -> Due:
    return Due(start, end, (end - start) // shape.unit_ms, searches, epoch)
