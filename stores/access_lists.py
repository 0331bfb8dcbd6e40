"""Who may see each document now, in Redis: what searches obey, whatever the index shows yet.

| key | type | holds |
|---|---|---|
| `tidewheel:{acl:TENANT}` | hash | document -> its revision and content hash in hexadecimal, then its groups as JSON |

A document that is gone has `-` behind its revision. The field without a name is `whole` once every document of the
warehouse has its entry.

The streams write it with every batch of documents. An entry replaces only one of an earlier event, so repeats and any
order of arrival leave the same lists, **if none was lost**: where Redis was emptied, a repeat of an old event would
put back what it once allowed. So until the indexer has filled them anew (`fill`), everything that is asked for is read
in the warehouse too, as what is missing always is, and the later list holds (`current`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

import orjson

from schemas.document_order import BYTES, hexadecimal
from stores import lua_files, redis_client
from stores.ports import Queries
from stores.settings import Settings

AT_ONCE = 1_000
"""Documents of one call: Redis answers nobody else meanwhile, about a millisecond."""

_WIDTH = 2 * BYTES
_GONE = "-"
_STATE, _WHOLE = "", "whole"


@dataclass(frozen=True, slots=True)
class AccessList:
    """The list of a document as of one revision; `groups` is None when the document is gone.

    `content` is the hash of the title and text that the list was given to: another text may have had a narrower one.
    """

    document: str
    revision: int
    groups: tuple[str, ...] | None
    content: str = ""


class Entries(NamedTuple):
    """Lists by document as Redis has them; unless they are `whole`, the warehouse may have later ones."""

    lists: dict[str, AccessList]
    whole: bool


class AccessLists:
    """One process's connection to the lists; safe to use from several threads."""

    def __init__(self, client: redis_client.Client) -> None:
        self._client = client
        self._put = client.register_script(lua_files.named("access_lists_put"))
        self._say_whole = client.register_script(lua_files.named("access_lists_whole"))

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
        pipeline: Any = self._client.pipeline()
        pipeline.hlen(key(tenant))
        pipeline.hexists(key(tenant), _STATE)
        fields, states = redis_client.guarded(pipeline.execute)
        return int(fields) - int(states)

    def get(self, tenant: str, documents: Sequence[str]) -> "Entries":
        """Return what is here of these documents, gone ones too. Raises `Retryable`."""
        if not documents:
            return Entries({}, True)
        found: Any = redis_client.guarded(lambda: self._client.hmget(key(tenant), [_STATE, *documents]))
        entries = zip(documents, found[1:], strict=True)
        return Entries({d: _read(d, entry) for d, entry in entries if entry is not None}, found[0] == _WHOLE)

    def whole(self, tenant: str) -> bool:
        """Return whether every document of the warehouse has its entry. Raises `Retryable`."""
        return redis_client.guarded(lambda: self._client.hget(key(tenant), _STATE)) == _WHOLE

    def begin_filling(self, tenant: str) -> str:
        """Note that the lists are being filled; return what `end_filling` is to be given. Raises `Retryable`."""
        filling = f"filling {uuid4().hex}"
        redis_client.guarded(lambda: self._client.hset(key(tenant), _STATE, filling))
        return filling

    def end_filling(self, tenant: str, filling: str) -> bool:
        """Say that the lists are whole; False when they were lost, or another filling began. Raises `Retryable`."""
        return bool(redis_client.guarded(partial(self._say_whole, keys=[key(tenant)], args=[filling, _WHOLE])))


def current(lists: AccessLists, warehouse: Queries, tenant: str, documents: Sequence[str]) -> dict[str, AccessList]:
    """Return the current lists of these documents that are known, gone ones too. Raises `Retryable`."""
    here = lists.get(tenant, documents)
    doubtful = [document for document in documents if not here.whole or document not in here.lists]
    if not doubtful:
        return here.lists
    found = stored_lists(warehouse, tenant, doubtful)
    lists.put(tenant, found)
    return latest([*here.lists.values(), *found])


def latest(lists: Iterable[AccessList]) -> dict[str, AccessList]:
    """Return the list of the latest revision of each document. A pure rule."""
    return {one.document: one for one in sorted(lists, key=lambda one: one.revision)}


def fill(lists: AccessLists, warehouse: Queries, tenant: str) -> int:
    """Put the list of every document of the warehouse, unless a later one is there; return how many there are.

    The lists are whole afterwards, unless they were lost once more meanwhile. Raises `Retryable`.
    """
    filling = lists.begin_filling(tenant)
    ids = [row["document"] for row in warehouse.query("index_ids", tenant=tenant)]
    for start in range(0, len(ids), AT_ONCE):
        lists.put(tenant, stored_lists(warehouse, tenant, ids[start : start + AT_ONCE]))
    lists.end_filling(tenant, filling)
    return len(ids)


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
