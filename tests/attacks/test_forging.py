"""An attacker with Kafka's, ClickHouse's or Redis' password decides nothing, and every try is seen."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from click.testing import CliRunner

from console.cli import cli
from indexer.search import Searcher
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoders
from schemas.envelope import Event
from schemas.instants import milliseconds
from schemas.learning import CutoverDone, CutoverRefused, Decision, RolledBack, ShadowStarted
from schemas.topics import TOPICS
from stores.errors import Refused
from stores.kafka import EventProducer, end_offsets, ensure_topics
from stores.learning import Learning, publish
from stores.serving import Standby
from stores.settings import Settings
from stores.trail import difference
from stores.vectors import Vectors
from stores.warehouse import Warehouse
from tests.attacks.forgeries import WAYS, Forger, refusal_of, rollback_of
from tests.console.pointing import point_at
from tests.indexer.conftest import opened
from tests.indexer.loop import Loop, approval, first, lose_record, of, record, refused, trained
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


@pytest.fixture
def ready(world: World) -> Loop:
    """A shadow waits for a decision."""
    loop = first(world)
    loop.settle()
    loop.ready()
    return loop


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


def test_the_same_road_carries_what_is_rightly_signed(stack: Settings, world: World, ready: Loop) -> None:
    approved = world.signing.as_operator(approval(ready.packet()), OPERATOR)
    with closing(Topic(stack, world)) as topic:
        assert topic.deliver(ready, approved) == ["CutoverApproved"]
    assert record(world).model == world.next


def test_an_approval_acts_once_however_often_it_is_delivered(world: World, ready: Loop) -> None:
    approved = world.signing.as_operator(approval(ready.packet()), OPERATOR)
    for loop in (ready, ready, Loop(world)):
        loop.indexer.handle(approved)
    assert record(world).version == 2
    ready.roll_back()
    for loop in (ready, Loop(world)):
        loop.indexer.handle(approved)
        loop.settle()
    assert (record(world).model, record(world).version) == (world.live, 3)


def test_an_approval_of_a_former_packet_never_acts_on_a_new_one(world: World, ready: Loop) -> None:
    old = world.signing.as_operator(approval(ready.packet(), "old"), OPERATOR)
    world.clock.ahead = timedelta(hours=25)
    ready.settle()
    assert ready.packet().digest != old.packet
    assert "newer packet" in refused(ready, old)
    moved = old.model_copy(update={"packet": ready.packet().digest})
    assert world.signing.objection(moved) is not None


def test_a_refusal_of_another_packet_drops_no_shadow(world: World, ready: Loop) -> None:
    wrong = refusal_of(ready.packet()).model_copy(update={"packet": "0" * 64})
    ready.indexer.handle(world.signing.as_operator(wrong, OPERATOR))
    assert ready.state(world.next) == "ready"
    ready.indexer.handle(world.signing.as_operator(refusal_of(ready.packet()), OPERATOR))
    assert ready.state(world.next) == "retired"


def replace_model(world: World, model: str, by: str) -> None:
    """Put another model under this one's name, with a manifest that fits it, as whoever has the shelf can."""
    position = Path(world.shelf._place(world.tenant, model))
    position.rename(position.with_name(f"{model}-away"))
    world.shelf.put(world.tenant, model, Path(world.shelf._place(world.tenant, by)), {}, NOW)


def test_an_approval_after_the_models_files_were_replaced_is_refused(world: World, ready: Loop) -> None:
    packet = ready.packet()
    replace_model(world, world.next, by=world.live)
    assert "changed after the review" in refused(ready, approval(packet))


def test_an_approval_after_a_weight_was_changed_is_refused(world: World, ready: Loop) -> None:
    weights = Path(world.shelf._place(world.tenant, world.next)) / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert "not what was published" in refused(ready, approval(ready.packet()))


def test_a_live_model_that_was_replaced_answers_nobody(world: World, ready: Loop) -> None:
    replace_model(world, world.live, by=world.next)
    anew = Searcher(world.serving, world.vectors, Encoders(world.shelf, EncoderConfig(threads=1)), world.current)
    with pytest.raises(Refused, match="changed after the review"):
        anew.search(world.tenant, ["topic 1"], frozenset())


