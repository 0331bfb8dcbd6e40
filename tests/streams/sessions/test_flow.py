"""The contract of the sessions, through Kafka and real workers, on either broker: whatever order, repeat, lateness or
crash, sessions and pairs are what one SQL statement makes of the raw rows.

`test_closing.py` holds the same rules without Kafka, at many more orders. Tests follow each other in event time,
because time of one installation never goes back.
"""

import random
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # documented, but not in its stubs
    AdminClient,
    NewPartitions,
)

from schemas.activity import CitationOpened, DocumentOpened
from schemas.codec import encode
from schemas.envelope import Event
from schemas.topics import CITATIONS, CLICKS, REACTIONS, SEARCHES
from stores.kafka import end_offsets
from tests.streams.workers import Flow
from tests.streams.world import BEGAN, traffic

pytestmark = pytest.mark.slow

_days = count(10, 2)


@pytest.fixture
def day() -> datetime:
    """Eight o'clock of a day that lies behind everything sent before."""
    return BEGAN + timedelta(days=next(_days))


def _click(tenant: str, name: str, at: datetime, user: str, document: str = "") -> DocumentOpened:
    return DocumentOpened(event_id=name, tenant=tenant, occurred_at=at, user=user, document=document or f"d-{name}")


def _crowd(tenant: str, at: datetime) -> list[Event]:
    """Return an access by each of many people at one moment: every partition has come that far in time."""
    return [_click(tenant, f"crowd-{at:%d%H%M%S}-{n}", at, f"crowd{n}") for n in range(40)]


def _moved(events: list[Event], day: datetime) -> list[Event]:
    return [event.model_copy(update={"occurred_at": event.occurred_at + (day - BEGAN)}) for event in events]


def _sessions(flow: Flow, tenant: str, user: str) -> list[dict[str, Any]]:
    sql = "SELECT * FROM live_sessions WHERE tenant = {t:String} AND user = {u:String} ORDER BY started_at"
    return flow.warehouse.rows(sql, t=tenant, u=user)


def test_a_repeated_and_shuffled_day_changes_nothing(flow: Flow, tenant: str, day: datetime) -> None:
    worker = flow.worker()
    events = _moved(traffic(tenant, 2_000, 11, users=40), day)
    flow.send(*events)
    flow.wait_until_closed(tenant, len(events))
    sql = "SELECT session, accesses, event_ids FROM live_sessions WHERE tenant = {t:String} ORDER BY session"
    before = flow.warehouse.rows(sql, t=tenant)
    assert len(before) > 100
    again = random.Random(11).sample(events, len(events))
    flow.send(*again)
    flow.wait_until_closed(tenant, 2 * len(events))
    assert flow.warehouse.rows(sql, t=tenant) == before
    assert flow.missing() == 0
    assert worker.stop() == 0, worker.said()[-2_000:]


def test_a_late_event_joins_two_sessions_that_were_closed_long_ago(flow: Flow, tenant: str, day: datetime) -> None:
    flow.worker()
    first = [_click(tenant, f"a{n}", day + timedelta(minutes=n), "ana") for n in range(3)]
    second = [_click(tenant, f"b{n}", day + timedelta(minutes=45 + n), "ana") for n in range(3)]
    crowd = _crowd(tenant, day + timedelta(hours=6))
    flow.send(*first, *second, *crowd)
    flow.wait_until_closed(tenant, 6 + len(crowd))
    assert [row["accesses"] for row in _sessions(flow, tenant, "ana")] == [3, 3]
    flow.send(*(_click(tenant, f"late{n}", day + timedelta(minutes=n), "ana") for n in (4, 24)))
    flow.wait_until_closed(tenant, 8 + len(crowd))
    [joined] = _sessions(flow, tenant, "ana")
    assert joined["event_ids"] == ["a0", "a1", "a2", "late4", "late24", "b0", "b1", "b2"]
    assert flow.count("late_accesses", tenant) == 2
    sql = "SELECT * FROM live_pairs WHERE tenant = {t:String} AND kind = 'co_access' AND has(event_ids, 'late4')"
    assert flow.warehouse.rows(sql, t=tenant), "the late access taught nothing"


