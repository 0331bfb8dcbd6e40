"""Verdicts as tables: scores that add up, what one day can do, what quiet windows teach, too few, silence."""

from datetime import UTC, datetime

import pytest

from streams.drift.config import DriftConfig
from streams.drift.detectors.baseline import Quiet
from streams.drift.judgement import Judged, Span, Watch, judge, limit, silent
from streams.drift.signal import Measured
from streams.drift.signals import SIGNALS
from streams.drift.statistics.chance import Chance

CONFIG = DriftConfig()
NAMES = [signal.name for signal in SIGNALS]
ONE_DAY = Span()
QUIET = Watch({name: (Quiet(0.0, 0.0, None),) * 20 for name in NAMES})
SPREAD = 0.05
"""Of zero_click after twenty windows without any difference: the smallest that is of interest."""


def measured(
    signal: str = "zero_click", effect: float = 0.5, p: float = 0.001, n: int = 500, people: int = 40
) -> Measured:
    return Measured(signal, 0.5, 0.3, effect, p, n, n, people, people, Chance())


def judged(watch: Watch, effect: float, span: Span = ONE_DAY, n: int = 500, people: int = 40) -> tuple[Judged, Watch]:
    (found,), after = judge({"zero_click": measured(effect=effect, n=n, people=people)}, watch, CONFIG, span)
    return found, after


def verdicts(effects: list[float], span: Span = ONE_DAY) -> list[str]:
    watch, found = QUIET, list[str]()
    for effect in effects:
        one, watch = judged(watch, effect, span)
        found.append(one.verdict)
    return found


def test_q_is_benjamini_and_hochbergs_over_the_testable_signals() -> None:
    p = [0.001, 0.04, 0.012, 0.9, 0.02]
    names = NAMES[: len(p)]
    found, _ = judge({n: measured(n, p=x) for n, x in zip(names, p, strict=True)}, QUIET, CONFIG, ONE_DAY)
    # Worked by hand: p times 5 / rank, then the least of those at this rank or a later one.
    assert [j.q for j in found] == pytest.approx([0.005, 0.05, 0.03, 0.9, 1 / 30])


def test_a_score_is_the_effect_beyond_chance_and_the_quiet_mean_over_the_spread() -> None:
    watch = Watch({"zero_click": (Quiet(0.1, 0.0, None),) * 19})
    m = Measured("zero_click", 0.5, 0.3, 0.345, 0.001, 500, 500, 40, 40, Chance(0.1, 0.0))
    (found,), _ = judge({"zero_click": m}, watch, CONFIG, ONE_DAY)
    assert found.expected.mean == pytest.approx(0.095)
    assert found.score == pytest.approx((0.345 - 0.1 - 0.095) / SPREAD)
    assert found.threshold == pytest.approx(0.1 + 0.095 + CONFIG.allowance * SPREAD)


def test_a_large_change_trips_with_its_second_day_and_never_with_one_odd_day() -> None:
    assert verdicts([0.5, 0.5, 0.5]) == ["suspect", "tripped", "tripped"]
    assert verdicts([9.0, 0.0, 0.0, 0.0, 0.0]) == ["suspect", "steady", "steady", "steady", "steady"]


def test_small_changes_trip_when_they_last() -> None:
    found = verdicts([0.09] * 9)
    assert found[:2] == ["steady", "steady"]
    assert found[-1] == "tripped"
    assert set(verdicts([0.045] * 40)) == {"steady"}, "less than the allowance is no evidence, however long"


def test_a_window_of_many_days_is_no_odd_day() -> None:
    assert verdicts([9.0], Span(2, 0)) == ["suspect"]
    assert verdicts([9.0], Span(9)) == ["tripped"]


def test_evidence_fades_once_a_change_is_over() -> None:
    assert verdicts([0.5] * 30 + [0.0] * 14)[-1] == "steady"


@pytest.mark.parametrize(("n", "people"), [(29, 40), (500, 7)])
def test_too_few_cases_leave_what_was_known(n: int, people: int) -> None:
    _, before = judged(QUIET, 0.5)
    found, after = judged(before, 0.5, n=n, people=people)
    assert (found.verdict, found.q) == ("too_few", 1.0)
    assert after == before


def test_only_steady_windows_teach_and_only_so_many() -> None:
    for effect, taught in ((0.01, 1), (0.5, 0)):
        _, after = judged(QUIET, effect)
        assert len(after.quiet["zero_click"]) == 20 + taught
    full = Watch({"zero_click": (Quiet(0.0, 0.0, None),) * CONFIG.calibration_windows})
    assert judged(full, 0.01)[1].quiet == full.quiet


def test_a_request_leaves_no_evidence_behind() -> None:
    _, after = judged(QUIET, 0.5)
    assert after.evidence["zero_click"] > 0
    assert (after.asked().evidence, after.asked().quiet) == ({}, after.quiet)


def test_the_limit_follows_from_the_days_between_false_requests_and_the_days_of_a_window() -> None:
    rarely = CONFIG.model_copy(update={"false_alarm_days": 900.0})
    assert limit(rarely, 1) > limit(CONFIG, 1) > limit(CONFIG, 10) > 0


def test_silence_is_said_and_changes_nothing() -> None:
    _, before = judged(QUIET, 0.5)
    found, after = silent(before, CONFIG, Span(14))
    assert ({j.verdict for j in found}, [j.measured.signal for j in found]) == ({"silent"}, NAMES)
    assert after == before
    assert {j.measured.signal: j.evidence for j in found}["zero_click"] == before.evidence["zero_click"]


def test_a_span_of_a_week_has_no_weekday() -> None:
    sunday = datetime(2025, 3, 9, tzinfo=UTC)
    assert (Span.of(sunday, 1), Span.of(sunday, 6), Span.of(sunday, 7)) == (Span(1, 6), Span(6, 6), Span(7, None))
