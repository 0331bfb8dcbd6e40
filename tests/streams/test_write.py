"""What is stored of a batch, and what the ledger says: on the real stores, without Kafka."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.activity import DocumentOpened, OnAnswer, Reacted, Result, SearchServed
from schemas.topics import TOPICS
from stores.errors import Retryable
from stores.settings import Settings
from tests.streams.world import BEGAN, Given, World, traffic


@pytest.fixture
def world(stack: Settings, tenant: str) -> Iterator[World]:
    made = World(stack, tenant)
    yield made
    made.remove()


def _odd(world: World) -> list[bytes | None]:
    good: dict[str, Any] = {
        "event_id": "p", "tenant": world.tenant, "occurred_at": BEGAN.isoformat(), "schema_version": 1,
        "type": "DocumentOpened", "user": "u1", "document": "d1",
    }  # fmt: skip
    result = [
        {**good, "colour": "red"},
        {name: good[name] for name in good if name != "user"},
        {**good, "document": 7},
        {**good, "tenant": "somebody-else"},
        {**good, "occurred_at": "2099-01-01T00:00:00Z"},
    ]
    return [*(json.dumps(value).encode() for value in result), b"{not json", b"x" * (9 << 20), None]


@pytest.mark.thorough
def test_poison_is_put_aside_with_its_reason_and_its_neighbours_are_accepted(world: World) -> None:
    clicks = [event for event in traffic(world.tenant, 60, 1) if isinstance(event, DocumentOpened)]
    odd = _odd(world)
    mixed: list[Any] = list(clicks)
    for number, value in enumerate(odd):
        mixed.insert(3 * number, value)
    world.process(world.records("clicks", mixed))
    assert world.ledger()["clicks"] == {
        "expected": len(mixed), "accepted": len(clicks), "repeated": 0, "dead": len(odd), "late": 0, "missing": 0,
    }  # fmt: skip
    rows = world.warehouse.rows("SELECT code, reason, value, offset FROM dead_letters FINAL ORDER BY offset")
    assert [row["code"] for row in rows] == [
        "invalid", "invalid", "invalid", "unknown_tenant", "future", "not_json", "too_large", "empty",
    ]  # fmt: skip
    assert [row["offset"] for row in rows] == [3 * number for number in range(len(odd))]
    assert rows[0]["reason"] == "colour: Extra inputs are not permitted"
    assert "occurred_at: 2099-01-01T00:00:00+00:00 is in the future" in rows[4]["reason"]
    sizes = world.warehouse.rows("SELECT length(value) AS n FROM dead_letters FINAL ORDER BY offset")
    assert [row["n"] for row in sizes] == [len(value or b"") for value in odd]
    assert [letter.value for letter in world.sent.messages] == odd
    headers = dict(world.sent.messages[1].headers)
    assert headers == {"code": b"invalid", "reason": b"user: Field required", "source": b"clicks/0/3"}
    world.close_all()
    assert world.differences().none


def test_the_original_bytes_are_kept(world: World) -> None:
    value = bytes(range(256)) * 3
    world.process(world.records("clicks", [value]))
    (row,) = world.warehouse.rows("SELECT hex(value) AS value, hex(key) AS key FROM dead_letters FINAL")
    assert bytes.fromhex(row["value"]) == value
    assert bytes.fromhex(row["key"]) == f"{world.tenant}\x1fx".encode()


@pytest.mark.thorough
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | st.binary(max_size=40), min_size=1, max_size=8), st.sampled_from(sorted(TOPICS)))
def test_no_bytes_whatever_stop_a_partition(world: World, values: list[bytes | None], topic: str) -> None:
    before = world.ledger().get(topic, {"dead": 0})["dead"]
    world.process(world.records(topic, values))
    after = world.ledger()[topic]
    assert after["dead"] == before + len(values)
    assert after["missing"] == after["accepted"] == 0


def test_events_are_stored_as_they_came(world: World) -> None:
    clicks = [event for event in traffic(world.tenant, 40, 2) if isinstance(event, DocumentOpened)]
    records = world.records("clicks", clicks, 1)
    world.process(records)
    rows = world.warehouse.rows("SELECT * FROM accepted ORDER BY offset")
    assert [row["payload"] for row in rows] == [(record.value or b"").decode() for record in records]
    for row, event in zip(rows, clicks, strict=True):
        search = event.from_search
        assert (row["event_id"], row["tenant"], row["user"], row["document"]) == (
            event.event_id, event.tenant, event.user, event.document,
        )  # fmt: skip
        assert (row["interaction"], row["query"], row["rank"]) == (
            (search.search, search.query, search.rank) if search else ("", "", 0)
        )
        assert row["dwell_s"] == (-1.0 if event.dwell_seconds is None else event.dwell_seconds)
        cut = event.occurred_at.replace(microsecond=event.occurred_at.microsecond // 1_000 * 1_000)
        assert row["occurred_at"] == cut
        assert (row["topic"], row["topic_id"], row["partition"], row["type"]) == (
            "clicks",
            world.tenant,
            1,
            "DocumentOpened",
        )


def test_the_rank_of_an_opened_citation_is_its_place_in_the_answer(world: World) -> None:
    world.feed(*traffic(world.tenant, 80, 3))
    rows = world.warehouse.rows("SELECT document, cited, position FROM citation_clicks")
    assert rows
    assert all(row["cited"].index(row["document"]) + 1 == row["position"] for row in rows)


def test_searches_and_reactions_are_stored_and_move_time(world: World) -> None:
    search = SearchServed(
        event_id="s1", tenant=world.tenant, occurred_at=BEGAN, user="u", search="s-1", query="q", model="base",
        results=(Result(document="d1", rank=1, score=0.5), Result(document="d2", rank=2, score=0.4)),
        collection="c", serving_version=1,
    )  # fmt: skip
    yes = Reacted(
        event_id="r1", tenant=world.tenant, occurred_at=BEGAN + timedelta(hours=1), user="u", reaction="👍",
        target=OnAnswer(answer="a", question="why?", cited=("d1", "d2")),
    )  # fmt: skip
    world.feed(search, yes)
    (row,) = world.warehouse.rows("SELECT search, query, shown, model FROM searches")
    assert row == {"search": "s-1", "query": "q", "shown": ["d1", "d2"], "model": "base"}
    (row,) = world.warehouse.rows("SELECT target, question, reaction, change FROM reactions")
    assert row == {"target": "a", "question": "why?", "reaction": "👍", "change": "added"}
    world.close()
    assert world.accesses.watermark() == int(BEGAN.timestamp() * 1_000) - world.config.sessions.lateness_s * 1_000


@pytest.mark.thorough
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_the_newest_state_of_a_reaction_holds_in_whatever_order(world: World, order: tuple[int, ...]) -> None:
    def reacted(number: int, change: Literal["added", "withdrawn"]) -> Reacted:
        return Reacted(
            event_id=f"r{number}", tenant=world.tenant, occurred_at=BEGAN + timedelta(seconds=number), user="u",
            reaction="👎", change=change, target=OnAnswer(answer="a", question="why?", cited=("d1", "d2")),
        )  # fmt: skip

    result = [reacted(0, "added"), reacted(1, "withdrawn"), reacted(2, "added")]
    for number in order:
        world.feed(result[number])
    rows = world.rows("SELECT document, weight, event_ids FROM live_pairs WHERE tenant = {tenant:String} ORDER BY 1")
    assert rows == [
        {"document": "d1", "weight": -0.5, "event_ids": ["r2"]},
        {"document": "d2", "weight": -0.5, "event_ids": ["r2"]},
    ]
    world.feed(reacted(3, "withdrawn"))
    assert world.rows("SELECT pair FROM live_pairs WHERE tenant = {tenant:String}") == []
    assert world.differences().none


def test_what_the_broker_no_longer_has_is_not_missing_and_what_was_skipped_is(world: World) -> None:
    records = world.records(
        "clicks", [event for event in traffic(world.tenant, 60, 4) if isinstance(event, DocumentOpened)]
    )
    world.process(records[:5] + records[8:10])
    assert world.ledger()["clicks"]["missing"] == 0, "a batch that skips offsets says what the broker has"
    world.process(records[15:20])
    assert world.ledger()["clicks"]["missing"] == 5, "nobody read what lies between two batches"
    world.process(records[10:15])
    assert world.ledger()["clicks"] == {
        "expected": 17, "accepted": 17, "repeated": 0, "dead": 0, "late": 0, "missing": 0,
    }  # fmt: skip
    world.process(records[:20])
    assert world.ledger()["clicks"] == {
        "expected": 20, "accepted": 20, "repeated": 17, "dead": 0, "late": 0, "missing": 0,
    }  # fmt: skip


def test_a_store_that_is_away_leaves_a_batch_that_can_be_done_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = traffic(world.tenant, 50, 5)
    clicks = world.records("clicks", [event for event in events if isinstance(event, DocumentOpened)])
    inserts, record = world.writer.inserts, world.accesses.record
    for failing in ("dead_letters", "events", "pairs", "record", "batches"):

        def insert(table: str, columns: Any, failing: str = failing) -> int:  # noqa: ANN401  # as the real one
            if table == failing:
                raise Retryable("away")
            return type(inserts).insert(inserts, table, columns)

        monkeypatch.setattr(inserts, "insert", insert)
        if failing == "record":
            monkeypatch.setattr(world.accesses, "record", lambda *_: (_ for _ in ()).throw(Retryable("away")))
        with pytest.raises(Retryable):
            world.process([*clicks, Given("clicks", 0, clicks[-1].offset + 1, None, b"{")])
        assert world.ledger() == {}, "a batch is in the ledger only when all of it is stored"
        monkeypatch.undo()
        assert world.accesses.record == record
    world.process([*clicks, Given("clicks", 0, clicks[-1].offset + 1, None, b"{")])
    assert world.ledger()["clicks"]["missing"] == 0
    assert world.ledger()["clicks"]["repeated"] == 0
    world.close_all()
    assert world.differences().none
