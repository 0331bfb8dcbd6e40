"""A tenant's world for the indexer's tests: real stores, tiny models, documents written by hand."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from transformers import AutoTokenizer, BertConfig, BertModel

from indexer.feed.documents import Documents, Pending
from indexer.feed.planner import PlanConfig, Planner
from indexer.indexing.sync import Sync, SyncConfig, Target
from indexer.search.searcher import Searcher
from indexer.search.visibility import CurrentLists
from indexer.trust import Trust
from retrieval.encoders import Encoders
from stores.access_lists import AccessList, AccessLists
from stores.collection_states import State
from stores.serving import Collection, Serving, ServingRecord
from stores.shelf import BASE, Shelf, base_model
from stores.signing import Signing
from stores.trail import Trail
from stores.vectors import Vectors
from stores.warehouse import Warehouse

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
OPERATOR = "op"
PLAN = PlanConfig(slice=50, pause_s=0.0)


def days_ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def tiny_model(directory: Path, seed: int, width: int = 32) -> Path:
    """Save a one-layer BERT of random weights with the base model's tokenizer: texts that share words are near."""
    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(str(base_model()))
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=128,
    )
    raw = directory / "raw"
    BertModel(config).save_pretrained(str(raw))  # type: ignore[no-untyped-call]  # theirs has no types
    tokenizer.save_pretrained(str(raw))
    body = Transformer(str(raw), max_seq_length=128)
    model = directory / "model"
    SentenceTransformer(modules=[body, Pooling(width)], device="cpu").save(str(model))
    return model


