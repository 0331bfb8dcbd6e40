"""The questions of the README, asked on real rows."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stores
from schemas.learning import Comparison, DriftMuted, ModelTrained, RequestDismissed
from stores import sql_files
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.drift.encoder import WordLlamaEncoder
from streams.drift.job import DriftJob
from tests.stores.keyed import unsigned
from tests.streams.drift.days import CONFIG, DAY, NOW, Outbox, after_day, days, record
from tests.streams.drift.history_rows import Log
from tests.streams.drift.people import MORNING, Company

QUERIES = sorted(path.stem for path in (Path(stores.__file__).parent / "sql" / "queries").glob("analyst_*.sql"))
README = Path(stores.__file__).parent.parent / "README.md"


@pytest.fixture(scope="module")
def warehouse(stack: Settings) -> Iterator[Warehouse]:
    """A database of its own with a drifted tenant, a quiet one, and the training that drift asked for."""
    found = Warehouse.connect(stack.model_copy(update={"clickhouse_database": "analysts"}))
    found.migrate()
    encoder, outbox = WordLlamaEncoder(), Outbox()
    loud, quiet = Log(found, "loud"), Log(found, "quiet")
    result = days(0, 4) + days(4, 6, shift=0.7)
    loud.documents({d for day in result for s in day for d in s.best_shown}, MORNING - timedelta(minutes=1))
    record(loud, result)
    loud.documents({o.document for s in result[5] for o in s.opened}, MORNING + 5 * DAY, version=2, body="rewritten")
    rng = np.random.default_rng(3)
    record(quiet, [Company(people=4, searches=3).day(n, rng) for n in range(30)])
    for tenant, last in (("loud", 5), ("quiet", 29)):
        DriftJob(found, outbox, CONFIG, unsigned, encoder).run(tenant, after_day(last), NOW)
    (asked,) = outbox.sent
    gain = Comparison(
        queries=9, ndcg_candidate=0.8, ndcg_live=0.7, ndcg_base=0.7, ndcg_bm25=0.6, difference=0.1, low=0.05, high=0.2
    )
    trained = ModelTrained(
        event_id="trained", tenant="loud", occurred_at=NOW + timedelta(minutes=9), run=asked.run, model="loud-1",
        parent="base", snapshot="s1", comparison=gain,
    )  # fmt: skip
    decided: dict[str, Any] = {
        "tenant": "loud",
        "occurred_at": NOW + timedelta(minutes=10),
        "by": "ann",
        "reason": "a fair",
    }
    dismissed = RequestDismissed(event_id="dismissed", run=asked.run, **decided)
    muted = DriftMuted(event_id="muted", until=NOW + DAY, **decided)
    loud.write([asked, trained, dismissed, muted])
    yield found
    found.close()


def test_there_are_seventeen() -> None:
    assert len(QUERIES) == 17


@pytest.mark.thorough
@pytest.mark.parametrize("name", QUERIES)
def test_a_question_says_what_it_asks_and_has_an_answer(warehouse: Warehouse, name: str) -> None:
    text = sql_files.named(name)
    assert text.startswith("-- ")
    assert text.splitlines()[0].endswith(("?", "."))
    assert warehouse.rows(text)
    assert warehouse.text(text)


@pytest.mark.parametrize("name", QUERIES)
def test_the_readme_has_it_word_for_word(name: str) -> None:
    assert sql_files.named(name) in README.read_text()


@pytest.mark.thorough
def test_answers_agree_with_what_happened(warehouse: Warehouse) -> None:
    trips = warehouse.query("analyst_02_trips")
    assert {row["tenant"] for row in trips} == {"loud"}
    assert {row["window_end"].date() for row in trips} == {after_day(5).date()}
    (run,) = warehouse.query("analyst_05_run_of_a_trip")
    assert (run["verdict"], run["ndcg_candidate"]) == ("WIN", 0.8)
    assert "query_drift" in run["signals"]
    assert {row["tenant"] for row in warehouse.query("analyst_10_silence") if row["signal"] == "query_drift"} == {
        "quiet"
    }
    assert all(row["distinct_queries_judged"] <= row["searches"] for row in warehouse.query("analyst_08_check"))
    latest = warehouse.query("analyst_11_latest")
    assert latest[0]["tenant"] == "loud"
    assert latest[0]["evidence"] >= latest[0]["trips_at"]
    assert all(row["days"] > 1 for row in warehouse.query("analyst_12_history") if row["tenant"] == "quiet")
    (alarm,) = warehouse.query("analyst_13_alarms")
    assert (alarm["tenant"], alarm["run"]) == ("loud", run["run"])
    assert "query_drift" in alarm["signals"]
    rules = {row["rule"]: row["value"] for row in warehouse.query("analyst_14_rules")}
    assert rules["window_cases"] == str(CONFIG.window_cases)
    (request,) = warehouse.query("analyst_16_requests")
    assert (request["run"], request["verdict"], request["dismissed_by"]) == (run["run"], "WIN", "ann")
    (mute,) = warehouse.query("analyst_17_mutes")
    assert (mute["tenant"], mute["until"], mute["reason"]) == ("loud", NOW + DAY, "a fair")
    references = {row["tenant"]: row for row in warehouse.query("analyst_15_reference")}
    assert {row["forgotten"] for row in references.values()} == {0}
    assert references["loud"]["first_day"] == after_day(-1)
    assert warehouse.query("analyst_04_new_words")[0]["tenant"] == "loud"
