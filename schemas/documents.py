"""Document changes: the corpus as a stream."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from schemas.envelope import Event, Words
from schemas.ids import DocumentId, OpaqueId, UserId
from schemas.limits import MAX_LINKS, MAX_TEXT

MAX_VERSION = 2**63 - 1

EVERYONE = "everyone"
"""The group that all people are in."""

ShortText = Annotated[str, StringConstraints(max_length=MAX_TEXT)]


class Link(Words):
    """A reference to another document, with the words that carry it."""

    target: DocumentId
    anchor: ShortText = ""


class DocumentUpserted(Event):
    """A document was created or changed. `version` grows per document; the highest wins, in whatever order they arrive.

    Events of equal versions have an order too: see `schemas.document_order`. `acl` names the groups that may read the
    document: `everyone` is the group that all people are in, and an empty list means that nobody finds it. Without a
    list the installation's rule `streams.documents.default_acl` holds, which is nobody unless it is changed. Too long
    titles and odd links are cut (`schemas.limits`), a list never: one that we cannot hold whole is an error, because
    half a list would show the document to others than its sender said.
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
    links: Annotated[tuple[Link, ...], Field(max_length=MAX_LINKS)] = ()
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


class DocumentRenamed(Event):
    """A document has another id now: `document` is the one that it had, `renamed_to` the one that it has.

    It is a deletion of the old id, which `version` orders among that id's events. What people did with the old id
    counts for the new one from then on, in whatever order the events arrive, until the old id is in use again. Text and
    access list of the new id are its own: whoever renames also sends the document under its new id.
    """

    type: Literal["DocumentRenamed"] = "DocumentRenamed"
    document: DocumentId
    renamed_to: DocumentId
    version: Annotated[int, Field(ge=0, le=MAX_VERSION)]

    @model_validator(mode="after")
    def _to_another(self) -> "DocumentRenamed":
        if self.renamed_to == self.document:
            raise ValueError("renamed_to: must be another id than document")
        return self


DocumentChange = DocumentUpserted | DocumentDeleted | DocumentRenamed
"""The events of a document."""

Removal = DocumentDeleted | DocumentRenamed
"""After these nothing is found under the id."""
