"""A run of a connector: its items planned, checked as `tidewheel emit` checks, sent, and remembered once they arrived.

    items ▸ planner: what is new ▸ the checks of `operations.events` ▸ producer ▸ broker has them ▸ remembered

Records go in batches. A batch that the broker has not acknowledged is not remembered, so the next run sends it again,
under the same ids.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from connectors.items import Fault, Item
from connectors.planning import Planned, Planner
from operations import events
from operations.events import Problem, Record
from operations.json_objects import Found
from stores.kafka import EventProducer

_BATCH = 1_000
_BATCH_BYTES = 16 * 1024 * 1024

Deliver = Callable[[Sequence[Record]], None]
"""Takes records to the broker and returns once it has all of them."""


@dataclass(slots=True)
class Done:
    """What a run did: events by type, unless it only looked; what is hidden, cut, left out, unchanged, wrong."""

    events: Counter[str] = field(default_factory=Counter)
    unchanged: int = 0
    hidden: int = 0
    cut: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    stopped: bool = False


def through(producer: EventProducer) -> Deliver:
    """Return what delivers by this producer."""

    def deliver(records: Sequence[Record]) -> None:
        for record in records:
            producer.send(record.topic, record.key, record.value)
        producer.flush()

    return deliver


@dataclass(slots=True)
class Transfer:
    """Takes items to their topics. `deliver` None only looks; `remember` keeps lines; `tell` hears of progress."""

    planner: Planner
    deliver: Deliver | None
    remember: Callable[[Iterable[str]], None]
    tell: Callable[[int], None] = lambda number: None
    done: Done = field(default_factory=Done)
    _records: list[Record] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _kinds: Counter[str] = field(default_factory=Counter)
    _bytes: int = 0

    def run(self, items: Iterable[Item], now: datetime, whole: bool, many_gone: bool) -> Done:
        """Send what is to be sent, until the end or Ctrl-C, and return what was done. `now` bounds the dates.

        With `whole` the items are all that there is, and what was sent before and is not among them is deleted. Raises
        `Refused` as `Planner.missing` does and `Retryable` when the broker does not answer; what it had is remembered.
        """
        try:
            for number, item in enumerate(items):
                self.tell(number)
                self._take(self.planner.take(item), now)
            self._flush()
            for found in self._missing(whole, many_gone):
                self._take(found, now)
            self._flush()
        except KeyboardInterrupt:
            self.done.stopped = True
        self.done.unchanged, self.done.left_out = self.planner.unchanged, self.planner.left_out
        self.done.faults = self.planner.faults
        return self.done

    def _missing(self, whole: bool, many_gone: bool) -> Iterator[Planned]:
        return self.planner.missing(many_gone) if whole else iter(())

    def _take(self, planned: Planned | None, now: datetime) -> None:
        if planned is None:
            return
        if not planned.event:
            self._remember(planned.line, 0)
            return
        text = orjson.dumps(planned.event)
        judged = events.judged(Found(0, text, planned.event), now)
        if isinstance(judged, Problem):
            named = str(planned.event.get("document") or planned.event["event_id"])
            self.planner.faults.append(Fault(named, judged.reason, named))
            return
        self.done.hidden += planned.hidden
        self.done.cut += bool(judged.cuts)
        self._kinds[planned.event["type"]] += 1
        self._records.append(events.record(judged))
        self._remember(planned.line, len(text))

    def _remember(self, line: str, size: int) -> None:
        self._lines.append(line)
        self._bytes += size
        if len(self._lines) >= _BATCH or self._bytes >= _BATCH_BYTES:
            self._flush()

    def _flush(self) -> None:
        if self.deliver is not None and self._lines:
            self.deliver(self._records)
            self.remember(self._lines)
        self.done.events.update(self._kinds)
        self._records, self._lines, self._kinds, self._bytes = [], [], Counter(), 0
