import time
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.learning import ModelRefused
from stores.errors import Retryable
from trainer.run_status import STEPS, RunStatus

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Written(list[dict[str, str]]):
    """What was written as status, in order."""

    def status(self) -> RunStatus:
        return RunStatus("run-1", self.append, lambda: NOW)


@pytest.fixture
def written() -> Written:
    return Written()


def test_a_step_is_named_with_its_number_and_clears_the_progress_before(written: Written) -> None:
    written.status().begin("mine", "many examples")
    assert written == [
        {
            "run": "run-1",
            "state": "mine",
            "step": f"mine (4/{len(STEPS)})",
            "stage": "",
            "done": "",
            "total": "",
            "loss": "",
            "eta_s": "",
            "note": "many examples",
            "updated_at": NOW.isoformat(),
        }
    ]


def test_progress_is_shown_twice_a_second_and_at_the_end(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [10.0]
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    status = written.status()
    moments: list[tuple[float, dict[str, Any]]] = [
        (10.0, {"step": 1, "total": 9, "loss": 0.5}),
        (10.2, {"step": 2, "total": 9}),
        (10.3, {"step": 9, "total": 9, "stage": "words"}),
        (10.6, {"step": 1, "total": 9}),
        (10.9, {"step": 3, "total": 9, "eta_s": 4}),
    ]
    for clock[0], facts in moments:
        status.progress(facts)
    assert [(row.get("done"), row.get("loss"), row.get("stage"), row.get("eta_s")) for row in written] == [
        ("1", "0.5", "", None),
        ("9", None, "words", None),
        ("3", None, "", "4"),
    ]


def test_a_stage_has_its_name_and_begins_its_progress_anew(written: Written) -> None:
    status = written.status()
    status.begin("fit", "many")
    status.stage("learning the map of queries")
    status.progress({"step": 9, "total": 9})
    status.stage("learning the weights of the model")
    status.progress({"step": 2, "total": 2, "stage": "words"})
    status.progress({"step": 3, "total": 3})
    status.begin("evaluate")
    assert [(row["stage"], row["done"]) for row in written] == [
        ("", ""), ("learning the map of queries", ""), ("learning the map of queries", "9"),
        ("learning the weights of the model", ""), ("words", "2"), ("learning the weights of the model", "3"), ("", ""),
    ]  # fmt: skip
    assert "note" not in written[1], "what the step is about stays"


def test_a_validation_is_shown_whenever_it_comes(written: Written) -> None:
    status = written.status()
    for score in (0.1, 0.2):
        status.progress({"step": 1, "total": 2, "validation": score})
    assert [row["validation"] for row in written if "validation" in row] == ["0.1", "0.2"]


def test_the_end_has_verdict_and_reasons(written: Written) -> None:
    event = ModelRefused(
        event_id="e", tenant="acme", occurred_at=NOW, run="run-1", verdict="LOSS", reasons=("worse", "slower")
    )
    written.status().end(event)
    assert (written[0]["state"], written[0]["verdict"], written[0]["note"]) == ("ended", "LOSS", "worse; slower")


@pytest.mark.thorough
def test_a_store_that_is_away_stops_no_run() -> None:
    def away(_: dict[str, str]) -> None:
        raise Retryable("Redis did not answer")

    RunStatus("run-1", away, lambda: NOW).begin("fit")
