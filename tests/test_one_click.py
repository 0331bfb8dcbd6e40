"""One click over the real services: its offset in Kafka, its pair, the run, the model, the answer of a later search."""

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from indexer.search.answer import Answer, search_served
from operations import operators
from operations.lineage import Node, trace
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoders
from schemas.activity import DocumentOpened, FromSearch
from schemas.codec import decode, encode
from schemas.documents import DocumentUpserted
from schemas.envelope import Event
from schemas.ids import stable_id
from schemas.learning import CutoverDone, Decision, ModelTrained, ShadowReady
from schemas.topics import CLICKS, LEARNING, TOPICS, key_of
from stores.access_lists import AccessLists
from stores.kafka import EventReader, RawEvent, ensure_topics, topic_ids
from stores.settings import Settings
from stores.signing import Signing
from stores.vectors import Vectors
from tests.indexer.loop import Loop, approval
from tests.indexer.world import OPERATOR, World
from tests.streams.workers import Flow
from tests.trainer import tiny
from tests.trainer.conftest import TinyShelf
from tests.trainer.test_service import QUICK, answered, request
from tests.trainer.world import NOW, company
from trainer.context import RunContext

ACCEPTED = "SELECT count() AS n FROM accepted WHERE tenant = {t:String} AND event_id IN {ids:Array(String)}"
PAIRS = "SELECT * FROM live_pairs WHERE tenant = {t:String} AND kind = {kind:String}"
SIDES = "SELECT pair, side FROM snapshot_pairs FINAL WHERE tenant = {t:String} AND snapshot = {snapshot:String}"
JUDGED = "SELECT query FROM query_scores WHERE tenant = {t:String}"
EVENT = (
    "SELECT topic, topic_id, partition, offset, payload FROM events "
    "WHERE tenant = {t:String} AND event_id = {id:String}"
)


