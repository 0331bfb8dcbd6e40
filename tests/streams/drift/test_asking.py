"""When a judged window asks for a training, on a real warehouse: once, and not while something stands in the way."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from schemas.learning import DriftMuted, ModelRefused, RequestDismissed, TrainingRequested
from stores.errors import Retryable
from stores.trail import Trail
from stores.warehouse import Warehouse
from streams.drift.encoder import WordLlamaEncoder
from streams.drift.job import DriftJob
from tests.stores.keyed import Believing, unsigned
from tests.streams.drift.days import CONFIG, DAY, NOW, Outbox, after_day, days, record
from tests.streams.drift.history_rows import Log


def result(rows: Sequence[dict[str, Any]], day: int) -> str:
    """Return the details of the day's tripped rows."""
    return " ".join(
        row["detail"] for row in rows if row["window_end"] == after_day(day) and row["verdict"] == "tripped"
    )


class FailsOnce:
    """A warehouse that is away for one insert."""

    def __init__(self, inner: Warehouse) -> None:
        self._inner, self._failed = inner, False
        self.query = inner.query

    def insert(self, table: str, columns: Any) -> int:  # noqa: ANN401  # passed on
        if not self._failed and "tripped" in columns.get("verdict", ()):
            self._failed = True
            raise Retryable("away")
        return self._inner.insert(table, columns)


def test_a_crash_between_asking_and_writing_asks_for_the_same_run_again(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log, outbox = Log(warehouse, tenant), Outbox()
    record(log, days(0, 3) + days(3, 5, shift=1.0))
    with pytest.raises(Retryable):
        DriftJob(FailsOnce(warehouse), outbox, CONFIG, unsigned, encoder).run(tenant, after_day(4), NOW)
    rows = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder).run(tenant, after_day(4), NOW + timedelta(minutes=1))
    assert {row["window_end"] for row in rows} == {after_day(4)}
    first, second = outbox.sent
    assert (first.event_id, first.run, first.evidence) == (second.event_id, second.run, second.evidence)


@pytest.mark.thorough
def test_what_was_asked_for_a_moment_ago_counts_before_the_warehouse_has_heard_of_it(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log, outbox = Log(warehouse, tenant), Outbox()
    record(log, days(0, 3) + days(3, 10, shift=1.0))
    rows = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder).run(tenant, after_day(9), NOW)
    assert len({row["window_end"] for row in rows if row["verdict"] == "tripped"}) > 1
    (asked,) = outbox.sent
    assert f"{asked.run} was running then" in " ".join(row["detail"] for row in rows)


@pytest.mark.thorough
def test_a_running_training_is_not_asked_for_again(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log, outbox = Log(warehouse, tenant), Outbox()
    record(log, days(0, 3) + days(3, 5, shift=1.0))
    begun, ended = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    by_hand = TrainingRequested(
        event_id="by-hand", tenant=tenant, occurred_at=begun, run="run-by-hand", requested_by="ann", reason="asked"
    )
    log.write([by_hand])
    rows = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder).run(tenant, after_day(4), NOW)
    assert "run-by-hand was running then" in result(rows, 4)
    refused = ModelRefused(
        event_id="refused", tenant=tenant, occurred_at=ended, run="run-by-hand", verdict="LOSS", reasons=("worse",)
    )
    log.write([refused])
    record(log, days(5, 7, shift=1.0))
    rows = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder).run(tenant, after_day(5), NOW)
    assert "less than 30 days before and was refused" in result(rows, 5)
    assert outbox.sent == []
    patient = CONFIG.model_copy(update={"new_pairs": 1})
    record(log, days(460, 462, shift=1.0))
    rows = DriftJob(warehouse, outbox, patient, unsigned, encoder).run(tenant, after_day(461), NOW)
    while more := DriftJob(warehouse, outbox, patient, unsigned, encoder).run(tenant, after_day(461), NOW):
        rows += more
    assert {row["verdict"] for row in rows if row["window_end"] == after_day(440)} <= {"silent"}
    assert outbox.sent == [], "no training pair came since the refusal"


@pytest.mark.thorough
def test_a_quiet_tenant_is_asked_for_by_the_schedule_and_not_while_it_is_muted(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log, outbox = Log(warehouse, tenant), Outbox()
    record(log, days(0, 11))
    weekly = CONFIG.model_copy(update={"at_latest_days": 7})
    mute = DriftMuted(
        event_id="mute", tenant=tenant, occurred_at=NOW - DAY, until=after_day(9) + DAY / 2, by="ann", reason="a move"
    )
    log.write([mute])
    decisions = Trail(warehouse, Believing()).drift_decisions
    rows = DriftJob(warehouse, outbox, weekly, unsigned, encoder, decisions).run(tenant, after_day(10), NOW)
    while more := DriftJob(warehouse, outbox, weekly, unsigned, encoder, decisions).run(tenant, after_day(10), NOW):
        rows += more
    assert "tripped" not in {row["verdict"] for row in rows}
    (asked,) = outbox.sent
    assert asked.reason.startswith("by schedule: the watch began 8 days before")
    assert (asked.requested_by, asked.evidence) == ("drift", ())
    assert {row["asked"] for row in rows if row["window_end"] == after_day(10)} == {asked.run}
    assert {row["asked"] for row in rows if row["window_end"] < after_day(10)} == {""}


@pytest.mark.thorough
def test_what_operators_decided_keeps_a_tripped_window_from_asking(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log, outbox = Log(warehouse, tenant), Outbox()
    record(log, days(0, 3) + days(3, 6, shift=1.0))
    trail = Trail(warehouse, Believing())
    mute = DriftMuted(
        event_id="mute", tenant=tenant, occurred_at=NOW - DAY, until=after_day(4) + DAY / 2, by="ann", reason="a move"
    )
    log.write([mute])

    def judged(day: int) -> list[dict[str, Any]]:
        job = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder, trail.drift_decisions)
        return job.run(tenant, after_day(day), NOW)

    assert f"muted until {mute.until.isoformat()} by ann: a move" in result(judged(4), 4)
    assert outbox.sent == []
    judged(5)
    (asked,) = outbox.sent
    ended = ModelRefused(
        event_id="e", tenant=tenant, occurred_at=NOW, run=asked.run, verdict="ERROR", reasons=("no room",)
    )
    dismissed = RequestDismissed(event_id="d", tenant=tenant, occurred_at=NOW, run=asked.run, by="ann", reason="a fair")
    log.write([asked, ended, dismissed])
    record(log, days(6, 14, shift=1.0))
    assert "less than 30 days before and was dismissed" in result(judged(13), 13), "a failure pauses for 7 days only"
    (request,) = warehouse.query("drift_requests", tenant=tenant, limit=9)
    assert (request["run"], request["verdict"], request["dismissed_by"]) == (asked.run, "ERROR", "ann")
    assert request["dismissed_because"] == "a fair"
    (row,) = warehouse.rows(f"SELECT * FROM drift_mutes WHERE tenant = '{tenant}'")
    assert (row["until"], row["muted_by"], row["reason"]) == (mute.until, "ann", "a move")