def test_partitions_that_fall_silent_hold_nobody_back(flow: Flow, tenant: str, day: datetime) -> None:
    flow.worker()
    crowd = _crowd(tenant, day)
    flow.send(*crowd)
    flow.wait_until_closed(tenant, len(crowd))
    alone = [_click(tenant, f"s{n}", day + timedelta(hours=1 + n), "solo") for n in range(5)]
    flow.send(*alone)
    flow.wait_until_closed(tenant, len(crowd) + 5)
    assert [row["accesses"] for row in _sessions(flow, tenant, "solo")] == [1] * 5


def test_a_producer_whose_clock_is_ahead_closes_nobody_elses_session(flow: Flow, tenant: str, day: datetime) -> None:
    flow.worker()
    ahead = datetime.now(UTC) + timedelta(hours=2)
    flow.send(_click(tenant, "one", day, "ana"))
    flow.send_raw(CLICKS.name, f"{tenant}\x1fana".encode(), encode(_click(tenant, "future", ahead, "ana")))
    flow.send(_click(tenant, "two", day + timedelta(minutes=10), "ana"))
    flow.wait_until_closed(tenant, 2)
    assert [row["event_ids"] for row in _sessions(flow, tenant, "ana")] == [["one", "two"]]
    assert flow.count("late_accesses", tenant) == 0, "the wrong clock moved time"
    sql = "SELECT code FROM dead_letters FINAL WHERE startsWith(key, {t:String})"
    assert [row["code"] for row in flow.warehouse.rows(sql, t=tenant)] == ["future"]


def test_ten_thousand_accesses_of_one_person_are_cut_into_bounded_sessions(
    flow: Flow, tenant: str, day: datetime
) -> None:
    flow.worker()
    flow.send(*(_click(tenant, f"r{n:05d}", day + timedelta(seconds=n), "robot", f"d{n % 50}") for n in range(10_000)))
    flow.wait_until_closed(tenant, 10_000)
    cap = flow.config.sessions.max_accesses
    assert [row["accesses"] for row in _sessions(flow, tenant, "robot")] == [cap] * (10_000 // cap)


def test_workers_come_go_and_die_while_people_click(flow: Flow, tenant: str, day: datetime) -> None:
    events = _moved(traffic(tenant, 6_000, 12, users=80), day)
    first = flow.worker()
    flow.send(*events[:2_000])
    second = flow.worker()
    flow.send(*events[2_000:3_000])
    flow.wait_for(lambda: flow.count("accepted", tenant) >= 2_500)
    first.kill()
    flow.send(*events[3_000:4_500])
    third = flow.worker()
    flow.send(*events[4_500:])
    flow.wait_for(lambda: flow.count("accepted", tenant) >= 5_000)
    assert second.stop() == 0, second.said()[-2_000:]
    flow.wait_until_closed(tenant, len(events))
    assert flow.missing() == 0
    assert third.stop() == 0, third.said()[-2_000:]


@pytest.mark.kafka  # the embedded broker cannot add partitions to a topic
@pytest.mark.parametrize("broker", ["kafka"], indirect=True)
def test_partitions_can_be_added_while_people_click(flow: Flow, tenant: str, day: datetime) -> None:
    flow.worker()
    events = _moved(traffic(tenant, 4_000, 13, users=60), day)
    flow.send(*events[:2_000])
    flow.wait_for(lambda: flow.count("accepted", tenant) == 2_000)
    admin = AdminClient({"bootstrap.servers": flow.settings.kafka_bootstrap})
    more = [NewPartitions(topic.name, 6) for topic in (CLICKS, CITATIONS, SEARCHES, REACTIONS)]
    for added in admin.create_partitions(more).values():
        added.result(30)
    flow.reconnect()
    flow.send(*events[2_000:])
    assert sum(end > 0 for end in end_offsets(flow.settings.kafka_bootstrap, CLICKS.name).values()) == 6
    flow.wait_until_closed(tenant, len(events))
    assert flow.missing() == 0
    assert {type(event) for event in events} == {DocumentOpened, CitationOpened}
