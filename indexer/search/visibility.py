"""What a person may see now: the documents' current lists, read when the answer is made.

The lists are read where writes arrive first, in Redis, in one call. What is not there, or not to be relied on since
Redis was lost, is read from the warehouse and put back. A document that neither knows is shown to nobody.

A list is given to a content. A passage that is of another content than the current one, because it is not indexed yet
or is no more what holds, is shown to those alone who may see the document now and might read that content too.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from retrieval.access import effective, may_see
from stores.access_lists import AccessList, AccessLists, current
from stores.ports import Queries
from stores.vector_rows import Filter, Hit

_GRANTS = 1_000
"""Documents at most that are named in a filter beside the groups."""


class Lists(Protocol):
    """Knows documents' current access lists: `CurrentLists`."""

    def of(self, tenant: str, documents: Sequence[str]) -> dict[str, AccessList]:
        """Return the lists of these documents that are known, gone ones too. Raises `Retryable`."""
        ...

    def granted(self, tenant: str, collection: str, groups: Sequence[str]) -> list[str]:
        """Return documents that `groups` (composed) may see, and of which a collection may show older lists."""
        ...


class CountedLists(Lists, Protocol):
    """Knows also of how many documents there are any: `CurrentLists`."""

    def documents(self, tenant: str) -> int:
        """Return how many documents of a tenant somebody may see. Raises `Retryable`."""
        ...


class CurrentLists:
    """The current lists of this installation; safe to use from several threads."""

    def __init__(self, lists: AccessLists, warehouse: Queries) -> None:
        self._lists = lists
        self._warehouse = warehouse

    def of(self, tenant: str, documents: Sequence[str]) -> dict[str, AccessList]:
        """Return the lists of these documents that are known, gone ones too. Raises `Retryable`."""
        return current(self._lists, self._warehouse, tenant, documents)

    def granted(self, tenant: str, collection: str, groups: Sequence[str]) -> list[str]:
        """Return documents that `groups` (composed) may see, and of which a collection may show older lists."""
        rows = self._warehouse.query(
            "access_granted", tenant=tenant, collection=collection, groups=list(groups), limit=_GRANTS
        )
        return [row["document"] for row in rows]

    def documents(self, tenant: str) -> int:
        """Return how many documents of a tenant somebody may see. Raises `Retryable`."""
        return int(self._warehouse.query("documents_known", tenant=tenant)[0]["shown"])


class Viewer:
    """Somebody in `groups` of a tenant, for one call: every list is read once, and the answer is of one moment."""

    def __init__(self, lists: Lists, tenant: str, groups: frozenset[str]) -> None:
        self.groups = groups
        self._lists = lists
        self._tenant = tenant
        self._looked_at: set[str] = set()
        self._content: dict[str, str] = {}
        """The current content of each document that the person may see."""

    def look(self, documents: Iterable[str]) -> None:
        """Read the lists of the documents that were not looked at yet. Raises `Retryable`."""
        new = [document for document in dict.fromkeys(documents) if document not in self._looked_at]
        if new:
            lists = self._lists.of(self._tenant, new).values()
            self._content.update({one.document: one.content for one in lists if may_see(one.groups or (), self.groups)})
            self._looked_at.update(new)

    def sees(self, hit: Hit) -> bool:
        """Return whether the person may see a passage; one of a document that was not looked at is not seen."""
        current = self._content.get(hit.document)
        return current is not None and (hit.content_hash == current or may_see(hit.acl, self.groups))

    def filter(self, collection: str) -> Filter:
        """Return what a search may leave to the engine: the rows' copies of the lists, and what they do not say yet."""
        groups = sorted(effective(self.groups))
        return Filter(groups, self._lists.granted(self._tenant, collection, groups))
