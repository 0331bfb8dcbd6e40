"""The serving record on the embedded Redis: one mover at a time, record and states together."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.fusion import EVEN, Fusion
from schemas.learning import CutoverDone, RolledBack
from stores.errors import Refused, Retryable
from stores.serving import STANDBY_FOR, Collection, Progress, Serving, ServingRecord, Standby
from stores.settings import Settings
from tests.schemas.packets import packet

NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def serving(stack: Settings) -> Iterator[Serving]:
    connected = Serving.connect(stack)
    yield connected
    connected.close()


def record(tenant: str, version: int, collection: str = "A") -> ServingRecord:
    standby = Standby(model="old", collection="Z", until=NOW)
    return ServingRecord(
        tenant=tenant, model="m", collection=collection, version=version, standby=standby, moved_at=NOW
    )


def about(tenant: str, collection: str) -> Collection:
    return Collection(tenant=tenant, model="m", collection=collection, created_at=NOW)


def test_the_first_record_needs_an_empty_place(serving: Serving, tenant: str) -> None:
    assert serving.record(tenant) is None
    serving.register(about(tenant, "A"), "building")
    serving.move(record(tenant, 1), {"A": ("building", "live")})
    assert serving.record(tenant) == record(tenant, 1)
    assert serving.states(tenant) == {"A": "live"}
    assert tenant in serving.tenants()
    with pytest.raises(Refused):
        serving.move(record(tenant, 1), {})


@pytest.mark.parametrize("version", [1, 3, 99])
def test_a_move_from_another_version_changes_nothing(serving: Serving, tenant: str, version: int) -> None:
    serving.register(about(tenant, "A"), "building")
    serving.move(record(tenant, 1), {"A": ("building", "live")})
    with pytest.raises(Refused, match="version 1"):
        serving.move(record(tenant, version, "B"), {"A": ("live", "standby")})
    assert serving.record(tenant) == record(tenant, 1)
    assert serving.states(tenant) == {"A": "live"}


def test_a_move_from_another_state_changes_nothing(serving: Serving, tenant: str) -> None:
    for name in "AB":
        serving.register(about(tenant, name), "building")
    serving.move(record(tenant, 1), {"A": ("building", "live")})
    with pytest.raises(Refused, match="B is building"):
        serving.move(record(tenant, 2, "B"), {"A": ("live", "standby"), "B": ("ready", "live")})
    assert serving.record(tenant) == record(tenant, 1)
    assert serving.states(tenant) == {"A": "live", "B": "building"}


def test_a_move_keeps_its_event_until_it_was_sent_and_a_refused_move_keeps_none(serving: Serving, tenant: str) -> None:
    def result(version: int) -> RolledBack:
        return RolledBack(
            event_id=f"e{version}", tenant=tenant, occurred_at=NOW, model="m", collection="A", previous_model="n",
            previous_collection="B", serving_version=version, by="op", reason="because",
        )  # fmt: skip

    done = CutoverDone(
        event_id="first", tenant=tenant, occurred_at=NOW, model="m", collection="A", previous_model=None,
        previous_collection=None, serving_version=1, packet=None, by="indexer",
    )  # fmt: skip
    serving.move(record(tenant, 1), {}, event=done)
    with pytest.raises(Refused):
        serving.move(record(tenant, 3), {}, event=result(3))
    serving.move(record(tenant, 2), {}, event=result(2))
    assert serving.pending_events(tenant) == [done, result(2)]
    serving.mark_published(done)
    serving.mark_published(done)
    assert serving.pending_events(tenant) == [result(2)]


def test_of_many_who_move_at_once_one_wins(serving: Serving, tenant: str) -> None:
    serving.move(record(tenant, 1), {})
    barrier, outcomes = threading.Barrier(8), list[str]()

    def attempt(number: int) -> None:
        barrier.wait()
        try:
            serving.move(record(tenant, 2, f"C{number}"), {})
            outcomes.append(f"C{number}")
        except Refused:
            outcomes.append("refused")

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("refused") == 7
    found = serving.record(tenant)
    assert found is not None
    assert found.collection in outcomes


def test_a_name_is_registered_once(serving: Serving, tenant: str) -> None:
    assert serving.register(about(tenant, "A"), "building")
    serving.set_state(tenant, "A", "building", "catching_up")
    assert not serving.register(about(tenant, "A"), "building")
    assert serving.states(tenant) == {"A": "catching_up"}
    with pytest.raises(Refused, match="catching_up"):
        serving.set_state(tenant, "A", "building", "failed")


def test_what_is_known_is_kept_by_tenant(serving: Serving, tenant: str) -> None:
    serving.register(about(tenant, "A"), "building")
    serving.save(about(tenant, "A").model_copy(update={"note": "said"}))
    serving.set_progress(tenant, "A", Progress(done=1, total=2, rate=3.0, eta_s=None, at=NOW))
    serving.record_outcome(tenant, "event", "because")
    assert serving.collections(tenant)["A"].note == "said"
    assert serving.progress(tenant)["A"].total == 2
    assert (serving.outcome(tenant, "event"), serving.outcome(tenant, "other")) == ("because", None)
    other = f"{tenant}x"
    assert (serving.states(other), serving.collections(other), serving.progress(other)) == ({}, {}, {})
    assert serving.outcome(other, "event") is None


def test_a_packet_is_given_out_only_as_it_was_hashed(serving: Serving, tenant: str) -> None:
    kept = packet(tenant=tenant)
    assert serving.save_packet(kept) == kept.digest
    assert serving.packet(tenant, kept.digest).digest == kept.digest
    with pytest.raises(Refused, match="tidewheel packet"):
        serving.packet(f"{tenant}x", kept.digest)
    altered = kept.canonical().replace(tenant, "evil")
    serving._client.hset(f"packets:{tenant}", kept.digest, altered)
    with pytest.raises(Refused, match="wait for a new one"):
        serving.packet(tenant, kept.digest)


def test_an_illegal_move_of_a_state_changes_nothing(serving: Serving, tenant: str) -> None:
    for name in "AB":
        serving.register(about(tenant, name), "building")
    serving.move(record(tenant, 1), {"A": ("building", "live")})
    with pytest.raises(Refused, match="legal next states"):
        serving.move(record(tenant, 2, "B"), {"A": ("live", "retired"), "B": ("building", "live")})
    with pytest.raises(Refused, match="legal next states"):
        serving.set_state(tenant, "B", "building", "ready")
    assert serving.record(tenant) == record(tenant, 1)
    assert serving.states(tenant) == {"A": "live", "B": "building"}


def test_a_switch_leaves_the_record_that_its_event_says(serving: Serving, tenant: str) -> None:
    common: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW, "by": "op"}
    first = CutoverDone(**common, event_id="1", model="m", collection="A", serving_version=1)
    serving.register(about(tenant, "A"), "building")
    serving.switch(first, {"A": ("building", "live")}, replaces=0)
    assert serving.record(tenant) == ServingRecord(
        tenant=tenant, model="m", collection="A", version=1, by="op", moved_at=NOW
    )
    back = RolledBack(
        **common, event_id="2", model="n", collection="B", previous_model="m", previous_collection="A",
        serving_version=2, reason="because",
    )  # fmt: skip
    serving.switch(back, {"A": ("live", "standby")})
    standby = Standby(model="m", collection="A", until=NOW + STANDBY_FOR)
    assert serving.record(tenant) == ServingRecord(
        tenant=tenant, model="n", collection="B", version=2, standby=standby, by="op", moved_at=NOW
    )
    assert serving.pending_events(tenant) == [first, back]


def test_a_move_and_its_way_back_bring_each_models_own_fusion(serving: Serving, tenant: str) -> None:
    common: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW, "by": "op"}
    own = Fusion(dense=0.8)
    there: dict[str, Any] = {"model": "n", "collection": "B", "previous_model": "m", "previous_collection": "A"}
    done = CutoverDone(**common, **there, event_id="1", serving_version=2, fusion=own)
    after = ServingRecord.after(done)
    assert after.standby is not None
    assert (after.fusion, after.standby.fusion) == (own, EVEN), "an event without a fusion means even weights"
    back: dict[str, Any] = {"model": "m", "collection": "A", "previous_model": "n", "previous_collection": "B"}
    returned = RolledBack(**common, **back, event_id="2", serving_version=3, reason="r", previous_fusion=own)
    again = ServingRecord.after(returned)
    assert again.standby is not None
    assert (again.fusion, again.standby.fusion) == (EVEN, own)
    serving.move(after, {}, replaces=0)
    assert serving.record(tenant) == after


def test_a_record_from_before_fusions_were_chosen_weighs_evenly(serving: Serving, tenant: str) -> None:
    kept = record(tenant, 1).model_dump(mode="json", exclude={"fusion": True, "standby": {"fusion"}})
    serving._client.set(f"serving:{tenant}", json.dumps(kept))
    found = serving.record(tenant)
    assert found == record(tenant, 1)
    assert found is not None
    assert found.fusion == EVEN
    serving._client.delete(f"serving:{tenant}")


def test_a_redis_that_is_away_is_worth_waiting_for(stack: Settings) -> None:
    away = Serving.connect(stack.model_copy(update={"redis_url": type(stack.redis_url)("redis://127.0.0.1:1/0")}))
    with pytest.raises(Retryable, match="tidewheel up"):
        away.record("a")


@pytest.mark.parametrize("lie", ['{"version": 2}', "no JSON", "[]", "\x00"])
def test_a_record_that_no_service_wrote_is_refused_in_words(serving: Serving, tenant: str, lie: str) -> None:
    serving._client.set(f"serving:{tenant}", lie)
    with pytest.raises(Refused, match=f"the serving record of '{tenant}' in Redis was not put there by a service"):
        serving.record(tenant)
    serving._client.delete(f"serving:{tenant}")
