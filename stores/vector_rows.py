"""What a vector collection holds and what it is called, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass

LAYOUT = 1
"""Grows when the fields of a collection change; a collection of another layout is another collection."""

_TENANT, _MODEL, _LAYOUT = "T_", "_M_", "_L"


@dataclass(frozen=True, slots=True)
class Passage:
    """One row: a passage of a document with its vector. `number` counts from 0 within the document."""

    document: str
    number: int
    version: int
    content_hash: str
    acl: tuple[str, ...]
    title: str
    text: str
    dense: Sequence[float]
    authority: float
    updated_at_ms: int


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
    """One passage that a search found; a higher score is better."""

    document: str
    number: int
    score: float
    acl: tuple[str, ...]
    title: str
    text: str
    authority: float


def primary_key(document: str, number: int) -> str:
    """Return the key of a document's passage. The number comes last, so no document's key is another's."""
    return f"{document}#{number}"


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
