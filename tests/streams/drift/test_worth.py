"""Whether drift is worth a training: harm asks whatever it costs, what harms nobody by what is likely to be gained."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from retrieval.satisfied_shares import Compared, Person, Verdict, compared
from schemas.learning import Comparison, ModelRefused, RungTried, TrainingRequested
from stores.warehouse import Warehouse
from streams.drift.config import DriftConfig
from streams.drift.detectors.baseline import Expected
from streams.drift.encoder import WordLlamaEncoder
from streams.drift.job import DriftJob
from streams.drift.judgement import Judged
from streams.drift.judgement import Verdict as Tripped
from streams.drift.requests import Outcome, Run
from streams.drift.signal import Measured
from streams.drift.statistics.chance import Chance
from streams.drift.worth import BEHAVIOUR, expected_gain, harm, hours_of_one, worth
from tests.stores.keyed import unsigned
from tests.streams.drift.days import CONFIG, DAY, MIDNIGHT, NOW, Outbox, after_day, days, record
from tests.streams.drift.history_rows import Log

END = datetime(2025, 6, 3, tzinfo=UTC)
RULES = DriftConfig(expected_gain=0.03, gain_per_hour=0.01)
NOTHING = compared(())
LOST = compared([Person(9, 9, 9, 0)] * 40)


def judged(signal: str, verdict: Tripped = "tripped") -> Judged:
    measured = Measured(signal, 0.71, 0.5, 0.42, 0.001, 900, 300, 60, 50, Chance())
    return Judged(measured, 0.011, 0.25, 4.0, 5.2, 3.1, Expected(0.0, 0.1, 0.1), verdict)


def ended(gain: float | None, hours: float = 1.0, outcome: Outcome = "live") -> Run:
    return Run("run-x", END, END, outcome, 999, gain, hours * 3_600)


def test_signals_of_what_people_do_are_those_that_count_their_cases() -> None:
    assert {
        "citation_click", "click_rank", "click_through", "negative_reaction", "reformulation", "session_satisfaction",
        "zero_click",
    } == BEHAVIOUR  # fmt: skip


@pytest.mark.parametrize(
    ("signals", "found", "runs", "asks", "why"),
    [
        (
            ["query_drift"],
            NOTHING,
            [],
            True,
            "no harm seen; a training is expected to gain +0.0300 as served, by a",
        ),
        (
            ["query_drift"],
            NOTHING,
            [ended(0.0)],
            True,
            "by 1 training before, and takes 1.0 hours and",
        ),
        (["query_drift"], NOTHING, [ended(0.0)] * 2, True, "+0.0100 as served, by 2 trainings before"),
        (["query_drift"], NOTHING, [ended(0.0)] * 3, False, "takes 1.0 hours and has to gain +0.0100"),
        (["query_drift"], NOTHING, [ended(0.04, 4.0)], False, "has to gain +0.0400"),
        (["query_drift"], NOTHING, [ended(0.04, 3.0)], True, "has to gain +0.0300"),
        (["query_drift"], NOTHING, [ended(None, 90.0)], True, "by assumption, and costs what is not known yet"),
        (["query_drift", "zero_click"], NOTHING, [ended(0.0)] * 9, True, "harmful by zero_click"),
        (["query_drift"], LOST, [ended(0.0)] * 9, True, "people find less: In the newest days 0.0 % of 360 searches"),
    ],
)
def test_harm_asks_whatever_it_costs_and_the_rest_when_it_is_likely_to_pay(
    signals: list[str], found: Compared, runs: list[Run], asks: bool, why: str
) -> None:
    said = worth([*map(judged, signals), judged("click_rank", "suspect")], lambda: found, runs, RULES)
    assert said.asks is asks
    assert why in said.why


def test_what_a_training_gains_and_takes_is_learned_from_those_before() -> None:
    assert expected_gain([ended(0.05), ended(None), ended(-0.02)], RULES) == pytest.approx(0.02)
    newest_first = [ended(0.1, hours) for hours in (5, 1, 2, 9, 4, 99, 99)]
    assert hours_of_one([ended(None, 70.0), *newest_first]) == 4.0
    assert hours_of_one([]) == 0.0


def test_what_was_refused_gained_nothing_and_lost_nothing_and_what_is_long_over_is_forgotten() -> None:
    bad = ended(-0.5, 0.1, "refused")
    assert expected_gain([bad], RULES) == pytest.approx(0.015)
    assert worth(
        [judged("query_drift")], lambda: NOTHING, [bad] * 9, RULES.model_copy(update={"gain_per_hour": 0})
    ).asks
    assert expected_gain([ended(0.03)] * 5 + [ended(-0.9)], RULES) == pytest.approx(0.03)
    assert hours_of_one([bad, bad, bad, ended(0.1, 10.0)]) == 10.0, "no shadow was built of what was refused"


def test_a_run_that_was_stopped_tells_nothing_of_gain_and_hours() -> None:
    others = [ended(0.05, 2.0), ended(0.04, 3.0)]
    with_stopped = [ended(0.2, 99.0, "stopped"), ended(None, 0.0, "stopped"), *others]
    assert expected_gain(with_stopped, RULES) == expected_gain(others, RULES)
    assert hours_of_one(with_stopped) == hours_of_one(others)
    assert "by 2 trainings before" in worth([judged("query_drift")], lambda: NOTHING, with_stopped, RULES).why


def test_a_free_training_needs_no_gain() -> None:
    free = RULES.model_copy(update={"gain_per_hour": 0.0, "expected_gain": 0.0})
    assert worth([judged("query_drift")], lambda: NOTHING, [ended(0.0, 9.0)], free).asks


class Asked:
    """A warehouse that notes what it is asked."""

    def __init__(self) -> None:
        self.spans = list[tuple[str, str]]()
        self.weekdays = list[int]()

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # a double
        assert (name, parameters["tenant"]) == ("satisfaction_by_person", "acme")
        self.spans.append((parameters["since"], parameters["until"]))
        self.weekdays = parameters["weekdays"]
        good = 1 if len(self.spans) == 1 else 0
        return [
            {"person": f"u{n}", "answered_before": 1, "satisfied_before": good, "answered_since": 0,
             "satisfied_since": 0} for n in range(40)
        ]  # fmt: skip


@pytest.mark.parametrize(
    ("days", "since", "weekdays"), [(16, "2025-06-15 23", [1, 2]), (60, "2025-07-03 23", [1, 2, 3, 4, 5, 6, 7])]
)
def test_the_first_days_of_a_model_are_compared_with_the_newest(days: int, since: str, weekdays: list[int]) -> None:
    asked, began = Asked(), datetime(2025, 6, 2, tzinfo=UTC)
    found = harm(asked, "acme", began, began + timedelta(days=days), RULES)
    assert (found.verdict, found.before.share, found.since.share) == (Verdict.LOSS, 1.0, 0.0)
    first, newest = asked.spans
    assert first == ("2025-06-01 23:59:59.999", "2025-06-15 23:59:59.999")
    assert (newest[0][:13], asked.weekdays) == (since, weekdays)
    young = Asked()
    assert harm(young, "acme", began, began + timedelta(days=14), RULES).verdict is Verdict.TOO_FEW
    assert young.spans == [], "no day is left to compare"


def refused(tenant: str, number: int, hours: float) -> list[TrainingRequested | ModelRefused]:
    at: dict[str, Any] = {"tenant": tenant, "run": f"run-{number}", "occurred_at": MIDNIGHT - (90 + number) * DAY}
    rung = RungTried(rung="full", queries=9, gain=0.0, low=0, high=0, seconds=hours * 3_600, documents=9, passages=9)
    same = Comparison(
        queries=9, ndcg_candidate=0.7, ndcg_live=0.7, ndcg_base=0.7, ndcg_bm25=0.6, difference=0.0, low=-0.1, high=0.1,
        rung="full", rungs=(rung,),
    )  # fmt: skip
    return [
        TrainingRequested(event_id=f"a{number}", requested_by="drift", reason="drift", **at),
        ModelRefused(event_id=f"r{number}", verdict="INCONCLUSIVE", reasons=("x",), comparison=same, **at),
    ]


@pytest.mark.thorough
@pytest.mark.parametrize(("hours", "asks"), [(0.5, True), (8.0, False)])
def test_harmless_drift_is_shown_and_asks_only_for_what_is_likely_to_pay(
    hours: float, asks: bool, warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    log, outbox = Log(warehouse, tenant), Outbox()
    record(log, days(0, 3) + days(3, 6, shift=1.0))
    for number in (1, 2):
        log.write(refused(tenant, number, hours))
    rules = CONFIG.model_copy(update={"refusal_days": 1})
    rows = DriftJob(warehouse, outbox, rules, unsigned, encoder).run(tenant, after_day(5), NOW)
    tripped = [row for row in rows if row["verdict"] == "tripped"]
    assert not BEHAVIOUR & {row["signal"] for row in tripped}
    if asks:
        (request,) = outbox.sent
        assert "no harm seen; a training is expected to gain +0.0100 as served, by 2 trainings before, and takes" in (
            request.reason
        )
    else:
        assert outbox.sent == []
        assert all("takes 8.0 hours and has to gain +0.0240" in row["detail"] for row in tripped)
