"""The whole of drift on a real warehouse, with real questions: still waters, a shift, one request."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from schemas.codec import decode
from schemas.learning import ModelRefused, TrainingRequested
from schemas.topics import LEARNING, tenant_of_key
from stores.errors import Retryable
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.drift.behaviour import Search
from streams.drift.config import DriftConfig
from streams.drift.encoder import WordLlamaEncoder
from streams.drift.job import DriftJob
from tests.stores.keyed import unsigned
from tests.streams.drift.history_rows import Log, happenings
from tests.streams.drift.people import MORNING, Company

CONFIG = DriftConfig(reference_windows=3, permutations=599, max_documents=300)
COMPANY = Company(people=40, searches=5)
DAY = timedelta(days=1)
MIDNIGHT = MORNING.replace(hour=0)
NOW = MORNING + 400 * DAY


@dataclass
class Outbox:
    """A producer that keeps what it is given."""

    sent: list[TrainingRequested] = field(default_factory=list)

    def send(
        self, topic: str, key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        event = decode(LEARNING, key, value, NOW)
        assert topic == LEARNING.name
        assert isinstance(event, TrainingRequested)
        assert tenant_of_key(key or b"") == event.tenant
        self.sent.append(event)

    def flush(self) -> int:
        return 0


@pytest.fixture(scope="module")
def encoder() -> WordLlamaEncoder:
    return WordLlamaEncoder()


@pytest.fixture(scope="module")
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    found = Warehouse.connect(stack)
    found.migrate()
    yield found
    found.close()


def days(first: int, last: int, shift: float = 0.0, seed: int = 5) -> list[list[Search]]:
    rng = np.random.default_rng([seed, first])
    return [COMPANY.day(number, rng, shift) for number in range(first, last)]


def record(log: Log, result: Sequence[list[Search]], model: str = "base", resend: bool = False) -> None:
    for searches in result:
        events = happenings(log.tenant, searches, model)
        log.write(events + events[:200] if resend else events)


def after_day(number: int) -> datetime:
    return MIDNIGHT + (number + 1) * DAY


def verdicts(rows: Sequence[dict[str, Any]], day: int) -> dict[str, str]:
    return {row["signal"]: row["verdict"] for row in rows if row["window_end"] == after_day(day)}


def test_still_waters_stay_steady_and_a_shift_asks_once(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log, outbox = Log(warehouse, tenant), Outbox()
    still, shifted = days(0, 6), days(6, 9, shift=0.6)
    shown = {title for day in still + shifted for search in day for title in search.best_shown}
    log.documents(shown, MORNING - timedelta(minutes=1))
    record(log, still)
    job = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder)

    assert job.run(tenant, after_day(2), NOW) == [], "the reference is not judged"
    assert job.run(tenant, after_day(3) - timedelta(seconds=1), NOW) == [], "the fourth window is not complete"
    rows = job.run(tenant, after_day(5), NOW)
    assert [verdicts(rows, day)["query_drift"] for day in (3, 4, 5)] == ["steady"] * 3
    assert not {"tripped"} & {row["verdict"] for row in rows}
    assert outbox.sent == []

    record(log, shifted)
    rows = job.run(tenant, after_day(8), NOW)
    for signal in ("query_drift", "vocabulary_novelty"):
        assert [verdicts(rows, day)[signal] for day in (6, 7, 8)] == ["suspect", "tripped", "tripped"]
    assert [event.tenant for event in outbox.sent] == [tenant]
    assert {"query_drift", "vocabulary_novelty"} <= {evidence.signal for evidence in outbox.sent[0].evidence}
    last = next(row for row in rows if row["window_end"] == after_day(8) and row["signal"] == "query_drift")
    assert "not_asked" in last["detail"]

    stored = warehouse.query("drift_windows", tenant=tenant, signal="query_drift", limit=100)
    assert [row["verdict"] for row in stored] == ["tripped", "tripped", "suspect", "steady", "steady", "steady"]
    again = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder)
    assert again.run(tenant, after_day(8), NOW) == [], "a new process knows what was judged"
    assert len(outbox.sent) == 1


def test_resent_events_change_nothing(warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder) -> None:
    result = days(0, 4)
    found = []
    for name, resend in ((f"{tenant}a", False), (f"{tenant}b", True)):
        record(Log(warehouse, name), result, resend=resend)
        rows = DriftJob(warehouse, Outbox(), CONFIG, unsigned, encoder).run(name, after_day(3), NOW)
        found.append(
            [(row["signal"], row["n_reference"], row["n_window"], row["value"], row["verdict"]) for row in rows]
        )
    assert found[0] == found[1]
    searches = sum(len(day) for day in result[3:])
    assert {f[0]: f[2] for f in found[0]}["reformulation"] == searches


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
        if not self._failed and "tripped" in columns["verdict"]:
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
    assert "run-by-hand is running" in result(rows, 4)
    refused = ModelRefused(
        event_id="refused", tenant=tenant, occurred_at=ended, run="run-by-hand", verdict="LOSS", reasons=("worse",)
    )
    log.write([refused])
    record(log, days(5, 7, shift=1.0))
    rows = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder).run(tenant, after_day(5), NOW)
    assert "run-by-hand ended less than 7 days" in result(rows, 5)
    assert outbox.sent == []
    restless = CONFIG.model_copy(update={"cooldown_windows": 0})
    DriftJob(warehouse, outbox, restless, unsigned, encoder).run(tenant, after_day(6), NOW)
    assert len(outbox.sent) == 1


def test_models_are_never_compared(warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder) -> None:
    log = Log(warehouse, tenant)
    record(log, days(0, 4))
    record(log, days(4, 8, shift=1.0), model="new")
    rows = DriftJob(warehouse, Outbox(), CONFIG, unsigned, encoder).run(tenant, after_day(7), NOW)
    assert {row["window_end"]: row["model"] for row in rows} == {after_day(3): "base", after_day(7): "new"}
    assert verdicts(rows, 7)["query_drift"] == "steady", "the new model's reference is its own"


def test_changed_documents_count_by_their_openings(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log = Log(warehouse, tenant)
    result = days(0, 5)
    shown = {title for day in result for search in day for title in search.best_shown}
    log.documents(shown, MORNING - timedelta(minutes=1))
    record(log, result)
    opened = sorted({o.document for search in result[4] for o in search.opened})
    log.documents(opened, MORNING + 4 * DAY, version=2, body="rewritten")
    log.documents(sorted({o.document for s in result[3] for o in s.opened}), MORNING + 3 * DAY, version=2)
    rows = DriftJob(warehouse, Outbox(), CONFIG, unsigned, encoder).run(tenant, after_day(4), NOW)
    before, after = (row for row in rows if row["signal"] == "corpus_drift")
    assert (before["value"], before["reference"], before["verdict"]) == (0, 0, "steady"), "same text is no change"
    assert after["value"] > 0.7
    assert after["verdict"] == "suspect"


def test_a_quiet_tenant_claims_nothing(warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder) -> None:
    config = CONFIG.model_copy(update={"min_reference_searches": 10})
    rng = np.random.default_rng(1)
    few = Company(people=4, searches=2)
    record(Log(warehouse, tenant), [few.day(n, rng) for n in range(3)] + [few.day(n, rng, 1.0) for n in range(3, 6)])
    rows = DriftJob(warehouse, Outbox(), config, unsigned, encoder).run(tenant, after_day(5), NOW)
    assert {row["verdict"] for row in rows} == {"too_few"}
    assert DriftJob(warehouse, Outbox(), config, unsigned, encoder).run(f"{tenant}x", after_day(5), NOW) == []
