"""Drift's reading of the warehouse: what is asked of it, and what its rows become."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from schemas.instants import milliseconds
from streams.drift import history
from streams.drift.behaviour import Opening, Search
from streams.drift.config import DriftConfig
from streams.drift.requests import Run
from streams.drift.sample import Changed, Sample
from streams.drift.windows import Served
from tests.streams.drift.people import MORNING

START = milliseconds(MORNING)
HOUR = 3_600_000
CONFIG = DriftConfig(window_s=3_600, per_user=7, shown_for_fit=2, max_documents=11)


@dataclass
class Told:
    """A warehouse that answers with the rows it was given, and keeps what it was asked."""

    rows: dict[str, list[dict[str, Any]]]
    asked: dict[str, dict[str, Any]] = field(default_factory=dict)

    def query(self, name: str, **parameters: object) -> list[dict[str, Any]]:
        self.asked[name] = parameters
        return self.rows.get(name, [])

    def insert(self, table: str, columns: object) -> int:
        raise AssertionError("reading writes nothing")


class Encoder:
    """Embeds every text as the same vector."""

    def encode(self, texts: list[str]) -> object:
        return np.ones((len(texts), 2), dtype=np.float32)


def row(**changed: object) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "person": "ann", "query": "leave", "asked_ms": START + 5, "assistant": 0, "shown": 10, "best_shown": ["d1"],
        "opened": [("d1", 3, 45.0)], "cited": [], "reactions": [],
    }  # fmt: skip
    return {**plain, **changed}


def loaded(result: Told, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, ...]:
    """Return what the window's sample is made of."""
    made: list[tuple[Any, ...]] = []

    def keep(*given: object) -> Sample:
        made.append(given)
        return Sample.__new__(Sample)

    monkeypatch.setattr(history, "sample", keep)
    encoder: Any = Encoder()
    history.load(
        result,
        encoder,
        CONFIG,
        tenant="acme",
        model="m",
        start_ms=START,
        end_ms=START + HOUR,
        most=50,
        since_ms=START - 70 * HOUR,
    )
    return made[0]


def test_a_row_is_a_search_with_all_that_a_person_did_with_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    full = row(assistant=1, cited=["d2"], reactions=["+1", "-1"], opened=[("d1", 3, 45.0), ("d9", 0, -1.0)])
    start, searches, titles, changed, _, config = loaded(
        Told(
            {
                "drift_searches": [full],
                "drift_titles": [{"document": "d1", "title": "Leave"}],
                "drift_changes": [{"document": "d1", "openings": 4, "moved": 0.25}],
            }
        ),
        monkeypatch,
    )
    assert searches == [
        Search(
            person="ann",
            query="leave",
            at=MORNING + timedelta(milliseconds=5),
            assistant=True,
            shown=10,
            best_shown=("d1",),
            opened=(Opening("d1", 3, 45.0), Opening("d9", 1, -1.0)),
            cited=("d2",),
            reactions=("+1", "-1"),
        )
    ]
    assert (start, titles, changed, config) == (MORNING, {"d1": "Leave"}, [Changed("d1", 4, 0.25)], CONFIG)


def test_a_window_is_asked_for_once_with_its_span_its_model_and_what_changed_since_the_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result = Told({})
    loaded(result, monkeypatch)
    span = {"tenant": "acme", "from_ms": START, "until_ms": START + HOUR}
    drawn = {**span, "per_user": 7, "most": 50, "best": 2}
    assert result.asked == {
        "drift_searches": {**drawn, "model": "m"},
        "drift_titles": drawn,
        "drift_changes": {**span, "before_ms": START - 6 * HOUR, "most": 11},
    }


def test_who_answered_how_much_by_window() -> None:
    result = Told({"drift_served": [{"start_ms": START, "model": "m", "searches": 3, "cases": 2}]})
    assert history.served(result, "acme", 1, 2, 3, 4) == [Served(START, "m", 3, 2)]
    assert result.asked["drift_served"] == {
        "tenant": "acme", "from_ms": 1, "until_ms": 2, "window_ms": 3, "per_user": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "first"),
    [([{"first_ms": 7, "searches": 2}], 7), ([{"first_ms": 0, "searches": 0}], 99), ([], 99)],
    ids=["some", "none", "no row"],
)
def test_a_span_without_a_search_begins_at_its_end(rows: list[dict[str, Any]], first: int) -> None:
    assert history.first_search_ms(Told({"drift_first_search": rows}), "acme", 1, 99) == first


def test_runs_come_with_what_became_of_them_and_the_pairs_since_the_newest() -> None:
    rows = [
        {"run": "a", "requested_ms": START, "ended_ms": 0, "outcome": "running",
         "compared": False, "gain": 0.0, "work_s": 0.0},
        {"run": "b", "requested_ms": START - 9, "ended_ms": START + 1_000, "outcome": "refused",
         "compared": True, "gain": -0.01, "work_s": 90.0},
    ]  # fmt: skip
    result = Told({"drift_runs": rows, "drift_pairs": [{"pairs": 7}]})
    assert history.runs(result, "acme") == [
        Run("a", MORNING, None, "running", 7),
        Run("b", MORNING - timedelta(milliseconds=9), MORNING + timedelta(seconds=1), "refused", 7, -0.01, 90.0),
    ]
    assert result.asked["drift_pairs"] == {"tenant": "acme", "from_ms": START, "until_ms": 2**53}
    assert history.runs(Told({}), "acme") == []


def test_earlier_verdicts_come_as_they_are_stored() -> None:
    result = Told({"drift_history": [{"signal": "s", "verdict": "steady"}]})
    assert history.verdicts(result, "acme", "r1") == [{"signal": "s", "verdict": "steady"}]
    assert result.asked["drift_history"] == {"tenant": "acme", "reference": "r1"}


def test_without_a_reference_nothing_is_kept() -> None:
    assert history.kept(Told({}), "acme", 2) is None
