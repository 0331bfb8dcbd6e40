"""Bodies of UBI as records: each item read, given a meaning, and judged by the rules of all events."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from itertools import islice

import orjson

from gateway.forgotten import REFUSAL, Forgotten, screened
from gateway.intake import PARTS_AN_ITEM, parts
from gateway.ubi.actions import Meaning, meaning
from gateway.ubi.meaning import Known, Plain, done, served
from gateway.ubi.reading import Acted, Asked, Unreadable, acted, asked
from operations import events
from operations.events import Read, Record
from operations.json_objects import Found, Problem, objects
from schemas.codec import Rejection, accept
from schemas.instants import milliseconds
from schemas.topics import TOPIC_OF
from stores.recent import ExternalSearch


@dataclass
class Taken:
    """What a body holds: records to send, why others are none (by their index), and unknown actions, counted."""

    records: list[Record] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    ignored: Counter[str] = field(default_factory=Counter)
    forgotten: int = 0

    def plain(self) -> dict[str, object]:
        """Return what became of the body, as JSON can hold it."""
        reasons = [{"index": index, "reason": reason} for index, reason in self.refused.items()]
        return {"accepted": len(self.records), "refused": reasons, "ignored": dict(self.ignored)}


@dataclass(frozen=True, slots=True)
class Terms:
    """Under which terms a body is read: whose it is, when it came, what the operator's tables say."""

    tenant: str
    now: datetime
    actions: Mapping[str, Meaning]
    applications: Mapping[str, str]
    forgotten: Forgotten = lambda tenant, user: False


def items_of(body: bytes, most: int) -> list[object] | None:
    """Return the items of a body, an array or one object; None for more than `most`, or for far too many values.

    One that is no JSON, half an emoji in it for one, is a `Problem` among the others. Raises `Unreadable` when all are.
    """
    if parts(body) > PARTS_AN_ITEM * most:
        return None
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        found = [one.content if isinstance(one, Found) else one for one in islice(objects(BytesIO(body)), most + 1)]
        if all(isinstance(one, Problem) for one in found):
            raise Unreadable(f"not JSON: {error.msg}") from error
    if not isinstance(found, list | dict):
        raise Unreadable("a JSON array of objects is right")
    items = found if isinstance(found, list) else [found]
    return items if len(items) <= most else None


def _readable(item: object) -> object:
    if isinstance(item, Problem):
        raise Unreadable(item.reason)
    return item


def queries(items: Sequence[object], taken: Taken) -> dict[int, Asked]:
    """Return the queries of a body by index; what is none is noted."""
    found = dict[int, Asked]()
    for index, item in enumerate(items):
        try:
            found[index] = asked(_readable(item))
        except Unreadable as error:
            taken.refused[index] = str(error)
    return found


def actions(items: Sequence[object], terms: Terms, taken: Taken) -> dict[int, tuple[Acted, Meaning]]:
    """Return the events of a body with what they mean, by index; unknown actions are counted, what is none is noted."""
    found = dict[int, tuple[Acted, Meaning]]()
    for index, item in enumerate(items):
        try:
            event = acted(_readable(item))
        except Unreadable as error:
            taken.refused[index] = str(error)
            continue
        means = meaning(event.action, terms.actions)
        if means is None or means == "ignored":
            taken.ignored[event.action[:100]] += 1
        else:
            found[index] = event, means
    return found


def take_queries(found: Mapping[int, Asked], terms: Terms, known: Known, taken: Taken) -> None:
    """Add the records of queries."""
    for index, item in found.items():
        try:
            _of_its_tenant(item.application, terms)
            _judge(index, served(item, terms.tenant, milliseconds(terms.now), known), terms, taken)
        except Unreadable as error:
            taken.refused[index] = str(error)


def take_events(found: Mapping[int, tuple[Acted, Meaning]], terms: Terms, known: Known, taken: Taken) -> None:
    """Add the records of events."""
    for index, (item, means) in found.items():
        try:
            _of_its_tenant(item.application, terms)
            _judge(index, done(item, means, terms.tenant, known), terms, taken)
        except Unreadable as error:
            taken.refused[index] = str(error)


def remembered(item: Asked) -> ExternalSearch:
    """Return what a later click has to know of a query."""
    return ExternalSearch(item.query, item.hits)


def digits_of(found: Sequence[Asked | Acted]) -> list[str]:
    """Return the ids of digits alone that no field was named for: only documents may have such ones."""
    ids = [i for item in found if not item.named for i in (item.hits if isinstance(item, Asked) else (item.document,))]
    return [i for i in dict.fromkeys(ids) if i.isascii() and i.isdigit()]


def _of_its_tenant(application: str, terms: Terms) -> None:
    owner = terms.applications.get(application, terms.tenant)
    if owner != terms.tenant:
        raise Unreadable(f"application: '{application}' is of another tenant than the key")


def _judge(index: int, plain: Plain, terms: Terms, taken: Taken) -> None:
    try:
        text = orjson.dumps(plain)
    except orjson.JSONEncodeError as error:
        raise Unreadable(f"it cannot be written as JSON: {error}") from error
    accepted = accept(TOPIC_OF[plain["type"]], None, text, terms.now)
    if isinstance(accepted, Rejection):
        taken.refused[index] = accepted.reason
        return
    kept = screened(Read(index + 1, accepted.event, text, accepted.cuts), terms.forgotten)
    if kept is None:
        taken.refused[index] = REFUSAL
        taken.forgotten += 1
    else:
        taken.records.append(events.record(kept))
