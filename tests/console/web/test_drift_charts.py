"""A drift signal's chart: score where it was judged, evidence and limit, alarms and marks, and all of it in words."""

from console.web.drift_charts import chart, described, marks, now
from operations.drift_history import Signal
from tests.console.web.charting import DAY, DONE, SIGNAL, START, window


def test_a_chart_has_the_score_and_the_evidence_with_its_limit() -> None:
    made = chart(SIGNAL, DONE)
    score, evidence = made.panels
    assert [value for _, value in score.lines[0].points] == [0.0, None, 3.0, 6.0]
    assert score.band == (-1.0, 1.0)
    assert [value for _, value in evidence.lines[0].points] == [0.0, 0.0, 5.0, 9.5]
    assert {value for _, value in evidence.lines[1].points} == {9.0}
    assert made.alarms == (START + 4 * DAY,)
    assert [mark.kind for mark in made.marks] == ["rollback", "retrain", "cutover"] == [m.kind for m in marks(DONE)]


def test_a_chart_says_in_words_what_it_shows() -> None:
    text = described(SIGNAL)
    assert text == chart(SIGNAL, ()).words
    for part in ("4 windows from 2026-03-03 to 2026-03-06", "tripped in 1 of them, last 2026-03-06", "9.5 of 9.0"):
        assert part in text
    assert "tripped in none of them" in described(Signal("a", (window(1),)))


def test_a_window_that_was_not_judged_has_cases_and_no_figures() -> None:
    assert now(window(1, verdict="too_few")) == "30 cases"
    assert now(window(1, 2.0, score=-1.0)) == "0.25 now, 0.125 before; score -1.0, evidence 2.0 of 9.0"