@dataclass
class House:
    """One tenant's installation: the streams are a process; trainer and indexer take their turns in the test."""

    stack: Settings
    flow: Flow
    context: RunContext
    loop: Loop

    def rows(self, sql: str, **named: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the statement's own
        return self.context.warehouse.rows(sql, t=self.loop.world.tenant, **named)

    def store(self, *events: Event) -> None:
        """Send events to Kafka, and wait until the worker has stored each of them once."""
        sign = self.loop.world.signing.as_installation
        self.flow.send(*(sign(e) if isinstance(e, Decision) and e.signature is None else e for e in events))
        ids = [event.event_id for event in events]
        self.flow.wait_for(lambda: bool(self.rows(ACCEPTED, ids=ids)[0]["n"] == len(ids)))

    def hear(self, event: Event) -> None:
        """Store a decision, and let the indexer handle what was stored of it."""
        self.store(event)
        (row,) = self.rows(EVENT, id=event.event_id)
        heard = decode(LEARNING, key_of(event), row["payload"].encode(), datetime.now(UTC))
        assert heard == event
        self.loop.indexer.handle(heard)

    def position(self, click: DocumentOpened) -> dict[str, Any]:
        """Return where the one record of this click lies in Kafka."""
        found, until, bootstrap = list[RawEvent](), time.monotonic() + 30, self.stack.kafka_bootstrap
        with EventReader(bootstrap, f"test-{click.event_id}", [CLICKS.name]) as reader:
            while (read := reader.poll()) or not found:
                assert time.monotonic() < until, f"{click} is not in {CLICKS.name}"
                found += [raw for raw in read if raw.value == encode(click)]
        (raw,) = found
        topic_id = topic_ids(bootstrap, [CLICKS.name])[CLICKS.name]
        return {"partition": raw.partition, "offset": raw.offset, "topic_id": topic_id}


@pytest.fixture
def house(stack: Settings, tenant: str, tmp_path: Path) -> Iterator[House]:
    ensure_topics(stack.kafka_bootstrap, TOPICS.values())
    operators.ensure(stack, OPERATOR, NOW)
    shelf, vectors = TinyShelf(str(tmp_path / "shelf"), tmp_path / "cache"), Vectors.connect(stack)
    shelf.base = tiny.build(tmp_path)
    connected = RunContext.connect(stack, QUICK, EncoderConfig(threads=1), lambda: datetime.now(UTC), threading.Event())
    context = replace(connected, shelf=shelf, home=tmp_path / "home")
    context.warehouse.migrate()
    encoders, candidate = Encoders(shelf, EncoderConfig(threads=1)), f"{tenant}-run-1"
    stores = (context.warehouse, vectors, context.serving, shelf, encoders)
    world = World(tenant, *stores, Signing(stack), AccessLists.connect(stack), live="base", next=candidate)
    flow = Flow(stack, tmp_path)
    try:
        flow.worker()
        yield House(stack, flow, context, Loop(world))
    finally:
        flow.end_workers()
        for store in (flow, vectors, context.serving, context.redis, context.warehouse):
            store.close()


def history(tenant: str) -> tuple[list[DocumentUpserted], list[DocumentOpened]]:
    """The made-up company's pages, and what its people opened: an hour apart, nobody the same twice."""
    pages, clicks = company(40)
    then = NOW - timedelta(days=90)
    written = [
        DocumentUpserted(event_id=stable_id(tenant, page.id), tenant=tenant, occurred_at=then, document=page.id,
                         version=1, app="wiki", title=page.title, body=page.body, updated_at=then, acl=("everyone",))
        for page in pages
    ]  # fmt: skip
    once = {(click.query, click.user): click for click in clicks}.values()
    opened = [
        DocumentOpened(event_id=stable_id(tenant, click.id), tenant=tenant, occurred_at=NOW - timedelta(hours=600 - n),
                       user=click.user, document=click.document, dwell_seconds=60.0,
                       from_search=FromSearch(search=f"search-{n}", query=click.query, rank=1))
        for n, click in enumerate(once)
    ]  # fmt: skip
    return written, opened


def gone_live(house: House, event: ModelTrained) -> CutoverDone:
    """Let the indexer hear of the model, build and prove its shadow, and hear that its packet is approved."""
    assert isinstance(house.loop.settle()[-1], CutoverDone), "the first collection needs no approval"
    house.hear(event)
    (ready,) = (result for result in house.loop.settle() if isinstance(result, ShadowReady))
    house.store(*house.loop.sent)
    packet, before = house.loop.packet(), len(house.loop.sent)
    house.hear(house.loop.world.signing.as_operator(approval(packet, f"{event.tenant}-approval"), OPERATOR))
    (done,) = house.loop.sent[before:]
    assert isinstance(done, CutoverDone), done
    house.store(done)
    assert (done.model, done.packet, done.collection) == (event.model, ready.packet, ready.collection)
    return done


def query_of(click: DocumentOpened) -> str:
    assert click.from_search is not None
    return click.from_search.query


def learned_from(house: House, opened: Sequence[DocumentOpened], event: ModelTrained) -> tuple[DocumentOpened, str]:
    """Return a click that the run learned from, and its pair, found by the click's words and not by its id."""
    pairs = {(row["anchor"], row["user"]): row for row in house.rows(PAIRS, kind="search_click")}
    sides = {row["pair"]: row["side"] for row in house.rows(SIDES, snapshot=event.snapshot)}
    judged, taught = {row["query"] for row in house.rows(JUDGED)}, list[tuple[DocumentOpened, str]]()
    for click in opened:
        pair = pairs[query_of(click), click.user]
        assert (pair["document"], pair["event_ids"]) == (click.document, [click.event_id])
        side = sides[pair["pair"]]
        assert (side == "test") == (query_of(click) in judged), "what judged is on side test, nothing else"
        taught += [(click, pair["pair"])] if side == "train" else []
    assert len(opened) / 3 < len(taught) < len(opened)
    return taught[len(taught) // 2]


def searched(house: House, click: DocumentOpened) -> Answer:
    """Search for the click's words once more, as the same person; what was served goes to Kafka."""
    query, name = query_of(click), f"{click.tenant}-later"
    (answer,) = house.loop.world.searcher.search(click.tenant, [query], frozenset())
    by: dict[str, Any] = {"tenant": click.tenant, "user": click.user, "at": datetime.now(UTC)}
    house.store(search_served(answer, **by, event_id=name, search=name, query=query))
    return answer


def only(nodes: Sequence[Node], kind: str) -> Node:
    (node,) = (node for node in nodes if node.kind == kind)
    return node


@pytest.mark.slow
def test_a_click_leads_from_its_offset_to_the_answer_that_it_taught_and_back(house: House, tenant: str) -> None:
    written, opened = history(tenant)
    house.store(*written, *opened)
    house.flow.wait_for(lambda: len(house.rows(PAIRS, kind="search_click")) == len(opened))
    house.flow.wait_for(lambda: len(house.rows(PAIRS, kind="title_body")) == len(written))
    house.store(asked := request(tenant, requested_by="drift"))
    (trained,) = answered(house.context, asked)
    assert isinstance(trained, ModelTrained), trained
    done, (click, pair) = gone_live(house, trained), learned_from(house, opened, trained)
    answer = searched(house, click)
    assert click.document in {found.document for found in answer.results}
    assert (answer.model, answer.collection, answer.serving_version) == (trained.model, done.collection, 2)

    position = house.position(click)
    kept = {"topic": CLICKS.name, **position, "payload": encode(click).decode()}
    assert house.rows(EVENT, id=click.event_id) == [kept]

    (event,) = trace(house.context.warehouse, click.event_id)
    assert (event.kind, event.facts["tenant"], event.facts["places"]) == ("event", tenant, [position])
    (snapshot,) = only(event.led_to, "pair").led_to
    assert (only(event.led_to, "pair").id, snapshot.id, snapshot.facts["side"]) == (pair, trained.snapshot, "train")
    run, model = only(snapshot.led_to, "run"), only(only(snapshot.led_to, "run").led_to, "model")
    collection = only(model.led_to, "collection")
    assert (run.id, run.facts["verdict"], model.id) == (asked.run, "WIN", answer.model)
    assert (collection.id, collection.facts["searches_answered"]) == (answer.collection, 1)
    assert {step["type"] for step in collection.facts["history"]} >= {"ShadowReady", "CutoverApproved", "CutoverDone"}

    back = only(trace(house.context.warehouse, answer.model), "model")
    origin = only(only(back.came_from, "run").came_from, "snapshot")
    assert (back.came_from[0].id, origin.id, back.led_to[0].id) == (asked.run, trained.snapshot, answer.collection)
    held = house.rows(SIDES, snapshot=trained.snapshot)
    assert origin.facts["pairs"] == len(held) >= len(opened) + len(written)
    came = only(trace(house.context.warehouse, pair)[0].came_from, "event")
    assert (came.id, came.facts["places"]) == (click.event_id, [position])
