"""What happens to documents while a shadow is built: edits, deletions, changes of who may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from demo.corpus import RESTRICTED_GROUP, Document, Group
from schemas.documents import EVERYONE, DocumentDeleted, DocumentUpserted
from schemas.ids import stable_id

DocumentChange = DocumentUpserted | DocumentDeleted


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """How many documents change in each way; a document changes once.

    `edited`: a real sentence on one of the operation's parameters is added. `deleted`: gone; documents that no heading
    asks for go first. `closed`: only operators may read it from now on, text unchanged.
    """

    edited: int = 240
    deleted: int = 20
    closed: int = 40


def changes(
    groups: Sequence[Group], tenant: str, at: datetime, seed: int, counts: ChangeCounts | None = None
) -> list[DocumentChange]:
    """Return second versions of some documents in a mixed order, one millisecond apart from `at` on.

    Where the corpus is too small for the counts, there are fewer. The same arguments give the same changes.
    """
    counts = counts or ChangeCounts()
    rng = Random(f"changes:{seed}")
    documents = sorted((document for group in groups for document in group.documents), key=lambda each: each.id)
    rng.shuffle(documents)
    deleted = _retired(documents, groups)[: counts.deleted]
    left = [document for document in documents if document not in deleted]
    edited = [document for document in left if document.notes][: counts.edited]
    open_to_all = [document for document in left if document.acl == (EVERYONE,) and document not in edited]
    closed = open_to_all[: counts.closed]
    turns = [*((each, "edit") for each in edited), *((each, "delete") for each in deleted)]
    turns += [(each, "close") for each in closed]
    rng.shuffle(turns)
    return [
        _change(document, how, tenant, at + timedelta(milliseconds=position), rng)
        for position, (document, how) in enumerate(turns)
    ]


def _retired(documents: list[Document], groups: Sequence[Group]) -> list[Document]:
    wanted = {document for group in groups for query in (*group.queries, *group.asked) for document in query.relevant}
    return sorted(documents, key=lambda document: document.id in wanted)


def _change(document: Document, how: str, tenant: str, at: datetime, rng: Random) -> DocumentChange:
    event_id = stable_id("document", tenant, document.id, 2)
    if how == "delete":
        return DocumentDeleted(event_id=event_id, tenant=tenant, occurred_at=at, document=document.id, version=2)
    body = f"{document.body}\n{rng.choice(document.notes)}" if how == "edit" else document.body
    acl = (RESTRICTED_GROUP,) if how == "close" else document.acl
    return document.upserted(tenant, at).model_copy(
        update={"event_id": event_id, "version": 2, "body": body, "acl": acl}
    )
