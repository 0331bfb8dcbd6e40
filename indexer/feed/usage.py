"""How documents are used: by how many people, and by how many others they are referred to, asked for by document.

Both are kept by document: links by the warehouse with every version, people by `count`, which adds what was accepted
since it was last called. So what one document is worth costs as much as it is used, however many documents and events
there are; and who has not come for `USE_WINDOW` counts no more.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from retrieval.authority import USE_WINDOW, UsageStats
from schemas.instants import instant, is_over, milliseconds
from stores.warehouse import Warehouse

_LASTS = timedelta(seconds=60)
"""How long counted people and read renames hold."""

_LATE, _VERY_LATE, _LOOK_BACK_EVERY = timedelta(minutes=10), timedelta(days=1), timedelta(hours=1)
"""How long after they were received events may be stored: counted at once, and once an hour."""

_AT_ONCE = timedelta(days=1)
"""The span that one statement counts, so that it needs bounded memory however long nobody counted."""


class Usage:
    """One process's view of how documents are used."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._counted_at: datetime | None = None
        self._looked_back_at: datetime | None = None
        self._renames: dict[str, tuple[datetime, dict[str, str]]] = {}

    def of(self, tenant: str, documents: Sequence[str], now: datetime) -> dict[str, UsageStats]:
        """Return the usage of these documents under all their ids, of those that have any."""
        people = self.people(tenant, documents, now)
        references = self._asked("index_references", tenant, documents, now, "references")
        return {d: UsageStats(references.get(d, 0), people.get(d, 0)) for d in {*people, *references}}

    def people(self, tenant: str, documents: Sequence[str], now: datetime) -> dict[str, int]:
        """Return how many people opened each of these documents within `USE_WINDOW`, as of at most a minute ago."""
        self.count(now)
        since_ms = milliseconds(now - USE_WINDOW)
        return self._asked("index_people", tenant, documents, now, "people", since_ms=since_ms)

    def most_used(self, tenant: str, now: datetime, limit: int) -> dict[str, int]:
        """Return the documents that most people opened within `USE_WINDOW`, at most `limit`, and how many those are."""
        self.count(now)
        since_ms = milliseconds(now - USE_WINDOW)
        rows = self._warehouse.query("index_most_used", tenant=tenant, since_ms=since_ms, limit=limit)
        renames, found = self._renamed(tenant, now), dict[str, int]()
        for row in rows:
            former: str = row["document"]
            document = renames.get(former, former)
            found[document] = max(row["people"], found.get(document, 0))
        return found

    def moved(self, tenant: str, since: datetime, now: datetime, limit: int) -> list[str]:
        """Return documents whose usage may have grown since then, at most `limit`."""
        rows = self._warehouse.query("index_moved", tenant=tenant, since_ms=milliseconds(since), limit=limit)
        return sorted(self.present(tenant, [str(row["document"]) for row in rows], now))

    def count(self, now: datetime) -> None:
        """Count who opened what since this was last done, if that is a minute ago; of all tenants."""
        if self._counted_at and not is_over(_LASTS, self._counted_at, now):
            return
        begin, until = self._uncounted_since(now), now + _LATE  # clocks of those who received them may be ahead
        if until - begin > _AT_ONCE:
            begin, until = self._received(begin, until)
        while begin < until:
            end = begin + _AT_ONCE
            self._warehouse.run("index_count_people", from_ms=milliseconds(begin), until_ms=milliseconds(end))
            begin = end
        self._counted_at = now

    def _received(self, begin: datetime, until: datetime) -> tuple[datetime, datetime]:
        """Return the part of a span in which anything was received at all; it is empty when nothing was."""
        row = self._warehouse.query("index_people_received", from_ms=milliseconds(begin), until_ms=milliseconds(until))[
            0
        ]
        return instant(row["first_ms"]), instant(row["last_ms"] + bool(row["last_ms"]))

    def _uncounted_since(self, now: datetime) -> datetime:
        """Return from when on events may have been received that are not counted; once an hour, from a day before."""
        looks_back = self._looked_back_at is None or is_over(_LOOK_BACK_EVERY, self._looked_back_at, now)
        if looks_back:
            self._looked_back_at = now
        if self._counted_at is None:
            at_ms = self._warehouse.query("index_people_until")[0]["at_ms"]
            return max(min(instant(at_ms), now) - _VERY_LATE, now - USE_WINDOW) if at_ms else now - USE_WINDOW
        return min(self._counted_at, now) - (_VERY_LATE if looks_back else _LATE)

    def _asked(
        self, query: str, tenant: str, documents: Sequence[str], now: datetime, column: str, **parameters: int
    ) -> dict[str, int]:
        if not documents:
            return {}
        names, present = self.names(tenant, documents, now)
        rows = self._warehouse.query(query, tenant=tenant, names=names, documents=present, **parameters)
        return {row["present"]: int(row[column]) for row in rows}

    def names(self, tenant: str, documents: Sequence[str], now: datetime) -> tuple[list[str], list[str]]:
        """Return all ids of these documents, present and former, and beside each the present one."""
        former, wanted = defaultdict[str, list[str]](list), set(documents)
        for name, current in self._renamed(tenant, now).items():
            if current in wanted:
                former[current].append(name)
        pairs = [(name, document) for document in documents for name in (document, *former[document])]
        return [name for name, _ in pairs], [document for _, document in pairs]

    def present(self, tenant: str, names: Sequence[str], now: datetime) -> list[str]:
        """Return the present ids of documents with these present or former ones, each once."""
        renames = self._renamed(tenant, now)
        return list(dict.fromkeys(renames.get(name, name) for name in names))

    def _renamed(self, tenant: str, now: datetime) -> dict[str, str]:
        known = self._renames.get(tenant)
        if known is None or is_over(_LASTS, known[0], now):
            rows = self._warehouse.query("index_renames", tenant=tenant)
            known = self._renames[tenant] = (now, {row["former"]: row["current"] for row in rows})
        return known[1]
