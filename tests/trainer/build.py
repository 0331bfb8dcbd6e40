"""Short ways to make the values that the pure rules take."""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

from retrieval.config import EncoderConfig
from retrieval.word_pieces import WordPieces
from stores.shelf import base_model
from trainer.data.examples import Document, Example, PairRow

START = datetime(2026, 1, 1, tzinfo=UTC)
_IDS = count()


@cache
def base_pieces() -> WordPieces:
    """Return the base model's tokenizer."""
    return WordPieces.of(base_model(), EncoderConfig())


def pair(
    anchor: str, document: str, weight: float = 1.0, kind: str = "search_click", day: float = 0, **more: str
) -> PairRow:
    return PairRow(
        pair=more.get("pair", f"pair{next(_IDS)}"),
        kind=kind,
        anchor=anchor,
        anchor_document=more.get("anchor_document", ""),
        document=document,
        weight=weight,
        event_ids=(more.get("event", f"event{next(_IDS)}"),),
        occurred_at=START + timedelta(days=day),
    )


def document(
    name: str, body: str = "", title: str = "", links: frozenset[str] = frozenset(), opened: int = 0, day: float = 0
) -> Document:
    return Document(
        document=name,
        version=1,
        title=title or f"Title of {name}",
        body=body or f"body of {name} that nothing else resembles {name} {name}x {name}y",
        content_hash=f"hash-{name}-{body}",
        links=links,
        opened=opened,
        updated_at=START + timedelta(days=day),
        for_everyone=True,
    )


def documents(*names: str) -> dict[str, Document]:
    return {name: document(name) for name in names}


def example(
    anchor: str,
    name: str,
    weight: float = 1.0,
    day: float = 0,
    kinds: frozenset[str] = frozenset({"search_click"}),
    anchor_documents: frozenset[str] = frozenset(),
    events: frozenset[str] = frozenset(),
) -> Example:
    at = START + timedelta(days=day)
    return Example(
        anchor=anchor,
        document=name,
        text=f"text of {name}",
        weight=weight,
        kinds=kinds,
        pairs=(f"pair-{anchor}-{name}",),
        anchor_documents=anchor_documents,
        event_ids=events,
        first_at=at,
        last_at=at,
    )
