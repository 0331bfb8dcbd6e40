"""What of a source's items is to be sent: what is new or changed since the last run, and what is missing. Pure.

Without anything remembered all of it is sent, which changes no result: see `connectors.sent_file`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from connectors.events import Plain, happened, is_older, numbered, removed, upserted
from connectors.items import Document, Fault, Happened, Item, LeftOut, Removed
from connectors.sent_file import NEVER, Sent, document_line, event_line
from stores.errors import Refused

_FEW = 20
"""Documents that may always be missing; of more, half at most."""


@dataclass(frozen=True, slots=True)
class Planned:
    """An event to be sent, the line to remember it by, and whether nobody will find what it says.

    The event is empty where something is only to be remembered: that what was sent before is as new as what stands now.
    """

    event: Plain
    line: str
    hidden: bool = False


@dataclass(slots=True)
class Planner:
    """Goes through the items of one run. `app` names the source; `now` dates what is found to be missing."""

    tenant: str
    app: str
    sent: Sent
    now: datetime
    unchanged: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)
    _unseen_part: bool = False

    def take(self, item: Item) -> Planned | None:
        """Return what is to be sent for an item, None for what was sent before, left out, or cannot be read."""
        match item:
            case Document() | Removed():
                return self._document(item)
            case Happened():
                return self._event(item)
            case LeftOut(what):
                self.left_out[what] += 1
            case Fault(document=document):
                self.faults.append(item)
                self._unseen_part |= document is None
                if document is not None:
                    self._seen.add(document)
        return None

    def missing(self, many: bool) -> Iterator[Planned]:
        """Yield the deletions of what was sent once and is no more in a source that was read as a whole.

        Nothing counts as missing where part of the source could not be read. Raises `Refused` when more than half of
        the documents are missing, unless `many` says that this is right.
        """
        there = [name for name, known in self.sent.documents.items() if not known.gone]
        gone = [name for name in there if name not in self._seen]
        if self._unseen_part or not gone:
            return
        if len(gone) > max(_FEW, len(there) / 2) and not many:
            raise Refused(
                f"{len(gone):,} of the {len(there):,} documents that were sent are no more there; nothing was deleted. "
                "If that is right, say so with --many-gone; if not, look whether the source is whole"
            )
        for name in gone:
            found = self._document(Removed(name, self.now))
            if found is not None:
                yield found

    def _document(self, item: Document | Removed) -> Planned | None:
        self._seen.add(item.document)
        if isinstance(item, Document):
            plain, hidden = upserted(item, self.tenant, self.app), not item.acl
        else:
            plain, hidden = removed(item, self.tenant), False
        earlier = self.sent.documents.get(item.document, NEVER)
        event, known = numbered(plain, item, earlier)
        if event and is_older(item, earlier):
            self.left_out["older than what was sent"] += 1
            return None
        self.unchanged += not event
        if known == earlier:
            return None
        self.sent.documents[item.document] = known
        return Planned(event, document_line(item.document, known), hidden)

    def _event(self, item: Happened) -> Planned | None:
        event = happened(item, self.tenant)
        if event["event_id"] in self.sent.events:
            self.unchanged += 1
            return None
        self.sent.events.add(event["event_id"])
        return Planned(event, event_line(event["event_id"]))
