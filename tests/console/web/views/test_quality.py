"""Quality on a page: a figure and a picture a measure, a table of weeks, and the query behind them."""

from datetime import timedelta
from html import unescape

from operations import analysis, quality
from operations.periods import Period, recent
from tests.console.web.browsing import NOW, Site
from tests.console.web.views.test_drift import past, town
from tests.operations.past import MONDAY, RULES, TENANT
from tests.streams.lives import Streams

__all__ = ["past", "town"]


def test_a_page_has_every_measure_of_every_week(town: Site) -> None:
    page = town.operator("ana").text(f"/quality?tenant={TENANT}")
    for part in (
        "Satisfaction", "50.0%", "33.3%", "40.0%", "2026-02-16", "2026-02-23", "Explicit feedback", "past-1",
        "100.0% in the week of 2026-02-23, 50.0% in the week of 2026-02-16",
    ):  # fmt: skip
        assert part in page, part
    assert page.index("<td>2026-02-23") < page.index("<td>2026-02-16"), "the newest week comes first"
    assert "run-1" not in page, "retrains are not what went live"


def test_the_first_week_is_whole_wherever_in_a_week_the_newest_search_was(town: Site, past: Streams) -> None:
    whole, _ = quality.read(past.warehouse, TENANT, Period(MONDAY - timedelta(days=21), NOW), RULES)
    period = recent(past.warehouse, TENANT, timedelta(weeks=1), NOW)
    assert quality.read(past.warehouse, TENANT, period, RULES)[0] != whole
    assert quality.read(past.warehouse, TENANT, period.in_weeks(), RULES)[0] == whole
    page = unescape(town.operator("ana").text(f"/quality?tenant={TENANT}&weeks=2"))
    assert "'2026-02-08 23:59:59.999'" in page


def test_pictures_and_the_query_are_there(town: Site, past: Streams) -> None:
    ana = town.operator("ana")
    page = ana.text(f"/quality?tenant={TENANT}")
    answer = ana.get(f"/quality/chart.svg?tenant={TENANT}&measure=zero-click&dark=1")
    assert (answer.status, answer.data[:4]) == (200, b"<svg")
    assert ana.get(f"/quality/chart.svg?tenant={TENANT}&measure=nothing").status == 404
    query = unescape(page.split("<pre")[1].partition(">")[2].partition("</pre>")[0])
    assert analysis.answer(past.warehouse, query, "json").count(b"\n") == 2
