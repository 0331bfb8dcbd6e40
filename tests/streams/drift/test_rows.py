"""Judged windows as rows: one a signal, with what led to it and why nobody was asked."""

import json
from typing import Any

from streams.drift.config import DriftConfig
from streams.drift.detectors.baseline import Expected
from streams.drift.judgement import Judged, Verdict
from streams.drift.rows import rows
from streams.drift.signal import Measured
from streams.drift.statistics.chance import Chance
from streams.drift.windows import Due, Epoch

CONFIG = DriftConfig()


def judged(signal: str, verdict: Verdict) -> Judged:
    m = Measured(signal, 0.7, 0.5, 0.4, 0.01, 900, 300, 60, 50, Chance(0.1, 0.02), {"seen": 1})
    return Judged(m, 0.03, 0.25, 4.0, 5.2, 3.1, Expected(0.05, 0.1, 0.1), verdict)


def made(*found: Judged, late: bool = False, missing: int = 0, **told: str) -> list[dict[str, Any]]:
    window = Due(0, 3 * CONFIG.window_ms, 3, 77, Epoch("base", 0, ()), late)
    given = {"asked": "", "hindered": ""} | told
    return rows("acme", window, found, CONFIG, reference="r", missing=missing, revision=9, **given)


def test_a_row_tells_the_window_the_measurement_and_the_evidence() -> None:
    (row,) = made(judged("zero_click", "tripped"), asked="run-1")
    assert (row["window_end"] - row["window_start"]).days == row["days"] == 3
    assert (row["searches"], row["model"], row["reference_id"], row["rules"]) == (77, "base", "r", CONFIG.hash)
    assert (row["chance"], row["variance"], row["expected"], row["spread"]) == (0.1, 0.02, 0.05, 0.1)
    assert (row["score"], row["evidence"], row["evidence_limit"], row["asked"]) == (4.0, 5.2, 3.1, "run-1")
    assert json.loads(row["detail"]) == {"seen": 1, "people_reference": 60, "people_window": 50, "asked": "run-1"}


def test_only_tripped_signals_tell_of_requests_and_lateness_and_forgetting_are_told_of_all() -> None:
    found = made(
        judged("zero_click", "tripped"), judged("click_rank", "steady"), hindered="not yet", late=True, missing=4
    )
    details = [json.loads(row["detail"]) for row in found]
    assert [detail.get("not_asked") for detail in details] == ["not yet", None]
    assert all((detail["late"], detail["forgotten_of_reference"]) == (True, 4) for detail in details)


def test_what_could_not_be_tested_has_no_p() -> None:
    assert [row["p"] for row in made(judged("a", "too_few"), judged("b", "silent"), judged("c", "steady"))] == [
        1,
        1,
        0.01,
    ]
