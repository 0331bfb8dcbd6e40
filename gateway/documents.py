"""A document as somebody may see it now, by its current access list.

Every request does the same work, whether the document is hidden, gone or was never there: one look at its list in
Redis, one query of the warehouse. Neither answer nor time tells the three apart.
"""

from collections.abc import Sequence
from typing import Any

from indexer.search.visibility import Viewer
from schemas.instants import instant
from stores.access_lists import AccessList, AccessLists, latest
from stores.ports import Queries
from stores.vector_rows import Hit

_LONGEST = 1_000_000
"""Of a text that is answered; a longer one ends there, and the answer says so."""


class Documents:
    """Reads documents; safe to use from several threads."""

    def __init__(self, lists: AccessLists, warehouse: Queries) -> None:
        self._lists = lists
        self._warehouse = warehouse

    def read(self, tenant: str, document: str, groups: frozenset[str]) -> dict[str, object] | None:
        """Return the document for somebody in `groups`, None when they may not see it or there is none."""
        asked: dict[str, Any] = {"tenant": tenant, "documents": [document], "characters": _LONGEST + 1}
        rows = self._warehouse.query("index_documents", **asked)
        viewer = Viewer(_Read(self._lists, rows), tenant, groups)
        viewer.look([document])
        if not rows or rows[0]["gone"] or not viewer.sees(_hit(rows[0])):
            return None
        row = rows[0]
        return {
            "document": document,
            "version": row["version"],
            "title": row["title"],
            "body": row["body"][:_LONGEST],
            "truncated": len(row["body"]) > _LONGEST,
            "updated_at": instant(row["updated_ms"]).isoformat(),
        }


class _Read:
    """Current lists as `indexer.search.visibility` wants them, for documents whose rows were read already."""

    def __init__(self, lists: AccessLists, rows: Sequence[dict[str, Any]]) -> None:
        self._lists = lists
        self._rows = rows

    def of(self, tenant: str, documents: Sequence[str]) -> dict[str, AccessList]:
        here = self._lists.get(tenant, documents).lists
        return latest([*(_stored(row) for row in self._rows), *here.values()])

    def granted(self, tenant: str, collection: str, groups: Sequence[str]) -> list[str]:
        return []


def _stored(row: dict[str, Any]) -> AccessList:
    groups = None if row["gone"] else tuple(row["acl"])
    return AccessList(row["document"], int(row["revision"]), groups, row["content_hash"])


def _hit(row: dict[str, Any]) -> Hit:
    """Return the row as a passage, which is what visibility is decided for."""
    return Hit(row["document"], 0, 0.0, row["title"], "", 0.0, row["content_hash"], tuple(row["acl"]))
