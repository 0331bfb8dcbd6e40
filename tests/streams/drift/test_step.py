"""When drift is looked at: once a window, by one worker, again while rows come out of it."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from schemas.instants import instant
from stores import lease
from stores.access_log import AccessLog
from stores.errors import Retryable
from streams.drift.job import DriftJob
from streams.drift.step import DriftStep

WINDOW_MS = 1_000
NOW = datetime(2026, 6, 1, tzinfo=UTC)


class Fake:
    """Stands for the warehouse, the open sessions and the job; `rows` are how many the job writes, call by call."""

    def __init__(self, watermark: int | None, rows: list[int]) -> None:
        self.now, self.rows, self.made = watermark, rows, 0
        self.searches, self.behind = {"acme": 100}, set[str]()
        self.asked: list[tuple[str, datetime, datetime]] = []

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # as the real one
        assert (name, parameters) == ("searches_before", {"until_ms": (self.now or 0) // WINDOW_MS * WINDOW_MS})
        return [{"tenant": tenant, "searches": count} for tenant, count in self.searches.items()]

    def watermark(self) -> int | None:
        return self.now

    def make(self) -> DriftJob:
        self.made += 1
        return cast(DriftJob, self)

    def run(self, tenant: str, watermark: datetime, now: datetime) -> list[int]:
        if tenant == "away":
            raise Retryable("away")
        self.asked.append((tenant, watermark, now))
        return [0] * self.rows.pop(0)

    def step(self) -> DriftStep:
        return DriftStep(self, cast(Any, None), cast(AccessLog, self), self.make, WINDOW_MS)


class Held:
    """A lease that was got."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture(autouse=True)
def leases(monkeypatch: pytest.MonkeyPatch) -> list[Held | None]:
    """Leases to be had, one a call; one for every call while the list is empty."""
    waiting: list[Held | None] = []
    monkeypatch.setattr(lease, "acquire", lambda redis, name: waiting.pop(0) if waiting else Held())
    return waiting


def test_before_the_first_closing_there_is_nothing_to_judge() -> None:
    fake = Fake(None, [])
    assert fake.step().step(NOW) == 0
    assert fake.made == 0, "the job loads a model"


def test_a_window_is_judged_once_and_as_often_as_there_are_more_than_one_call_does() -> None:
    fake = Fake(5_500, [3, 3, 2])
    step = fake.step()
    fake.behind = {"acme"}
    assert [step.step(NOW) for _ in range(2)] == [3, 3]
    fake.behind = set()
    assert [step.step(NOW) for _ in range(3)] == [0, 0, 0], "late searches do not have it judged again and again"
    assert fake.asked == [("acme", instant(5_500), NOW)] * 2
    assert fake.made == 1


def test_one_tenant_whose_stores_are_away_does_not_keep_the_others_waiting() -> None:
    fake = Fake(5_500, [2, 2])
    fake.searches = {"acme": 100, "away": 5, "bolt": 9}
    step = fake.step()
    with pytest.raises(Retryable):
        step.step(NOW)
    assert [tenant for tenant, _, _ in fake.asked] == ["acme", "bolt"]


def test_a_further_window_is_judged_and_time_within_one_is_not() -> None:
    fake = Fake(5_500, [0, 0])
    step = fake.step()
    step.step(NOW)
    fake.now = 5_999
    step.step(NOW)
    fake.now = 6_000
    step.step(NOW)
    assert [watermark for _, watermark, _ in fake.asked] == [instant(5_500), instant(6_000)]


def test_while_another_worker_judges_this_one_does_not_and_asks_again(leases: list[Held | None]) -> None:
    fake = Fake(5_500, [2])
    leases.append(None)
    step = fake.step()
    assert step.step(NOW) == 0
    assert fake.asked == []
    assert step.step(NOW) == 2


def test_past_days_that_are_sent_are_judged_within_minutes_and_stragglers_wait_for_the_next_window() -> None:
    fake = Fake(5_500, [0, 3])
    step = fake.step()
    step.step(NOW)
    fake.searches = {"acme": 105, "bolt": 9}
    assert step.step(NOW + timedelta(minutes=1)) == 0, "it is not asked all the time"
    assert step.step(NOW + timedelta(minutes=3)) == 3
    assert [step.step(NOW + timedelta(minutes=minutes)) for minutes in (4, 9)] == [0, 0]
    assert [tenant for tenant, _, _ in fake.asked] == ["acme", "bolt"]
