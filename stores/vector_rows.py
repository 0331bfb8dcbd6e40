"""What a vector collection holds and what it is called, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LAYOUT = 1
"""Grows when the fields of a collection change; a collection of another layout is another collection."""

VectorRow = dict[str, Any]
"""One row of a collection by field name, as Milvus takes it (see `vector_row`)."""

MAX_TEXT_BYTES = 65_535
MAX_TITLE_BYTES = 8_192
MAX_ID_BYTES = 1_024
MAX_GROUPS = 4_096
"""Milvus's capacity of an array; groups beyond it cannot see the document (less is shown, never more)."""

_TENANT, _MODEL, _LAYOUT = "T_", "_M_", "_L"


@dataclass(frozen=True, slots=True)
class Stored:
    """What the destination says of one row; `dense` is None unless it was asked for."""

    version: int
    content_hash: str
    acl: tuple[str, ...]
    authority: float
    dense: Sequence[float] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One passage that a ranking of the index found; a higher score is better, and comparable within the ranking.

    `acl` is the list that was given to this content, whose hash is `content_hash`. The document's current list decides
    who may see the passage; the row's copy only says who might read it while it is not the current content.
    """

    document: str
    number: int
    score: float
    title: str
    text: str
    authority: float
    content_hash: str = ""
    acl: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """Passages whose row has one of these groups in its list, or that are of one of these documents."""

    groups: Sequence[str]
    documents: Sequence[str] = ()


def primary_key(document: str, number: int) -> str:
    """Return the key of a document's passage. The number comes last, so no document's key is another's."""
    return f"{document}#{number}"


def vector_row(
    document: str,
    number: int,
    version: int,
    content_hash: str,
    acl: tuple[str, ...],
    title: str,
    text: str,
    dense: Sequence[float],
    authority: float,
    updated_at_ms: int,
) -> VectorRow:
    """Return the row of a document's passage with its vector, clipped to what Milvus takes.

    `number` counts from 0 within the document, `authority` is in [0, 1], `updated_at_ms` in milliseconds since 1970.
    """
    return {
        "pk": primary_key(document, number),
        "document": document,
        "passage": number,
        "version": version,
        "content_hash": content_hash,
        "acl": list(acl[:MAX_GROUPS]),
        "title": clipped(title, MAX_TITLE_BYTES),
        "text": clipped(text, MAX_TEXT_BYTES),
        "dense": [float(x) for x in dense],
        "authority": authority,
        "updated_at": updated_at_ms,
    }


def collection_name(tenant: str, model: str) -> str:
    """Return the name of the tenant's collection for this model.

    Ids are lower-case with hyphens, which become underscores; the capitals between them keep two names apart.
    """
    return f"{_TENANT}{_plain(tenant)}{_MODEL}{_plain(model)}{_LAYOUT}{LAYOUT}"


def alias_name(tenant: str) -> str:
    """Return the alias that labels the tenant's live collection for other readers of Milvus."""
    return f"{_TENANT}{_plain(tenant)}_LIVE"


def clipped(text: str, limit: int) -> str:
    """Return the longest beginning of `text` that is at most `limit` UTF-8 bytes and ends with a whole character."""
    return text.encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")


def _plain(slug: str) -> str:
    return slug.replace("-", "_")
