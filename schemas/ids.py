"""Typed ids: what names a tenant, a document, an event, a model; and how a deterministic id is made."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Annotated

from pydantic import StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")]
"""Lower-case letters, digits and inner hyphens, 1 to 64 characters."""

TenantId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$")]
"""A boundary: data, negatives, models and collections of two tenants never mix. A slug of at most 32 characters."""

ModelId = Slug
CollectionId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,199}$")]

OpaqueId = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""Any printable text of 1 to 256 characters, as the sending system names its things."""

DocumentId = OpaqueId
UserId = OpaqueId
EventId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]

SEPARATOR = "\x1f"
"""U+001F, which no id of ours may contain: it stands between ids that make one."""


def join_ids(*parts: str | int) -> str:
    """Return ids as one text, with U+001F between them."""
    return SEPARATOR.join(map(str, parts))


def split_ids(joined: str) -> tuple[str, str]:
    """Return the first of some joined ids, and the rest, which is empty when there is no more."""
    first, _, rest = joined.partition(SEPARATOR)
    return first, rest


def stable_id(*parts: str | int) -> str:
    """Return the first 32 hexadecimal digits of the SHA-256 of the parts, separated by U+001F.

    The same parts give the same id on every machine and in every run, which is what makes a replayed event rewrite its
    own rows. In ClickHouse's SQL the same id is `lower(hex(substring(SHA256(concat(a, '\\x1f', b)), 1, 16)))`.
    """
    return sha256(join_ids(*parts).encode()).hexdigest()[:32]


def stable_ids(joined: Iterable[bytes]) -> list[str]:
    """Return the `stable_id` of each item: UTF-8 bytes of the parts, joined by U+001F already."""
    return [sha256(parts).hexdigest()[:32] for parts in joined]
