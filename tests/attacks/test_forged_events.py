"""Whoever can write to Kafka alone decides nothing: what is forged reaches no service and is shown to nobody."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from click.testing import CliRunner

from console.cli import cli
from schemas.envelope import Event
from schemas.instants import milliseconds
from schemas.learning import Decision, ShadowStarted
from schemas.topics import TOPICS
from stores.kafka import EventProducer, end_offsets, ensure_topics
from stores.learning import Learning, publish
from stores.settings import Settings
from stores.vectors import Vectors
from stores.warehouse import Warehouse
from tests.attacks.forgeries import WAYS, Forger, refusal_of, rollback_of
from tests.console.pointing import point_at
from tests.indexer.conftest import opened
from tests.indexer.loop import Loop, approval, first, record, trained
from tests.indexer.world import NOW, OPERATOR, World
from tests.stores.keyed import installation
from tests.streams.world import World as Streams

CASE_19 = """\
{"type": "TrainingRequested", "event_id": "tr1", "tenant": "acme", "occurred_at": "2026-11-20T09:00:00Z",\
 "run": "run-m1", "requested_by": "me", "reason": "test"}
{"type": "ModelTrained", "event_id": "mt1", "tenant": "acme", "occurred_at": "2026-11-20T09:00:00Z",\
 "run": "run-m1", "model": "m1", "parent": "base", "snapshot": "snap1", "comparison": {"queries": 60,\
 "ndcg_candidate": 0.8, "ndcg_live": 0.7, "ndcg_base": 0.7, "ndcg_bm25": 0.6, "difference": 0.1, "low": 0.05,\
 "high": 0.15}}
"""

Way = Callable[[Forger, Decision], Decision]


class Topic:
    """The real topic, read as the indexer reads it in production, for one tenant."""

    def __init__(self, stack: Settings, world: World) -> None:
        self.world = world
        self.learning = Learning(stack, f"attack-{world.tenant}", world.clock)
        self.learning.handle(lambda event: None, 5.0)
        self.producer = EventProducer(stack.kafka_bootstrap)

    def deliver(self, loop: Loop, *events: Event) -> list[str]:
        """Send the events and one that is rightly signed, read until that one comes; return which came before it."""
        reached = list[Event]()

        def handler(arrived: Event) -> None:
            if arrived.tenant == self.world.tenant:
                reached.append(arrived)
                loop.indexer.handle(arrived)

        end = ShadowStarted(
            event_id=uuid4().hex, tenant=self.world.tenant, occurred_at=NOW, run="r", model="m", collection="c",
            documents=0,
        )  # fmt: skip
        publish(self.producer, [*events, self.world.signing.as_installation(end)])
        until = time.monotonic() + 60
        while not any(arrived.event_id == end.event_id for arrived in reached):
            assert time.monotonic() < until, "the topic is not read"
            self.learning.handle(handler, 1.0)
        return [type(event).__name__ for event in reached[:-1]]

    def close(self) -> None:
        self.producer.close()
        self.learning.close()


class Siege(NamedTuple):
    """A tenant whose shadow waits for a decision, the topic and the attacker, for attacks that change nothing."""

    world: World
    ready: Loop
    topic: Topic
    forger: Forger


@pytest.fixture(scope="module")
def siege(
    stack: Settings,
    warehouse: Warehouse,
    vectors: Vectors,
    models: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Siege]:
    tenant, home = f"t{uuid4().hex[:12]}", tmp_path_factory.mktemp("siege")
    with opened(stack, tenant, warehouse, vectors, models, home) as world:
        world.shelf.put(tenant, "tiny-c", world.shelf.fetch(tenant, "tiny-a"), {}, NOW)
        loop, topic = first(world), Topic(stack, world)
        loop.settle()
        loop.ready()
        yield Siege(world, loop, topic, Forger(stack, world.signing, installation(home / "theirs", OPERATOR)))
        topic.close()


def test_two_lines_through_emit_bring_nothing_live(
    stack: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(stack, "tidewheel", monkeypatch)
    ensure_topics(stack.kafka_bootstrap, TOPICS.values())
    file = tmp_path / "in.jsonl"
    file.write_text(CASE_19)
    before = end_offsets(stack.kafka_bootstrap, "learning")
    answer = CliRunner().invoke(cli, ["emit", "--json", str(file)])
    result = json.loads(answer.stdout)
    assert answer.exit_code != 0
    assert result["sent"] == 0
    assert [p["line"] for p in result["problems"]] == [1, 2]
    assert all("decision" in p["reason"] for p in result["problems"])
    assert CliRunner().invoke(cli, ["emit", "--topic", "learning", str(file)]).exit_code == 2
    assert end_offsets(stack.kafka_bootstrap, "learning") == before


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_forged_decision_reaches_no_service(siege: Siege, way: Way) -> None:
    world, ready, topic, forger = siege
    packet, before, states = ready.packet(), record(world), world.serving.states(world.tenant)
    lie = trained(world, "tiny-c").model_copy(update={"signature": None, "reasons": ("forged",)})
    forged = [way(forger, event) for event in (approval(packet), refusal_of(packet), rollback_of(packet), lie)]
    assert topic.deliver(ready, *forged) == []
    assert record(world) == before
    assert world.serving.states(world.tenant) == states


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_forged_decision_is_a_dead_letter_and_never_shown(stack: Settings, siege: Siege, way: Way) -> None:
    world, ready, _, forger = siege
    streams = Streams(stack, world.tenant, signing=world.signing)
    try:
        packet = ready.packet()
        streams.wall = milliseconds(datetime.now(UTC))  # decisions are dated by the clock of whoever takes them
        right = world.signing.as_operator(approval(packet), OPERATOR)
        lie = trained(world).model_copy(update={"signature": None, "reasons": ("forged",)})
        forged = [way(forger, event) for event in (approval(packet), refusal_of(packet), rollback_of(packet), lie)]
        streams.feed(right, *forged)
        assert [row["event_id"] for row in streams.rows("SELECT event_id FROM learning")] == [right.event_id]
        letters = streams.rows("SELECT code, reason FROM dead_letters ORDER BY offset")
        assert {letter["code"] for letter in letters} == {"unsigned" if way is Forger.unsigned else "forged"}
        assert len(letters) == len(forged)
        assert all(letter["reason"].startswith("signature: ") for letter in letters)
        assert streams.ledger()["learning"]["missing"] == 0
        (refused,) = streams.warehouse.query("status_refused_decisions")
        assert refused["events"] == len(forged)
    finally:
        streams.remove()


@pytest.mark.slow
def test_the_same_road_carries_what_is_rightly_signed(stack: Settings, world: World, ready: Loop) -> None:
    approved = world.signing.as_operator(approval(ready.packet()), OPERATOR)
    with closing(Topic(stack, world)) as topic:
        assert topic.deliver(ready, approved) == ["CutoverApproved"]
    assert record(world).model == world.next
