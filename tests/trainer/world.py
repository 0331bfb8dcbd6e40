"""A tenant's history for tests, written where the streams would write it: documents, openings, pairs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from random import Random
from typing import Any

from stores.warehouse import Warehouse

_OFFSETS = count()
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page:
    """A document: id, title, body, the documents that it links to, its kind."""

    id: str
    title: str
    body: str
    links: tuple[str, ...] = ()
    kind: str = "page"
    version: int = 1


@dataclass(frozen=True)
class Click:
    """Somebody searched for `query` and opened `document`, `at` minutes before NOW, for `dwell_s` seconds."""

    query: str
    document: str
    user: str = "u"
    at: float = 60.0
    weight: float = 1.0
    kind: str = "search_click"
    anchor_document: str = ""
    dwell_s: float = -1.0

    @property
    def id(self) -> str:
        parts = (self.kind, self.query, self.document, self.user, str(self.at), self.anchor_document)
        return sha256("\0".join(parts).encode()).hexdigest()[:32]


def write_pages(warehouse: Warehouse, tenant: str, pages: Sequence[Page]) -> None:
    """Store documents with their raw events and the pairs of title and body."""
    rows: list[dict[str, Any]] = []
    for n, page in enumerate(pages):
        rows.append(
            {
                "tenant": tenant,
                "document": page.id,
                "version": page.version,
                "deleted": 0,
                "app": "wiki",
                "kind": page.kind,
                "title": page.title,
                "body": page.body,
                "link_targets": list(page.links),
                "link_anchors": ["" for _ in page.links],
                "acl": ["everyone"],
                "thread": "",
                "channel": "",
                "author": "",
                "updated_at": NOW - timedelta(days=90, minutes=-n),
                "content_hash": sha256(f"{page.title}\0{page.body}".encode()).hexdigest(),
                "event_id": f"d{page.id}{page.version}",
                "received_at": NOW,
            }
        )
    _insert(warehouse, "documents", rows)
    _insert(
        warehouse,
        "events",
        [
            _event(
                tenant,
                "documents.changes",
                type="DocumentUpserted",
                event_id=f"d{page.id}{page.version}",
                document=page.id,
                payload=json.dumps(
                    {"document": page.id, "version": page.version, "title": page.title, "body": page.body}
                ),
            )
            for page in pages
        ],
    )
    own = [Click("", page.id, "", 5_000, kind="title_body", anchor_document=page.id) for page in pages]
    versions = {page.id: page.version for page in pages}
    write_pairs(warehouse, tenant, own, sources=versions)


def write_clicks(warehouse: Warehouse, tenant: str, clicks: Sequence[Click]) -> None:
    """Store openings as events and as pairs."""
    events = [
        _event(
            tenant,
            "clicks",
            type="DocumentOpened",
            event_id=click.id,
            user=click.user,
            document=click.document,
            query=click.query,
            dwell_s=click.dwell_s,
            occurred_at=NOW - timedelta(minutes=click.at),
        )
        for click in clicks
    ]
    _insert(warehouse, "events", events)
    write_pairs(warehouse, tenant, clicks)


def write_pairs(
    warehouse: Warehouse,
    tenant: str,
    clicks: Sequence[Click],
    sources: dict[str, int] | None = None,
    withdrawn: bool = False,
    sessions: int = 0,
) -> None:
    """Store pairs only; `sources` gives the versions of the documents that made them, `sessions` their revision."""
    rows = [
        {
            "tenant": tenant,
            "pair": click.id,
            "kind": click.kind,
            "anchor": click.query,
            "anchor_document": click.anchor_document,
            "document": click.document,
            "weight": click.weight,
            "user": click.user,
            "session": click.id if sessions else "",
            "source_document": click.document if sources else "",
            "source_version": sessions or (sources or {}).get(click.document, 0),
            "event_ids": [click.id],
            "occurred_at": NOW - timedelta(minutes=click.at),
            "withdrawn": int(withdrawn),
            "revision": 2 if withdrawn else 1,
        }
        for click in clicks
    ]
    _insert(warehouse, "pairs", rows)


def company(topics: int, seed: int = 5) -> tuple[list[Page], list[Click]]:
    """Return a made-up company: pages about topics in its own words, and people who ask for them in others.

    Each topic has one page and three queries, asked by three people each. The words of pages and queries are paired by
    rule ('gadget17' is what people call 'device alpha17'), so that there is something to learn and nothing else to
    tell it from.
    """
    rng = Random(seed)
    things = ["gadget", "invoice", "badge", "laptop", "lease", "visa", "server", "desk"]
    names = [
        "device",
        "billing note",
        "entry card",
        "portable computer",
        "rental deed",
        "travel permit",
        "host",
        "table",
    ]
    actions = [("get", "obtaining"), ("cancel", "revoking"), ("fix", "repairing"), ("renew", "prolonging")]
    pages, clicks = [], []
    for n in range(topics):
        thing, (asked, written) = n % len(things), actions[(n // len(things)) % len(actions)]
        filler = " ".join(rng.choice(["form", "desk", "manager", "request", "approval", "portal"]) for _ in range(8))
        pages.append(
            Page(
                f"p{n}",
                f"{names[thing].title()} policy {n}",
                f"The rules for {written} a {names[thing]} {n}. {filler}.",
            )
        )
        for form in (
            f"{asked} {things[thing]} {n}",
            f"how to {asked} my {things[thing]} number {n}",
            f"{things[thing]} {n} {asked} rules",
        ):
            for person in range(3):
                clicks.append(Click(form, f"p{n}", f"u{rng.randrange(40)}", at=rng.uniform(1, 40_000) + person))
    return pages, clicks


def _event(tenant: str, topic: str, **fields: str | int | float | datetime) -> dict[str, Any]:
    blank: dict[str, Any] = {
        "topic": topic,
        "topic_id": tenant,
        "partition": 0,
        "offset": next(_OFFSETS),
        "event_id": "",
        "tenant": tenant,
        "type": "",
        "user": "",
        "document": "",
        "interaction": "",
        "query": "",
        "rank": 0,
        "dwell_s": -1.0,
        "occurred_at": NOW,
        "received_at": NOW,
        "payload": "{}",
    }
    return blank | fields


def _insert(warehouse: Warehouse, table: str, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        warehouse.insert(table, {name: [row[name] for row in rows] for name in rows[0]})
