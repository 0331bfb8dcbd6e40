"""Document changes of one tenant's world, and what stands in its warehouse after them."""

from datetime import timedelta
from typing import Any

from schemas.codec import Rejection, decode
from schemas.documents import DocumentDeleted, DocumentUpserted
from schemas.envelope import Event
from schemas.topics import DOCUMENTS
from tests.streams.world import BEGAN, NOW, World

BODY = "a body that says something useful"


def page(world: World, version: int = 1, document: str = "p", **fields: Any) -> DocumentUpserted:  # noqa: ANN401  # the event's own
    given: dict[str, Any] = {
        "event_id": f"{document}-{version}", "tenant": world.tenant, "occurred_at": BEGAN, "document": document,
        "version": version, "app": "wiki", "title": f"Title {version}", "body": BODY, "updated_at": BEGAN,
        "acl": ("everyone",),
    }  # fmt: skip
    return DocumentUpserted(**{**given, **fields})


def message(world: World, number: int, seconds: int, version: int = 1, **fields: Any) -> DocumentUpserted:  # noqa: ANN401  # the event's own
    given: dict[str, Any] = {
        "kind": "message", "app": "chat", "title": "", "body": f"this is the text of message {number}",
        "channel": "help", "updated_at": BEGAN + timedelta(seconds=seconds),
    }  # fmt: skip
    return page(world, version, f"m{number}", **{**given, **fields})


def gone(world: World, document: str, version: int) -> DocumentDeleted:
    return DocumentDeleted(
        event_id=f"gone-{document}-{version}",
        tenant=world.tenant,
        occurred_at=BEGAN,
        document=document,
        version=version,
    )


def live_pairs(world: World) -> list[tuple[str, str, str, str]]:
    rows = world.rows(
        "SELECT kind, anchor, anchor_document, document FROM live_pairs WHERE tenant = {tenant:String} ORDER BY ALL"
    )
    return [tuple(row.values()) for row in rows]


def groups(world: World, *documents: str) -> dict[str, tuple[str, ...] | None]:
    """Return the groups that may see these documents now; None for one that is gone."""
    return {document: entry.groups for document, entry in world.lists.get(world.tenant, documents).lists.items()}


def settle(world: World) -> int:
    """Let the derived documents come back, as Kafka does, until no more are sent; return how many came."""
    came = 0
    while world.sent.messages:
        letters, world.sent.messages = world.sent.messages, []
        events = [decode(DOCUMENTS, letter.key, letter.value, NOW) for letter in letters]
        assert not [event for event in events if isinstance(event, Rejection)]
        world.feed(*[event for event in events if isinstance(event, Event)])
        came += len(events)
    return came


def conversations(world: World) -> list[tuple[str, str]]:
    rows = world.rows(
        "SELECT title, body FROM current_documents WHERE tenant = {tenant:String} AND kind = 'conversation' ORDER BY 1"
    )
    return [(row["title"], row["body"]) for row in rows]
