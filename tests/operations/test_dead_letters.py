import json
from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition

from operations import dead_letters as replay
from operations.dead_letters import Wanted, listed
from operations.forget import Forgetting
from schemas.codec import Rejection, encode
from schemas.envelope import Event
from schemas.learning import TrainingRequested
from schemas.topics import CLICKS, LEARNING, REACTIONS, SEARCHES, key_of
from stores.broker import end_offsets
from stores.errors import Refused, Retryable
from stores.settings import Settings
from tests.streams.lives import NOW, Streams, day, streams


@pytest.fixture
def town(stack: Settings, tenant: str) -> Iterator[Streams]:
    with streams(stack, f"letters_{tenant}") as running:
        yield running


class Reading:
    """What arrives in a topic from now on."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._bootstrap, self._topic, self._since = bootstrap, topic, end_offsets(bootstrap, topic)

    def records(self) -> list[tuple[bytes | None, bytes | None]]:
        ends = end_offsets(self._bootstrap, self._topic)
        count = sum(ends.values()) - sum(self._since.values())
        consumer = Consumer({"bootstrap.servers": self._bootstrap, "group.id": "look", "enable.auto.commit": False})
        try:
            consumer.assign([TopicPartition(self._topic, p, offset) for p, offset in self._since.items()])
            found: list[Any] = []
            while len(found) < count:
                found += consumer.consume(count - len(found), 1.0)
            return [(message.key(), message.value()) for message in found]
        finally:
            consumer.close()


def early(tenant: str) -> tuple[bytes, bytes]:
    """A click of the day after tomorrow: it can be accepted when that has come."""
    click = day(tenant, "u", "words", hours=-48)[1]
    return key_of(click), encode(click)


def hopeless(tenant: str) -> tuple[bytes, bytes]:
    return f"{tenant}\x1fu".encode(), b'{"type": "DocumentOpened", "user": 7}'


LATER = NOW + timedelta(days=3)


def none(event: Event) -> Rejection | None:
    """Believes every decision."""
    return None


def test_a_decision_that_nobody_would_believe_is_not_sent_again(town: Streams, stack: Settings, tenant: str) -> None:
    asked = TrainingRequested(
        event_id=f"{tenant}-a",
        tenant=tenant,
        occurred_at=NOW + timedelta(days=1),
        run="r",
        requested_by="ceo",
        reason="r",
    )
    town.read(LEARNING, [(key_of(asked), encode(asked))])
    town.read(CLICKS, [early(tenant)])
    reading = Reading(stack.kafka_bootstrap, LEARNING.name)
    forged = Rejection("forged", "nobody signed it")
    outcome = replay.replay(town.warehouse, town.producer, Wanted(), LATER, lambda event: forged)
    assert (outcome.accepted, outcome.sent, dict(outcome.rejected)) == (1, 1, {"forged": 1})
    assert reading.records() == []
    assert replay.replay(town.warehouse, town.producer, Wanted(), LATER, none).sent == 1


@pytest.mark.thorough
def test_only_letters_that_would_now_be_accepted_are_sent_as_they_were_and_only_once(
    town: Streams, stack: Settings, tenant: str
) -> None:
    good, bad = early(tenant), hopeless(tenant)
    town.read(CLICKS, [good, bad, (bad[0], b"\xff\x00 no json")])
    reading = Reading(stack.kafka_bootstrap, CLICKS.name)
    outcome = replay.replay(town.warehouse, town.producer, Wanted(), LATER, none)
    assert (outcome.accepted, outcome.sent, dict(outcome.rejected)) == (1, 1, {"invalid": 1, "not_json": 1})
    assert reading.records() == [good]
    again = replay.replay(town.warehouse, town.producer, Wanted(), LATER, none)
    assert (again.accepted, again.sent) == (0, 0)
    assert reading.records() == [good]
    marked = {row["offset"]: row["replayed_at"] for row in replay.listed(town.warehouse, Wanted(), False, 10)}
    assert marked == {0: LATER, 1: None, 2: None}
    assert [row["offset"] for row in replay.listed(town.warehouse, Wanted(), True, 10)] == [1, 2]


@pytest.mark.thorough
def test_a_dry_run_sends_and_marks_nothing(town: Streams, stack: Settings, tenant: str) -> None:
    town.read(CLICKS, [early(tenant), hopeless(tenant)])
    reading = Reading(stack.kafka_bootstrap, CLICKS.name)
    outcome = replay.replay(town.warehouse, None, Wanted(), LATER, none)
    assert (outcome.accepted, outcome.sent) == (1, 0)
    assert outcome.still[0][0].offset == 1
    assert "user" in outcome.still[0][1].reason
    assert reading.records() == []
    assert all(row["replayed_at"] is None for row in replay.listed(town.warehouse, Wanted(), False, 10))


@pytest.mark.thorough
def test_before_its_time_a_letter_stays_and_forced_it_goes_once(town: Streams, stack: Settings, tenant: str) -> None:
    town.read(CLICKS, [early(tenant)])
    reading = Reading(stack.kafka_bootstrap, CLICKS.name)
    assert replay.replay(town.warehouse, town.producer, Wanted(), NOW, none).sent == 0
    assert replay.replay(town.warehouse, town.producer, Wanted(), NOW, none, force=True).sent == 1
    assert replay.replay(town.warehouse, town.producer, Wanted(), NOW, none, force=True).sent == 0
    assert reading.records() == [early(tenant)]


@pytest.mark.thorough
def test_filters_choose_by_topic_code_and_time(town: Streams, tenant: str) -> None:
    search = day(tenant, "u", "x", hours=-48)[0]
    town.read(CLICKS, [early(tenant), hopeless(tenant)])
    town.read(SEARCHES, [(key_of(search), encode(search))])
    counted = {(row["topic"], row["code"]): row["letters"] for row in replay.counts(town.warehouse, Wanted())}
    assert counted == {("clicks", "future"): 1, ("clicks", "invalid"): 1, ("searches", "future"): 1}
    for wanted, sent in (
        (Wanted(topic="reactions"), 0), (Wanted(code="invalid"), 0), (Wanted(since=NOW + timedelta(seconds=1)), 0),
        (Wanted(topic="searches", code="future", since=NOW), 1), (Wanted(), 1),
    ):  # fmt: skip
        assert replay.replay(town.warehouse, town.producer, wanted, LATER, none).sent == sent


@pytest.mark.thorough
def test_tenants_that_may_not_send_stay_dead(town: Streams, tenant: str) -> None:
    town.read(CLICKS, [early(tenant)])
    outcome = replay.replay(town.warehouse, town.producer, Wanted(), LATER, none, tenants=["others"])
    assert (outcome.sent, dict(outcome.rejected)) == (0, {"unknown_tenant": 1})


@pytest.mark.thorough
def test_a_letter_without_a_key_gets_the_one_that_it_should_have_had(
    town: Streams, stack: Settings, tenant: str
) -> None:
    key, value = early(tenant)
    town.read(CLICKS, [(None, value)])
    reading = Reading(stack.kafka_bootstrap, CLICKS.name)
    replay.replay(town.warehouse, town.producer, Wanted(), LATER, none)
    assert reading.records() == [(key, value)]


@pytest.mark.thorough
def test_a_crash_before_the_mark_sends_again_and_loses_nothing(
    town: Streams, stack: Settings, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.read(CLICKS, [early(tenant)])
    reading = Reading(stack.kafka_bootstrap, CLICKS.name)

    def away(name: str, **parameters: object) -> None:
        raise Retryable("the warehouse went away")

    with monkeypatch.context() as broken:
        broken.setattr(town.warehouse, "run", away)
        with pytest.raises(Retryable):
            replay.replay(town.warehouse, town.producer, Wanted(), LATER, none)
    assert replay.replay(town.warehouse, town.producer, Wanted(), LATER, none).sent == 1
    assert reading.records() == [early(tenant)] * 2


@pytest.mark.thorough
def test_what_the_broker_did_not_take_is_not_marked(
    town: Streams, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.read(CLICKS, [early(tenant)])

    def undelivered(within_s: float | None = None) -> int:
        raise Retryable("1 of 1 events were not delivered")

    with monkeypatch.context() as broken:
        broken.setattr(town.producer, "flush", undelivered)
        with pytest.raises(Retryable):
            replay.replay(town.warehouse, town.producer, Wanted(), LATER, none)
    assert [row["offset"] for row in replay.listed(town.warehouse, Wanted(), True, 10)] == [0]


@pytest.mark.thorough
def test_many_letters_go_in_bounded_portions_in_their_order(
    town: Streams, stack: Settings, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, value = early(tenant)
    letters = [(key, value.replace(b'"one"', b'"d%d"' % n)) for n in range(7)]
    town.read(CLICKS, letters)
    monkeypatch.setattr(replay, "_MOST_BYTES", 2 * len(letters[0][1]) + 10)
    reading = Reading(stack.kafka_bootstrap, CLICKS.name)
    assert replay.replay(town.warehouse, town.producer, Wanted(), LATER, none).sent == 7
    assert reading.records() == letters


@pytest.mark.thorough
def test_one_letter_shows_its_original_bytes(town: Streams, tenant: str) -> None:
    raw = bytes(range(256))
    town.read(REACTIONS, [(b"\xffkey", raw)])
    letter = replay.one(town.warehouse, REACTIONS.name, 0, 0)
    assert (letter["key"], letter["value"], letter["bytes"]) == (b"\xffkey", raw, 256)
    assert letter["code"] == "not_json"
    with pytest.raises(Refused, match="dead-letters list"):
        replay.one(town.warehouse, REACTIONS.name, 0, 1)


@pytest.mark.thorough
def test_of_a_topic_made_anew_the_newest_letter_is_shown(town: Streams, tenant: str) -> None:
    town.read(REACTIONS, [(None, b"old")], topic_id="first")
    town.offsets.clear()
    town.read(REACTIONS, [(None, b"new")], topic_id="second")
    town.warehouse.run(
        "dead_letters_mark", topic=REACTIONS.name, topic_id="first", partition=0, offsets=[0], now_ms=1
    )  # fmt: skip
    assert replay.one(town.warehouse, REACTIONS.name, 0, 0, topic_id="first")["value"] == b"old"
    assert replay.one(town.warehouse, REACTIONS.name, 0, 0, topic_id="second")["value"] == b"new"


@pytest.mark.thorough
def test_a_marked_letter_keeps_its_bytes_and_counts_once(town: Streams, tenant: str) -> None:
    town.read(CLICKS, [early(tenant)])
    replay.replay(town.warehouse, town.producer, Wanted(), LATER, none)
    rows = town.warehouse.rows("SELECT base64Encode(value) AS v, replayed_at FROM dead_letters FINAL")
    assert [(b64decode(row["v"]), row["replayed_at"]) for row in rows] == [(early(tenant)[1], LATER)]
    assert json.loads(b64decode(rows[0]["v"]))["tenant"] == tenant


def test_a_letter_that_forgetting_emptied_waits_no_more(town: Streams, tenant: str) -> None:
    town.read(CLICKS, [hopeless(tenant), (None, json.dumps({"tenant": tenant, "user": f"ana {tenant}"}).encode())])
    with Forgetting(town.warehouse, town.accesses, tenant, f"ana {tenant}") as forgetting:
        forgetting.remove()
    codes = [row["code"] for row in listed(town.warehouse, Wanted(), waiting=False, limit=9)]
    assert sorted(codes)[0] == "forgotten"
    waiting = listed(town.warehouse, Wanted(), waiting=True, limit=9)
    assert len(waiting) == len(codes) - 1
    assert "forgotten" not in {row["code"] for row in waiting}
