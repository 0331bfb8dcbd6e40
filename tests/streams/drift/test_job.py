"""The whole of drift on a real warehouse, with real questions: still waters, a shift, one request."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from stores.warehouse import Warehouse
from streams.drift.encoder import WordLlamaEncoder
from streams.drift.job import DriftJob
from tests.stores.keyed import unsigned
from tests.streams.drift.days import CONFIG, DAY, NOW, Outbox, after_day, days, record
from tests.streams.drift.history_rows import Log
from tests.streams.drift.people import MORNING, Company


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
        assert [verdicts(rows, day)[signal] for day in (6, 7, 8)] == ["suspect", "tripped", "suspect"]
    assert [event.tenant for event in outbox.sent] == [tenant]
    assert {"query_drift", "vocabulary_novelty"} <= {evidence.signal for evidence in outbox.sent[0].evidence}
    stored = warehouse.query("drift_windows", tenant=tenant, signal="query_drift", limit=100)
    assert [row["verdict"] for row in stored] == ["suspect", "tripped", "suspect", "steady", "steady", "steady"]
    again = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder)
    assert again.run(tenant, after_day(8), NOW) == [], "a new process knows what was judged"
    assert len(outbox.sent) == 1


@pytest.mark.thorough
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


@pytest.mark.thorough
def test_a_new_model_is_compared_with_the_days_before_it(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log, outbox = Log(warehouse, tenant), Outbox()
    record(log, days(0, 5))
    record(log, days(5, 7, shift=1.0), model="new")
    rows = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder).run(tenant, after_day(6), NOW)
    models = {row["window_end"]: row["model"] for row in rows}
    assert models == {after_day(3): "base", after_day(4): "base", after_day(5): "new", after_day(6): "new"}
    assert verdicts(rows, 6)["query_drift"] == "tripped", "drift in a model's first days is found"
    kept = warehouse.query("drift_reference_newest", tenant=tenant)[0]
    assert (kept["model"], kept["began"], kept["day_models"]) == ("new", after_day(4), ["base"] * 3)


@pytest.mark.thorough
def test_changed_documents_count_by_their_openings(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log = Log(warehouse, tenant)
    result = days(0, 5)
    shown = {title for day in result for search in day for title in search.best_shown}
    log.documents(shown, MORNING - timedelta(minutes=1))
    record(log, result)
    opened = sorted({o.document for search in result[4] for o in search.opened})
    log.documents(opened, MORNING + 4 * DAY, version=2, body="rewritten from the first word to the last one")
    log.documents(sorted({o.document for s in result[3] for o in s.opened}), MORNING + 3 * DAY, version=2)
    rows = DriftJob(warehouse, Outbox(), CONFIG, unsigned, encoder).run(tenant, after_day(4), NOW)
    before, after = (row for row in rows if row["signal"] == "corpus_drift")
    assert (before["value"], before["reference"], before["verdict"]) == (0, 0, "steady"), "same text is no change"
    assert after["value"] > 0.3
    assert after["verdict"] == "suspect"


@pytest.mark.thorough
def test_a_small_tenant_is_judged_by_windows_that_grow(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    config = CONFIG.model_copy(update={"min_reference_searches": 100, "window_cases": 80})
    rng, few = np.random.default_rng(1), Company(people=12, searches=2)
    record(Log(warehouse, tenant), [few.day(n, rng) for n in range(6)] + [few.day(n, rng, 0.8) for n in range(6, 20)])
    outbox = Outbox()
    rows = DriftJob(warehouse, outbox, config, unsigned, encoder).run(tenant, after_day(19), NOW)
    windows = {(row["days"], row["window_end"] - row["window_start"]) for row in rows}
    assert all(length == days * DAY and days > 1 for days, length in windows)
    assert outbox.sent, "drift is found with two dozen searches a day"


@pytest.mark.thorough
def test_nobody_is_silent_unseen(warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder) -> None:
    log = Log(warehouse, tenant)
    record(log, days(0, 4))
    record(log, days(30, 31))
    outbox = Outbox()
    rows = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder).run(tenant, after_day(30), NOW)
    by_end = {row["window_end"]: row["verdict"] for row in rows if row["signal"] == "query_drift"}
    assert list(by_end.values())[:2] == ["steady", "silent"]
    assert by_end[after_day(3)] == "steady"
    assert outbox.sent == []
    assert DriftJob(warehouse, outbox, CONFIG, unsigned, encoder).run(f"{tenant}x", after_day(5), NOW) == []


@pytest.mark.thorough
def test_a_restart_between_any_two_windows_changes_nothing(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    result, found = days(0, 7) + days(7, 10, shift=0.3), []
    for name, restarts in ((f"{tenant}a", False), (f"{tenant}b", True)):
        log, outbox, rows = Log(warehouse, name), Outbox(), list[dict[str, Any]]()
        job = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder)
        for number, searches in enumerate(result):
            record(log, [searches])
            job = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder) if restarts else job
            rows += job.run(name, after_day(number), NOW)
        found.append([(r["signal"], r["window_end"], r["value"], r["evidence"], r["verdict"]) for r in rows])
        assert len(outbox.sent) == 1
    assert found[0] == found[1]


@pytest.mark.thorough
def test_late_searches_have_their_window_judged_again_and_those_after_it(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log, outbox = Log(warehouse, tenant), Outbox()
    record(log, days(0, 6))
    job = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder)
    first = job.run(tenant, after_day(5), NOW)
    late = days(4, 5, shift=1.0, seed=9)
    record(log, [*late, *days(6, 7)])
    again = job.run(tenant, after_day(6), NOW - DAY)
    assert {row["window_end"] for row in again} == {after_day(4), after_day(5), after_day(6)}
    stored = {
        row["window_end"]: row for row in warehouse.query("drift_windows", tenant=tenant, signal="query_drift", limit=9)
    }
    before = {row["window_end"]: row for row in first if row["signal"] == "query_drift"}
    assert stored[after_day(4)]["value"] > before[after_day(4)]["value"]
    assert '"late": true' in stored[after_day(5)]["detail"]
    assert stored[after_day(3)]["value"] == before[after_day(3)]["value"]
    assert "late" not in stored[after_day(6)]["detail"]
    assert job.run(tenant, after_day(6), NOW) == []


@pytest.mark.thorough
def test_late_events_and_new_titles_leave_the_reference_as_it_is(
    warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log = Log(warehouse, tenant)
    record(log, days(0, 4))
    DriftJob(warehouse, Outbox(), CONFIG, unsigned, encoder).run(tenant, after_day(3), NOW)
    sizes = [row["n_reference"] for row in warehouse.query("drift_windows", tenant=tenant, signal="", limit=11)]
    record(log, [*days(1, 2, shift=1.0, seed=9), *days(4, 5)])
    rows = DriftJob(warehouse, Outbox(), CONFIG, unsigned, encoder).run(tenant, after_day(4), NOW)
    assert sorted(row["n_reference"] for row in rows) == sorted(sizes)
    warehouse.execute(
        f"ALTER TABLE drift_samples DELETE WHERE tenant = '{tenant}' AND user = 'p3' SETTINGS mutations_sync = 2"
    )
    record(log, days(5, 6))
    rows = DriftJob(warehouse, Outbox(), CONFIG, unsigned, encoder).run(tenant, after_day(5), NOW)
    assert all('"forgotten_of_reference": 3' in row["detail"] for row in rows)
