"""An attacker with Kafka's, ClickHouse's or Redis' password decides nothing, and every try is seen."""

from datetime import timedelta
from pathlib import Path

import pytest

from indexer.search.searcher import Searcher
from retrieval.config import EncoderConfig
from retrieval.encoders import Encoders
from schemas.learning import CutoverDone, CutoverRefused, RolledBack
from stores.errors import Refused
from stores.serving import Standby
from stores.trail import difference
from tests.attacks.forgeries import refusal_of, rollback_of
from tests.indexer.loop import Loop, approval, first, lose_record, of, record, refused, trained
from tests.indexer.world import NOW, OPERATOR, World


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
        {"tenant": [world.tenant], "run": [packet.run], "snapshot": ["s"], "query": ["query 0"],
         "system": ["candidate"],
         "relevant": [["d1"]], "retrieved": [["d1"]], "ndcg_10": [1.0]},
    )  # fmt: skip
    assert "scores" in refused(ready, approval(packet))


@pytest.mark.slow
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
    with world.together():
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
