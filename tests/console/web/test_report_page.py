"""The report says what happened, needs nothing else, and gives nothing back unescaped."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

from console.web import report_page
from console.web.charts import WIDTH
from console.web.report_page import Report, picture, written
from operations.drift_history import DriftHistory
from operations.month import Latencies, Run
from operations.periods import Period
from operations.quality import Week
from tests.console.web.charting import DONE, SIGNAL, START, chart
from tests.operations.past import SCRIPT, TENANT, past
from tests.stores.keyed import settings_of
from tests.streams.lives import Streams

__all__ = ["past"]

NOW = datetime(2026, 4, 1, tzinfo=UTC)
WON = Run(
    "run-1", START, "drift", "it drifted", START, "WIN", "m-1", "full", 0.5, 0.625, 0.0625, 0.25, (), 7200.0, 10, 4321,
    START,
)  # fmt: skip
REFUSED = Run(
    "run-2", START, "<b>ana</b>", SCRIPT, None, "LOSS", "", "", None, None, 0.0, 0.0, (SCRIPT,), 0.0, 0, 99, None
)
FULL = Report(
    "acme",
    Period(START, START + timedelta(days=31)),
    DriftHistory((SIGNAL,), DONE),
    (WON, REFUSED),
    Latencies(1234, 12.0, 40.0),
    (Week(START.date(), searches=10, answered=10, satisfied=8, yes=3, no=1),),
    (Week(START.date(), searches=10, answered=10, satisfied=4),),
)
EMPTY = Report("acme", FULL.period, DriftHistory((), ()), (), Latencies(0, None, None), (), ())


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_a_report_says_what_happened() -> None:
    words = _words(written(FULL, NOW))
    for part in (
        "acme: 2026-03-02 to 2026-04-02", "1 window with signals that tripped, 0 of them asked",
        "2 training runs, 1 won, 1 went live",
        ", 1 rolled back", "2 h of training; 4,321 passages", "1,234 searches of this index, half of them within 12 ms",
        "Satisfaction 80.0% 40.0%", "Explicit feedback 75.0% -", "+0.125 (+0.062 to +0.250)", "9.5 of 9.0",
    ):  # fmt: skip
        assert part in words, part


def test_a_week_that_began_before_the_period_has_no_point_in_its_charts() -> None:
    begun = Week(START.date() - timedelta(days=7), searches=10, answered=10, satisfied=1)
    words = _pictured(replace(FULL, weeks=(begun, *FULL.weeks)))
    assert "in the week of 2026-03-02" in words
    assert "2026-02-23" not in words
    assert "in the week of" not in _pictured(replace(FULL, weeks=(begun,)))


def _pictured(report: Report) -> str:
    return unescape(written(report, NOW))


def test_a_report_without_anything_says_so() -> None:
    words = _words(written(EMPTY, NOW))
    for part in ("No drift signal tripped", "Nobody searched", "No window was judged", "No training was asked for"):
        assert part in words, part


def test_a_report_needs_nothing_else_and_runs_nothing() -> None:
    page = written(FULL, NOW)
    assert set(re.findall(r'\b(?:src|srcset|href|action)="([^"]{0,19})', page)) == {"data:image/svg+xml;"}
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page
    assert "<b>ana" not in page
    assert page.count("&lt;script&gt;") == 2


def test_a_picture_is_in_the_document_with_its_words_and_size() -> None:
    found = picture(chart(1.0, 2.0))
    assert (found["words"], found["width"], found["height"]) == ("What it shows", WIDTH, chart(1.0).height)
    assert str(found["light"]) != str(found["dark"])


def test_what_is_gathered_is_of_the_tenants_last_days_and_of_as_many_before(past: Streams, tmp_path: Path) -> None:
    where = settings_of(tmp_path)
    week = report_page.gather(past.warehouse, where, TENANT, timedelta(days=7), NOW)
    assert [run.run for run in week.runs] == ["run-1", "run-2"]
    assert [each.searches for each in week.weeks] == [1]
    assert [each.searches for each in week.before] == [6]
    whole = report_page.gather(past.warehouse, where, TENANT, timedelta(days=31), NOW)
    assert ([run.run for run in whole.wins], len(whole.runs), len(whole.drift.signals)) == (["run-1"], 2, 2)
    assert SCRIPT not in written(whole, NOW)
