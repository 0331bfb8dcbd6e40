"""Quality as charts: a value a week, gaps where nothing was counted, marks of what went live and of nothing else."""

from datetime import date

from console.web.quality_charts import MEASURES, chart, described, figure
from operations.quality import Week
from tests.console.web.charting import DONE, START

WEEKS = (
    Week(date(2026, 3, 2), searches=4, people=2, answered=4, satisfied=1, lists=4, zero_click=3, own=4, zero_result=0),
    Week(date(2026, 3, 9), yes=1),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


def test_a_chart_has_a_value_a_week_and_gaps() -> None:
    made = chart(BY_NAME["satisfaction"], WEEKS, DONE)
    (line,) = made.panels[0].lines
    assert line.points[0] == (START, 0.25)
    assert line.points[1][1] is None
    assert [mark.kind for mark in made.marks] == ["rollback", "cutover"]


def test_each_measure_is_the_one_that_it_says() -> None:
    assert {name: measure.of(WEEKS[0]) for name, measure in BY_NAME.items()} == {
        "satisfaction": 0.25, "click-through": None, "zero-click": 0.75, "zero-result": 0.0, "approval": None,
        "searches": 4.0, "people": 2.0,
    }  # fmt: skip


def test_values_are_read_as_shares_or_counts() -> None:
    assert figure(BY_NAME["approval"], 0.333) == "33.3%"
    assert figure(BY_NAME["searches"], 1234.0) == "1,234"
    assert figure(BY_NAME["people"], None) == "-"
    assert "25.0% in the week of 2026-03-02" in described(BY_NAME["satisfaction"], WEEKS)
    assert "nothing counted yet" in described(BY_NAME["click-through"], WEEKS)