class Clock:
    """A clock that the test moves; it never stands still, so that what comes later is dated later."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class World:
    """One tenant with all stores; `live` and `next` are two models on its shelf."""

    tenant: str
    warehouse: Warehouse
    vectors: Vectors
    serving: Serving
    shelf: Shelf
    encoders: Encoders
    signing: Signing
    lists: AccessLists
    clock: Clock = field(default_factory=Clock)
    live: str = "tiny-a"
    next: str = "tiny-b"
    config: SyncConfig = field(default_factory=lambda: SyncConfig(batch=8, seal_pause_s=0.0, plan=PLAN))

    def __post_init__(self) -> None:
        self.documents = Documents(self.warehouse)
        self.sync = self.new_sync()
        self.current = CurrentLists(self.lists, self.warehouse)
        self.searcher = Searcher(self.serving, self.vectors, self.encoders, self.current)
        self.offset = self.written = 0
        self._waiting: dict[str, list[dict[str, object]]] | None = None
        self.trust = Trust(self.signing, Trail(self.warehouse, self.signing), self.shelf)

    def new_sync(
        self,
        encoders: Encoders | None = None,
        yield_point: Callable[[], None] = lambda: None,
        check_lease: Callable[[], None] = lambda: None,
    ) -> Sync:
        """As after a restart: nothing is remembered but what the stores hold."""
        return Sync(
            Documents(self.warehouse), self.vectors, encoders or self.encoders, self.config, self.clock,
            lambda seconds: None, yield_point, check_lease,
        )  # fmt: skip

    def plan(self, at_once: int = 10, model: str | None = None) -> list[Pending]:
        """What a process that just started would apply, in its order, `at_once` at once."""
        planner, target, found = (
            Planner(Documents(self.warehouse), PLAN, self.clock),
            self.target(model),
            list[Pending](),
        )
        planner.begin(target)
        while batch := planner.next(target, at_once):
            found += [pending for pending in batch if pending not in found]
            planner.applied(target, [pending.document for pending in batch])
        return found

    def target(self, model: str | None = None) -> Target:
        return Target(self.tenant, model or self.live, self.manifest(model or self.live))

    def manifest(self, model: str) -> str | None:
        """Return the hash of the model's files, None when it is not on the shelf."""
        on_shelf = model == BASE or self.shelf.entry(self.tenant, model)
        return self.shelf.manifest(self.tenant, model) if on_shelf else None

    def put(
        self,
        document: str,
        version: int,
        body: str = "",
        *,
        title: str = "",
        acl: Sequence[str] = ("everyone",),
        links: Sequence[str] = (),
        kind: str = "page",
        deleted: bool = False,
        updated_at: datetime | None = None,
    ) -> None:
        """Write one version of a document, as the streams do; of equal versions, what is written later holds."""
        self.written += 1
        revision = version << 192 | deleted << 184 | self.written
        title = title or f"Title of {document}"
        content = hashlib.sha256(f"{title}\x1f{body}".encode()).hexdigest()[:32]
        self._write(
            "documents",
            {
                "tenant": self.tenant,
                "document": document,
                "version": version,
                "deleted": int(deleted),
                "kind": kind,
                "title": title,
                "body": body,
                "acl": list(acl),
                "link_targets": list(links),
                "link_anchors": ["" for _ in links],
                "updated_at": updated_at or NOW,
                "content_hash": content,
                "received_at": self.clock(),
                "revision": revision,
            },
        )
        gone = deleted or kind == "message"
        groups = None if gone else tuple(acl)
        self.lists.put(self.tenant, [AccessList(document, revision, groups, "" if gone else content)])

    def event(self, kind: str, user: str, document: str = "", query: str = "", payload: str = "{}") -> None:
        """Write one accepted event that happened just now."""
        topics = {"SearchServed": "searches", "DocumentOpened": "clicks", "CitationOpened": "citation.clicks"}
        self.offset += 1
        self._write(
            "events",
            {
                "topic": topics.get(kind, "learning"),
                "topic_id": self.tenant,
                "offset": self.offset,
                "event_id": f"{self.tenant}-{self.offset}",
                "tenant": self.tenant,
                "type": kind,
                "user": user,
                "document": document,
                "query": query,
                "rank": 1 if query else 0,
                "payload": payload,
                "occurred_at": self.clock(),
                "received_at": self.clock(),
            },
        )

    def satisfied(self, document: str, query: str, *people: str, weight: float = 1.0) -> None:
        """Write the pairs of people who were satisfied just now by a document that this query had found."""
        with self.together():
            for person in people:
                self.offset += 1
                pair = {"pair": f"{self.tenant}-{self.offset}", "kind": "search_click", "anchor": query}
                about = {"tenant": self.tenant, "document": document, "user": person, "weight": weight}
                self._write("pairs", {**pair, **about, "occurred_at": self.clock(), "revision": self.offset})

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write what is put and what happens within at its end, with one insert a table."""
        waiting = self._waiting = defaultdict(list)
        try:
            yield
        finally:
            self._waiting = None
        for table, rows in waiting.items():
            self.warehouse.insert(table, {name: [row[name] for row in rows] for name in rows[0]})

    def _write(self, table: str, row: dict[str, object]) -> None:
        if self._waiting is not None:
            self._waiting[table].append(row)
        else:
            self.warehouse.insert(table, {name: [value] for name, value in row.items()})

    def fill(self, model: str | None = None) -> None:
        """Make the model's collection and apply everything."""
        target = self.target(model)
        self.sync.ensure(target)
        assert self.sync.advance(target, 60).finished

    def shown(self, document: str, model: str | None = None) -> list[tuple[int, str, tuple[str, ...]]]:
        """Return (version, content hash, groups) of every passage that the collection has of a document."""
        keys = [f"{document}#{n}" for n in range(20)]
        return [
            (row.version, row.content_hash, row.acl)
            for row in self.vectors.get(self.target(model).collection, keys).values()
        ]


MakeWorld = Callable[[], World]


def live(world: World, model: str | None = None) -> None:
    """Fill the model's collection and make it what answers."""
    world.fill(model)
    target = world.target(model)
    about = Collection(tenant=world.tenant, model=target.model, collection=target.collection, created_at=NOW)
    world.serving.register(about, State.BUILDING)
    record = ServingRecord(
        tenant=world.tenant, model=target.model, collection=target.collection, version=1, moved_at=NOW
    )
    world.serving.move(record, {target.collection: (State.BUILDING, State.LIVE)})
