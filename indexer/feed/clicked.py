"""Which clicked queries are said of documents, kept as people click, and as what they clicked fades.

    documents that were just clicked, and the next ones in turn ──▶ their queries by `retrieval.clicked_queries`
        ──▶ those that are not what is said ──▶ `clicked_queries` in the warehouse ──▶ the change feed

The queries of a document are the same for all of a tenant's collections, which apply them like any other change: what
they were given is recorded, and what they lack is planned. None of that needs a model. A document that was not sent
yet comes with what is said of it.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from indexer.feed.changes import Feed
from indexer.feed.usage import Usage
from retrieval.clicked_queries import Click, clicked_queries, digest
from retrieval.config import ClickedQueriesConfig
from schemas.instants import instant, is_over, microseconds
from stores.columns import Same
from stores.warehouse import Warehouse

EVERY = timedelta(minutes=1)
"""Between two looks at a tenant."""

AT_ONCE = 1_000
"""Documents of a look that were just clicked, and as many whose turn it is: ten thousand take ten minutes."""

MOST_CLICKS = 2_000
"""People and queries of a document that are counted, the newest."""


class ClickedQueries:
    """One process's part in it. All of it raises `Retryable`."""

    def __init__(self, warehouse: Warehouse, feed: Feed, usage: Usage, config: ClickedQueriesConfig) -> None:
        self._warehouse = warehouse
        self._feed = feed
        self._usage = usage
        self._config = config
        self._looked_at: dict[str, datetime] = {}
        self._noted_us: dict[str, int] = {}
        self._after: dict[str, str] = {}

    def look(self, tenant: str, now: datetime) -> list[str]:
        """Say what has changed, if it is time to look; return the documents of which it had."""
        last = self._looked_at.get(tenant)
        if last is not None and not is_over(EVERY, last, now):
            return []
        names = [*self._clicked(tenant, now), *self._turn(tenant)]
        changed = self._say(tenant, self._usage.present(tenant, names, now), now)
        self._looked_at[tenant] = now
        return changed

    def _clicked(self, tenant: str, now: datetime) -> list[str]:
        since = self._noted_us.get(tenant, microseconds(now - timedelta(days=1)))
        rows = self._warehouse.query("clicked_noted", tenant=tenant, since_us=since, limit=AT_ONCE)
        self._noted_us[tenant] = max([since, *(row["at_us"] for row in rows)])
        return [row["document"] for row in rows]

    def _turn(self, tenant: str) -> list[str]:
        """Return the next documents in the order of ids; behind the last one the first ones are next."""
        after = self._after.get(tenant, "")
        rows = self._warehouse.query("clicked_turn", tenant=tenant, after=after, limit=AT_ONCE)
        self._after[tenant] = rows[-1]["document"] if len(rows) == AT_ONCE else ""
        return [row["document"] for row in rows]

    def _say(self, tenant: str, documents: Sequence[str], now: datetime) -> list[str]:
        """Write the queries of these documents where they are others than what is said; return those documents."""
        if not documents:
            return []
        wanted = self._wanted(tenant, documents, now) if self._config.of(tenant) else {}
        rows = self._warehouse.query("clicked_said", tenant=tenant, documents=list(documents))
        said = {row["document"]: row["digest"] for row in rows}
        known = {row["document"]: int(row["revision"]) for row in rows}
        changed = [d for d in documents if digest(wanted.get(d, [])) != said.get(d, "")]
        if changed:
            queries = [wanted.get(document, []) for document in changed]
            self._warehouse.insert(
                "clicked_queries",
                {
                    "tenant": Same(tenant),
                    "document": changed,
                    "queries": queries,
                    "digest": [*map(digest, queries)],
                    "revision": [max(microseconds(now), known.get(document, 0) + 1) for document in changed],
                },
            )
            shown = self._warehouse.query("index_dates", tenant=tenant, documents=changed)
            self._feed.look_again(tenant, [row["document"] for row in shown])
        return changed

    def _wanted(self, tenant: str, documents: Sequence[str], now: datetime) -> dict[str, list[str]]:
        names, present = self._usage.names(tenant, documents, now)
        rows = self._warehouse.query(
            "clicked_by_people", tenant=tenant, names=names, documents=present, most=MOST_CLICKS
        )
        clicks = defaultdict[str, list[Click]](list)
        for row in rows:
            clicks[row["present"]].append(Click(row["query"], row["person"], instant(row["at_ms"])))
        return {document: clicked_queries(own, now) for document, own in clicks.items()}
