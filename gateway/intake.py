"""A body of events as records for their topics, with a verdict on each: what producers may send, and nothing else.

A body is one JSON object, an array of them, or an object a line. The rules are those of `tidewheel emit`
(`operations.events`): the same events are taken, by the same checks, with the same words for what is wrong. Events of
people who are forgotten for good are none of them.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO

import orjson

from gateway.forgotten import REFUSAL, Forgotten, screened
from operations import events
from operations.events import Problem, Read, Record
from operations.json_objects import Found, objects

_BOM = b"\xef\xbb\xbf"
ACCEPTED, REFUSED = "accepted", "refused"
PARTS_AN_ITEM = 50
"""Values that an event has on the average, at most, for a body to be read at once."""


@dataclass(slots=True)
class Verdict:
    """What became of one item: `index` counts from 0 in the body's order, `line` from 1."""

    index: int
    line: int
    status: str
    event_id: str | None = None
    reason: str | None = None
    cut: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, object]:
        """Return it as JSON can hold it, without what it does not say."""
        said = {"event_id": self.event_id, "reason": self.reason, "cut": self.cut}
        return {"index": self.index, "line": self.line, "status": self.status, **{k: v for k, v in said.items() if v}}


@dataclass(slots=True)
class Taken:
    """What a body holds: records to send, and a verdict on every item, in order."""

    records: list[Record] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    forgotten: int = 0
    """Events that were refused, or lost their author, because a person is forgotten for good."""

    @property
    def accepted(self) -> int:
        """Return how many items were accepted."""
        return len(self.records)


def take(
    body: bytes, tenant: str, now: datetime, most: int, forgotten: Forgotten = lambda tenant, user: False
) -> Taken | None:
    """Return what a body of this tenant's holds; None when it has more than `most` items. `now` bounds the dates."""
    taken = Taken()
    for index, found in enumerate(_objects(body.removeprefix(_BOM), most)):
        if index >= most:
            return None
        item = found if isinstance(found, Problem) else events.judged(found, now)
        if isinstance(item, Problem):
            taken.verdicts.append(Verdict(index, item.line, REFUSED, reason=item.reason))
        elif item.event.tenant != tenant:
            reason = f"tenant: '{item.event.tenant}', but the key is of '{tenant}'"
            taken.verdicts.append(Verdict(index, item.line, REFUSED, item.event.event_id, reason))
        elif (kept := screened(item, forgotten)) is None:
            taken.verdicts.append(Verdict(index, item.line, REFUSED, item.event.event_id, REFUSAL))
            taken.forgotten += 1
        else:
            taken.forgotten += kept is not item
            taken.records.append(events.record(kept))
            taken.verdicts.append(_accepted(index, kept))
    return taken


def parts(body: bytes) -> int:
    """Return how many values a JSON text has at most; each takes some hundred bytes once it is read."""
    return 1 + sum(body.count(mark) for mark in (b",", b"[", b"{"))


def _objects(body: bytes, most: int) -> Iterable[Found | Problem]:
    """Return the objects of a body; of an array that is written without spaces, as most programs do, the quick way.

    That way reads all of it at once, so it is for bodies that are not made to become large by that.
    """
    if body.startswith(b"[") and parts(body) <= PARTS_AN_ITEM * most:
        with suppress(orjson.JSONDecodeError, orjson.JSONEncodeError):
            items = orjson.loads(body)
            # Written again it is the same: so no field stands twice, and each item's text is what was sent.
            if all(isinstance(item, dict) for item in items) and orjson.dumps(items) == body:
                return (Found(1, orjson.dumps(item), item) for item in items)
    return objects(BytesIO(body))


def _accepted(index: int, item: Read) -> Verdict:
    return Verdict(index, item.line, ACCEPTED, item.event.event_id, cut=sorted(map(str, item.cuts)))