def test_a_model_that_was_replaced_before_its_build_is_never_built(world: World) -> None:
    loop = first(world)
    loop.settle()
    event = trained(world)
    replace_model(world, world.next, by=world.live)
    loop.indexer.handle(event)
    loop.settle()
    assert loop.state(world.next) == "failed"


def test_scores_that_do_not_support_the_win_make_no_win(world: World) -> None:
    loop = first(world)
    loop.settle()
    loop.indexer.handle(trained(world, evaluation="0" * 64))
    loop.settle()
    packet = loop.packet()
    assert packet.run_verdict == "UNPROVEN"
    assert "not those that the trainer signed" in refused(loop, approval(packet))


def test_scores_that_change_after_the_review_void_the_approval(world: World, ready: Loop) -> None:
    packet = ready.packet()
    world.warehouse.insert(
        "query_scores",
        {"tenant": [world.tenant], "run": [packet.run], "query": ["query 0"], "system": ["candidate"],
         "relevant": [["d1"]], "retrieved": [["d1"]], "ndcg_10": [1.0]},
    )  # fmt: skip
    assert "scores" in refused(ready, approval(packet))


@pytest.mark.parametrize("version", [7, 2**53])
def test_a_forged_row_of_the_audit_trail_is_not_what_was_live_last(world: World, version: int) -> None:
    loop = first(world)
    loop.settle()
    lies = [
        rollback_of(Loop(world).ready(), version),
        CutoverDone(
            event_id="lie", tenant=world.tenant, occurred_at=world.clock(), model="base", collection="c",
            serving_version=version, by="ceo",
        ),
    ]  # fmt: skip
    for lie in lies:
        world.event(type(lie).__name__, "", payload=lie.model_dump_json())
    lose_record(world)
    Loop(world).settle()
    assert (record(world).model, record(world).version) == (world.live, 1)


def test_an_insiders_rollback_to_what_was_never_live_is_not_believed(world: World, ready: Loop) -> None:
    lie = world.signing.as_operator(rollback_of(ready.packet()), OPERATOR)
    world.event("RolledBack", "", payload=lie.model_dump_json())
    found = world.trust.trail.last_move(world.tenant)
    assert found is not None
    assert found.model == world.live


def test_a_record_that_was_moved_in_redis_is_told_of(world: World, ready: Loop) -> None:
    shadow = world.target(world.next)
    moved = record(world).model_copy(
        update={"model": shadow.model, "collection": shadow.collection, "version": 2, "by": "ceo"}
    )
    world.serving._client.set(f"serving:{world.tenant}", moved.model_dump_json())
    later = world.clock() + timedelta(minutes=5)
    result = difference(record(world), world.trust.trail.last_move(world.tenant), later)
    assert f"{shadow.collection} is live, the last signed move was to" in result
    world.clock.ahead = timedelta(minutes=5)
    assert Loop(world).indexer._audit.look(record(world)) == result


def test_a_record_of_endless_moves_stops_nobody(world: World, ready: Loop) -> None:
    standby = Standby(model="base", collection="c", until=NOW)
    endless = record(world).model_copy(update={"version": 2**53, "standby": standby})
    world.serving._client.set(f"serving:{world.tenant}", endless.model_dump_json())
    with pytest.raises(Refused, match="altered it in Redis"):
        ready.roll_back()
    ready.indexer.handle(approval(ready.packet()))
    (result,) = of(CutoverRefused, ready.sent[-1:])
    assert isinstance(result, CutoverRefused)
    assert "altered it in Redis" in result.reason


def test_a_move_that_was_put_into_the_outbox_is_not_told_on(world: World, ready: Loop) -> None:
    lie = rollback_of(ready.packet())
    world.serving._client.hset(f"outbox:{world.tenant}", lie.event_id, lie.model_dump_json())
    assert of(RolledBack, ready.settle()) == []
    assert world.serving.pending_events(world.tenant) == []
