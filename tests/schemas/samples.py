"""Events for tests."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import schemas
from schemas.activity import CitationOpened, DocumentOpened, FromSearch

EXAMPLES = sorted((Path(schemas.__file__).parent / "examples").glob("*/*.json"))
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
WHEN = datetime(2026, 6, 1, 11, 0, 0, 123456, tzinfo=UTC)


def opened(number: int = 1, **fields: object) -> DocumentOpened:
    """Return a click from a search."""
    given: dict[str, Any] = {
        "event_id": f"click-{number}",
        "tenant": "acme",
        "occurred_at": WHEN,
        "user": "robin",
        "document": f"doc-{number}",
        "from_search": FromSearch(search=f"s-{number}", query="vpn from hotel", rank=2),
        "dwell_seconds": 31.5,
    }
    return DocumentOpened(**{**given, **fields})


def cited(number: int = 1, **fields: object) -> CitationOpened:
    """Return an opened citation."""
    given: dict[str, Any] = {
        "event_id": f"citation-{number}",
        "tenant": "acme",
        "occurred_at": WHEN,
        "user": "robin",
        "answer": "a-1",
        "question": "why does it refuse me?",
        "cited": ("doc-1", "doc-2"),
        "document": "doc-2",
    }
    return CitationOpened(**{**given, **fields})
