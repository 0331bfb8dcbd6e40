"""What connectors read: documents, removals, happenings, and what was not taken, each with where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

PRIVATE = "private"
"""The word for a list of nobody, where a list of groups is asked for."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it is now. `changed` is when it became so; `written` when that is another time, as of a message.

    `ordered` says that its source never goes back to an earlier time or version: what is older than what was sent is no
    news. `closed` says that the source restricts it now, which may be more than it did before.
    """

    document: str
    changed: datetime
    title: str
    body: str
    acl: tuple[str, ...]
    kind: str = "page"
    links: tuple[tuple[str, str], ...] = ()
    author: str | None = None
    channel: str | None = None
    thread: str | None = None
    written: datetime | None = None
    version: int | None = None
    ordered: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Removed:
    """A document that is gone; where it was renamed, `renamed_to` is its other id.

    Other fields are as those of a document; `final` says that it never comes back.
    """

    document: str
    at: datetime
    renamed_to: str = ""
    version: int | None = None
    ordered: bool = False
    closed: bool = False
    final: bool = False


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that people did: the type of its event and that event's own fields. `key` names the happening."""

    kind: str
    key: tuple[str, ...]
    at: datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that a connector does not take, by kind; it is counted."""

    what: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that cannot be read: where it stands, and why. `document` is the id it would have, where known.

    A fault without a document means that part of the source was not seen; then nothing counts as missing.
    """

    where: str
    reason: str
    document: str | None = None


Item = Document | Removed | Happened | LeftOut | Fault
