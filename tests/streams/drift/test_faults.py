"""What goes wrong around drift makes no alarm, and the rows say so: machines, late events, clocks, changed rules."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from stores.warehouse import Warehouse
from streams.drift.behaviour import Search
from streams.drift.config import DriftConfig
from streams.drift.encoder import WordLlamaEncoder
from streams.drift.job import DriftJob
from tests.stores.keyed import unsigned
from tests.streams.drift.days import CONFIG, DAY, NOW, Outbox, after_day, days, record
from tests.streams.drift.history_rows import Log
from tests.streams.drift.people import MORNING

RULES = CONFIG.model_copy(update={"permutations": 99})

Told = dict[tuple[datetime, str], tuple[Any, ...]]


class Tenant:
    """A tenant's events and the jobs that judge them."""

    def __init__(self, warehouse: Warehouse, name: str, encoder: WordLlamaEncoder) -> None:
        self.log, self.outbox = Log(warehouse, name), Outbox()
        self._warehouse, self._name, self._encoder = warehouse, name, encoder

    def worker(self, rules: DriftConfig = RULES) -> DriftJob:
        return DriftJob(self._warehouse, self.outbox, rules, unsigned, self._encoder)

    def judge(self, day: int, now: datetime = NOW, job: DriftJob | None = None) -> list[dict[str, Any]]:
        return (job or self.worker()).run(self._name, after_day(day), now)

    def stored(self) -> Told:
        rows = self._warehouse.rows(
            "SELECT window_end, signal, value, evidence, verdict, rules, detail FROM drift "
            f"WHERE tenant = '{self._name}'"
        )
        return {(r["window_end"], r["signal"]): tuple(r.values())[2:] for r in rows}


@pytest.fixture
def acme(warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder) -> Tenant:
    return Tenant(warehouse, tenant, encoder)


def machine(number: int, searches: int) -> list[Search]:
    at = MORNING + number * DAY
    return [
        Search("monitor", f"is it up {n % 40}", at + timedelta(seconds=20 * n), False, 10, (f"page {n % 40}",))
        for n in range(searches)
    ]


@pytest.mark.thorough
def test_a_bot_with_nine_tenths_of_the_searches_is_nobody(acme: Tenant) -> None:
    people = days(0, 6)
    bot = [machine(number, 9 * len(people[number])) for number in (4, 5)]
    record(acme.log, [*people, *bot])
    rows = acme.judge(5)
    assert {row["verdict"] for row in rows} <= {"steady", "suspect", "too_few"}
    assert acme.outbox.sent == []
    assert {row["window_end"]: row["searches"] for row in rows}[after_day(5)] == 10 * len(people[5])


@pytest.mark.thorough
def test_two_workers_and_a_clock_that_jumps_change_nothing(
    acme: Tenant, warehouse: Warehouse, tenant: str, encoder: WordLlamaEncoder
) -> None:
    other = Tenant(warehouse, f"{tenant}b", encoder)
    result = days(0, 3) + days(3, 6, shift=0.8)
    for each in (acme, other):
        record(each.log, result)
    for number in range(6):
        acme.judge(number)
    workers = (other.worker(), other.worker())
    for number in range(6):
        for worker, jump in zip(workers, (-30 * DAY, 400 * DAY), strict=True):
            other.judge(number, NOW + jump * (-1) ** number, worker)
    assert other.stored() == {
        key: (*row[:-1], row[-1].replace(acme.outbox.sent[0].run, other.outbox.sent[0].run))
        for key, row in acme.stored().items()
    }
    assert {event.run for event in acme.outbox.sent} != set()
    assert len({event.event_id for event in other.outbox.sent}) == len({e.event_id for e in acme.outbox.sent}) == 1


@pytest.mark.thorough
def test_changed_rules_leave_judged_windows_and_the_reference_and_are_named(acme: Tenant) -> None:
    changed = RULES.model_copy(update={"false_alarm_days": 30.0})
    record(acme.log, days(0, 6))
    acme.judge(3)
    before = acme.stored()
    rows = acme.judge(5, job=acme.worker(changed))
    assert {row["window_end"] for row in rows} == {after_day(4), after_day(5)}
    assert {row["rules"] for row in rows} == {changed.hash} != {RULES.hash}
    assert {key: row for key, row in acme.stored().items() if key in before} == before
    assert len({row["reference_id"] for row in rows}) == 1
    assert not {"tripped"} & {row["verdict"] for row in rows}
