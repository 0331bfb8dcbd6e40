"""What a chart is of: its span, its height, and the marks that have something beside them."""

from dataclasses import replace

from console.web.charts import MARGIN, PANEL, drawn
from tests.console.web.charting import DAY, START, chart


def test_a_chart_spans_what_is_measured_and_is_as_high_as_its_panels() -> None:
    one = chart(1.0, None, 2.0)
    assert one.span == (START, START + 2 * DAY)
    assert replace(one, panels=one.panels * 2).height == 2 * PANEL + MARGIN
    assert chart().span is None


def test_marks_from_before_what_is_measured_are_left_out() -> None:
    assert [mark.kind for mark in chart(1.0, 2.0).visible] == ["retrain", "cutover"]
    assert chart().visible == ()


def test_the_same_chart_is_drawn_once() -> None:
    assert drawn(chart(1.0, 3.0)) is drawn(chart(1.0, 3.0))
    assert drawn(chart(1.0, 3.0)) != drawn(chart(1.0, 3.0), True)
