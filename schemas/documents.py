"""Document changes: the corpus as a stream."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.envelope import Event, Words
from schemas.ids import DocumentId, OpaqueId, UserId

MAX_VERSION = 2**63 - 1

EVERYONE = "everyone"
"""The group that all people are in."""

ShortText = Annotated[str, StringConstraints(max_length=2_000)]


class Link(Words):
    """A reference to another document, with the words that carry it."""

    target: DocumentId
    anchor: ShortText = ""


class DocumentUpserted(Event):
    """A document was created or changed. `version` grows per document; the highest wins, in whatever order they arrive.

    Events of equal versions have an order too: see `schemas.document_order`. `acl` names the groups that may read the
    document: `everyone` is the group that all people are in, and an empty list means that nobody finds it. Without a
    list the installation's rule `streams.documents.default_acl` holds, which is nobody unless it is changed.
    `kind="message"` documents are chat messages: they are not indexed one by one but grouped into documents of
    `kind="conversation"` by thread, or by channel and time.
    """

    type: Literal["DocumentUpserted"] = "DocumentUpserted"
    document: DocumentId
    version: Annotated[int, Field(ge=0, le=MAX_VERSION)]
    app: OpaqueId
    kind: Literal["page", "file", "ticket", "message", "conversation"] = "page"
    title: ShortText = ""
    body: str = ""
    links: Annotated[tuple[Link, ...], Field(max_length=10_000)] = ()
    acl: Annotated[tuple[OpaqueId, ...], Field(max_length=10_000)] | None = None
    thread: OpaqueId | None = None
    channel: OpaqueId | None = None
    author: UserId | None = None
    updated_at: AwareDatetime


class DocumentDeleted(Event):
    """A document is gone. `version` orders it among the document's upserts."""

    type: Literal["DocumentDeleted"] = "DocumentDeleted"
    document: DocumentId
    version: Annotated[int, Field(ge=0, le=MAX_VERSION)]
