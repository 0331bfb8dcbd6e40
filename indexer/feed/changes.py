"""The change feed: which documents changed, in the order in which the warehouse took them.

A view writes a row of `document_changes` with every row of `documents`. A reader keeps its position in the order of
insertion: a version that is older, or dated earlier, and comes late is read like any other. A row may be seen before
the row of `documents` that it was made from; it carries that row's revision, so that a reader
that looks too early can tell.

Where the order of insertion is not the order in which rows are seen (a replicated table), or where rows were dropped
before they were read, a change can be missed: the comparison of everything in the background finds it
(`indexer.feed.planner`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.instants import microseconds
from stores.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Position:
    """Behind which change to read on, and when that arrived, by the warehouse's clock; microseconds since 1970."""

    block: int
    document: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Change:
    """One document that changed: up to `revision` at least, 0 when it is only to be looked at again."""

    document: str
    revision: int
    position: Position


@dataclass(frozen=True, slots=True)
class Followed:
    """How far a collection has followed the feed; `filled` unless what the tenant had before is still missing."""

    at_us: int
    filled: bool


class Feed:
    """One process's view of the feed."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._heads: dict[str, int] = {}
        self._newest_us = 0
        self._highest = 0
        self._saved: dict[tuple[str, str], int] = {}
        self.epoch = 0
        """Grows when the warehouse began to count its blocks anew: positions hold by their time alone then."""

    def heads(self) -> dict[str, int]:
        """Return a number per tenant that ever had a document, which is another one once any of its documents changed.

        Costs as much as there are changes of the last minutes, and the first time as there are documents.
        """
        if not self._heads:
            self._heads = {row["tenant"]: 0 for row in self._warehouse.query("documents_tenants")}
        rows = self._warehouse.query("index_heads", since_us=self._newest_us)
        if rows:
            highest = max(row["head"] for row in rows)
            self.epoch += highest < self._highest
            self._highest = highest
            self._newest_us = max(row["at_us"] for row in rows)
        self._heads.update({row["tenant"]: row["head"] for row in rows})
        return dict(self._heads)

    def now(self) -> Position:
        """Return a position from which everything is read that comes from now on, and some that came just before."""
        return Position(0, "", self._warehouse.query("clock")[0]["now"])

    def read(self, tenant: str, after: Position, limit: int) -> list[Change]:
        """Return the tenant's changes behind a position, in order, at most `limit`."""
        rows = self._warehouse.query(
            "index_changes", tenant=tenant, block=after.block, document=after.document, at_us=after.at_us, limit=limit
        )
        return [
            Change(
                row["document"],
                row["newest"],
                Position(row["block"], row["document"], max(row["at_us"], after.at_us)),
            )
            for row in rows
        ]

    def look_again(self, tenant: str, documents: Sequence[str]) -> None:
        """Put documents into the feed that did not change: what collections show of them is to be looked at."""
        if documents:
            self._warehouse.insert(
                "document_changes",
                {
                    "tenant": [tenant] * len(documents),
                    "document": list(documents),
                    "revision": [0] * len(documents),
                },
            )

    def followed(self, tenant: str, collection: str) -> Followed | None:
        """Return how far a collection has followed the feed as far as it was noted, None when it never was."""
        rows = self._warehouse.query("index_followed", tenant=tenant, collection=collection)
        if not rows:
            return None
        self._saved[tenant, collection] = int(rows[0]["revision"])
        return Followed(rows[0]["at_us"], bool(rows[0]["filled"]))

    def save(self, tenant: str, collection: str, followed: Followed, now: datetime) -> None:
        """Note how far a collection has followed the feed; whatever the clock was, it supersedes what was noted."""
        revision = max(microseconds(now), self._saved.get((tenant, collection), 0) + 1)
        self._saved[tenant, collection] = revision
        self._warehouse.insert(
            "followed",
            {
                "tenant": [tenant],
                "collection": [collection],
                "followed_to": [followed.at_us],
                "filled": [int(followed.filled)],
                "revision": [revision],
            },
        )
