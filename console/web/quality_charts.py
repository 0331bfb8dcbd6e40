"""Quality week by week as charts. Pure."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from typing import NamedTuple

from console.web.charts import Chart, Line, Panel
from console.web.drift_charts import marks
from operations.drift_history import Happening
from operations.quality import Week


class Measure(NamedTuple):
    """One figure of a week: its name in addresses, its title, what it is, and how it is read."""

    name: str
    title: str
    meaning: str
    of: Callable[[Week], float | None]
    share: bool = True
    good: str = "higher is better"


MEASURES = (
    Measure("satisfaction", "Satisfaction", "answered searches that satisfied", lambda w: w.satisfaction),
    Measure("click-through", "Click-through", "shown results that were opened", lambda w: w.click_through),
    Measure(
        "zero-click", "Zero clicks", "list searches after which nothing was opened", lambda w: w.zero_click_rate,
        good="lower is better",
    ),
    Measure(
        "zero-result", "Zero results", "searches of this index that found nothing", lambda w: w.zero_result_rate,
        good="lower is better",
    ),
    Measure("approval", "Explicit feedback", "yeses among explicit yeses and noes", lambda w: w.approval),
    Measure("searches", "Searches", "searches and questions", lambda w: float(w.searches), share=False, good="usage"),
    Measure("people", "People", "different people who searched", lambda w: float(w.people), share=False, good="usage"),
)  # fmt: skip
"""In the order of the page."""


def chart(measure: Measure, weeks: Sequence[Week], happenings: Sequence[Happening]) -> Chart:
    """Return the chart of a measure over weeks, with marks of cutovers and rollbacks."""
    points = tuple((datetime.combine(week.week, time(), UTC), measure.of(week)) for week in weeks)
    moves = [each for each in happenings if each.kind != "retrain"]
    panel = Panel(f"{measure.title}, by week", (Line(measure.name, points),), share=measure.share)
    return Chart(measure.title, described(measure, weeks), (panel,), marks=marks(moves))


def described(measure: Measure, weeks: Sequence[Week]) -> str:
    """Return in words what the chart of a measure shows."""
    known = [(week.week, value) for week in weeks if (value := measure.of(week)) is not None]
    if not known:
        return f"{measure.meaning}: nothing counted yet."
    (first, was), (last, is_now) = known[0], known[-1]
    return (
        f"{measure.meaning} ({measure.good}): {figure(measure, is_now)} in the week of {last}, "
        f"{figure(measure, was)} in the week of {first}."
    )


def figure(measure: Measure, value: float | None) -> str:
    """Return a value of a measure as people read it."""
    if value is None:
        return "-"
    return f"{value:.1%}" if measure.share else f"{value:,.0f}"
