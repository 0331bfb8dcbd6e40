"""The streams as a process, on either broker: events in at Kafka, rows out of ClickHouse, nothing lost on the way."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient

from schemas.activity import OnAnswer, Reacted
from schemas.topics import CITATIONS, CLICKS, MAX_EVENT_BYTES, TOPICS
from stores import kafka
from tests.streams.workers import Flow
from tests.streams.world import BEGAN, traffic

pytestmark = pytest.mark.slow


def _poison(tenant: str) -> dict[str, bytes]:
    """Return one of everything that cannot be accepted, by the code of its dead letter and a name."""
    good: dict[str, Any] = {
        "event_id": "p", "tenant": tenant, "occurred_at": BEGAN.isoformat(), "schema_version": 1,
        "type": "DocumentOpened", "user": "u1", "document": "d1",
    }  # fmt: skip
    future = datetime.now(UTC) + timedelta(hours=1)
    outcome = {
        "invalid unknown field": {**good, "colour": "red"},
        "invalid missing field": {name: good[name] for name in good if name != "user"},
        "invalid wrong type": {**good, "document": 7},
        "wrong_tenant": {**good, "tenant": "somebody-else"},
        "future": {**good, "occurred_at": future.isoformat()},
    }
    return {
        **{name: json.dumps(value).encode() for name, value in outcome.items()},
        "not_json": b"{not json",
        "too_large": b'{"x":"' + b"x" * (10 * 1024 * 1024) + b'"}',
    }


def test_poison_costs_nobody_else_anything(flow: Flow, tenant: str) -> None:
    worker = flow.worker()
    events = traffic(tenant, 300, 1)
    poison = _poison(tenant)
    assert len(poison["too_large"]) > MAX_EVENT_BYTES
    for at in range(0, len(events), 40):
        flow.send(*events[at : at + 20])
        if poison:
            flow.send_raw(CLICKS.name, f"{tenant}\x1fu1".encode(), poison.pop(next(iter(poison))))
        flow.send(*events[at + 20 : at + 40])
    assert not poison
    flow.wait_for(lambda: flow.count("accepted", tenant) == len(events))
    wanted = _poison(tenant)
    sql = "SELECT code, reason, length(value) AS size FROM dead_letters FINAL WHERE startsWith(key, {t:String})"
    flow.wait_for(lambda: len(flow.warehouse.rows(sql, t=tenant)) == len(wanted))
    letters = flow.warehouse.rows(sql, t=tenant)
    assert sorted(row["code"] for row in letters) == sorted(name.split()[0] for name in wanted)
    assert all(row["reason"] for row in letters)
    kept = {len(value) for value in wanted.values()}
    assert len(kept) == len(wanted)
    assert abs(sum(row["size"] for row in letters) - sum(kept)) < 100, "only the date in the future differs"
    seen: list[kafka.RawEvent] = []

    def arrived() -> bool:
        seen.extend(reader.poll())
        return sum(event.key == f"{tenant}\x1fu1".encode() for event in seen) >= len(wanted)

    with kafka.EventReader(flow.settings.kafka_bootstrap, f"test-{tenant}", [CLICKS.dead]) as reader:
        flow.wait_for(arrived)
    assert flow.missing() == 0
    assert worker.stop() == 0, worker.said()[-2_000:]


def test_a_killed_worker_loses_nothing_and_doubles_nothing(flow: Flow, tenant: str) -> None:
    worker = flow.worker()
    events = traffic(tenant, 4_000, 2, users=60)
    events += [
        Reacted(
            event_id=f"r{i}", tenant=tenant, occurred_at=BEGAN + timedelta(seconds=i), user=f"u{i % 7}",
            reaction="👍" if i % 3 else "👎", change="withdrawn" if i % 5 == 4 else "added",
            target=OnAnswer(answer=f"a{i % 4}", question="why?", cited=("d1", "d2")),
        )
        for i in range(60)
    ]  # fmt: skip
    for start in range(0, len(events), 700):
        flow.send(*events[start : start + 700])
        time.sleep(0.5)
        worker.kill_and_start()
    flow.send(*events[:500])
    flow.wait_until_closed(tenant, len(events) + 500)
    sql = "SELECT DISTINCT kind FROM live_pairs WHERE tenant = {t:String} ORDER BY kind"
    kinds = [row["kind"] for row in flow.warehouse.rows(sql, t=tenant)]
    assert kinds == ["citation_click", "co_access", "reaction", "search_click"]
    assert flow.missing() == 0
    assert worker.stop() == 0, worker.said()[-2_000:]


def test_a_topic_made_anew_is_read_from_its_beginning(flow: Flow, tenant: str) -> None:
    worker = flow.worker()
    before = traffic(tenant, 40, 3)
    after = [event.model_copy(update={"event_id": f"n{event.event_id}"}) for event in traffic(tenant, 400, 4)]
    flow.send(*before)
    flow.wait_for(lambda: flow.count("accepted", tenant) == len(before) and flow.missing() == 0)
    worker.kill()
    admin = AdminClient({"bootstrap.servers": flow.settings.kafka_bootstrap})
    for topic in (CLICKS.name, CITATIONS.name):
        admin.delete_topics([topic])[topic].result(30)
    flow.wait_for(lambda: not {CLICKS.name, CITATIONS.name} & set(admin.list_topics(timeout=30).topics))
    kafka.ensure_topics(flow.settings.kafka_bootstrap, TOPICS.values())
    flow.reconnect()
    flow.send(*after)
    worker.kill_and_start()
    flow.wait_until_closed(tenant, len(before) + len(after))
    assert flow.missing() == 0


def test_a_warehouse_that_was_lost_is_filled_again_from_kafka(flow: Flow, tenant: str) -> None:
    worker = flow.worker()
    events = traffic(tenant, 600, 5)
    flow.send(*events)
    flow.wait_until_closed(tenant, len(events))
    worker.kill()
    for table in ("events", "batches", "dead_letters", "late_accesses", "sessions", "pairs"):
        flow.warehouse.execute(f"TRUNCATE TABLE {table}")
    worker.kill_and_start()
    flow.wait_until_closed(tenant, len(events))
    assert flow.missing() == 0
