"""Who may see each document now, in Redis: what searches obey, whatever the index shows yet.

| key | type | holds |
|---|---|---|
| `tidewheel:{acl:TENANT}` | hash | document -> its revision and content hash in hexadecimal, then its groups as JSON |

A document that is gone has `-` behind its revision.

The streams write it with every batch of documents. An entry replaces only one of an earlier event, so repeats and any
order of arrival leave the same lists. The warehouse has the same and more: what is missing here is read there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from schemas.document_order import BYTES, hexadecimal
from stores import lua_files, redis_client
from stores.ports import Queries
from stores.settings import Settings

AT_ONCE = 1_000
"""Documents of one call: Redis answers nobody else meanwhile, about a millisecond."""

_WIDTH = 2 * BYTES
_GONE = "-"


@dataclass(frozen=True, slots=True)
class AccessList:
    """The list of a document as of one revision; `groups` is None when the document is gone.

    `content` is the hash of the title and text that the list was given to: another text may have had a narrower one.
    """

    document: str
    revision: int
    groups: tuple[str, ...] | None
    content: str = ""


class AccessLists:
    """One process's connection to the lists; safe to use from several threads."""

    def __init__(self, client: redis_client.Client) -> None:
        self._client = client
        self._put = client.register_script(lua_files.named("access_lists_put"))

    @classmethod
    def connect(cls, settings: Settings) -> "AccessLists":
        """Return the lists of this installation. Nothing is sent yet."""
        return cls(redis_client.connect(settings))

    def close(self) -> None:
        """Give the connection back."""
        self._client.close()

    def put(self, tenant: str, lists: Sequence[AccessList]) -> None:
        """Put lists, each unless a later one is there; returns once Redis has them. Raises `Retryable`."""
        for start in range(0, len(lists), AT_ONCE):
            arguments = [text for one in lists[start : start + AT_ONCE] for text in (one.document, _entry(one))]
            redis_client.guarded(partial(self._put, keys=[key(tenant)], args=arguments))

    def count(self, tenant: str) -> int:
        """Return how many documents have an entry here, gone ones included. Raises `Retryable`."""
        return int(str(redis_client.guarded(lambda: self._client.hlen(key(tenant)))))

    def get(self, tenant: str, documents: Sequence[str]) -> dict[str, AccessList]:
        """Return the lists of those documents that are known here, gone ones too. Raises `Retryable`."""
        if not documents:
            return {}
        entries: Any = redis_client.guarded(lambda: self._client.hmget(key(tenant), list(documents)))
        return {d: _read(d, entry) for d, entry in zip(documents, entries, strict=True) if entry is not None}


def stored_lists(warehouse: Queries, tenant: str, documents: Sequence[str]) -> list[AccessList]:
    """Return the current lists of these documents as the warehouse has them; unknown ones are left out."""
    rows = warehouse.query("access_lists", tenant=tenant, documents=list(documents))
    return [
        AccessList(row["document"], int(row["revision"]), None)
        if row["gone"]
        else AccessList(row["document"], int(row["revision"]), tuple(row["acl"]), row["content_hash"])
        for row in rows
    ]


def key(tenant: str) -> str:
    """Return the key of a tenant's lists."""
    return f"tidewheel:{{acl:{tenant}}}"


def _entry(one: AccessList) -> str:
    said = _GONE if one.groups is None else one.content + orjson.dumps(one.groups).decode()
    return hexadecimal(one.revision) + said


def _read(document: str, entry: str) -> AccessList:
    revision, said = int(entry[:_WIDTH], 16), entry[_WIDTH:]
    if said == _GONE:
        return AccessList(document, revision, None)
    content, bracket, groups = said.partition("[")
    return AccessList(document, revision, tuple(orjson.loads(bracket + groups)), content)
