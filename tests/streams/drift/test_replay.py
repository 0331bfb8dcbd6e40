"""Past days judged once more, on a real warehouse: as they were judged when they came, or by other rules."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.learning import TrainingRequested
from stores.settings import Settings
from stores.warehouse import Warehouse
from streams.drift.encoder import WordLlamaEncoder
from streams.drift.job import DriftJob
from streams.drift.replay import Imagined, Outcome, replay
from tests.stores.keyed import unsigned
from tests.streams.drift.days import CONFIG, DAY, MIDNIGHT, NOW, Outbox, after_day, days, record
from tests.streams.drift.history_rows import Log


@pytest.mark.thorough
def test_a_replay_asks_where_the_job_asked_stores_nothing_and_says_the_same_again(stack: Settings, tenant: str) -> None:
    warehouse = Warehouse.connect(stack)
    warehouse.migrate()
    record(Log(warehouse, tenant), days(0, 4) + days(4, 9, shift=0.6))
    encoder, outbox = WordLlamaEncoder(), Outbox()

    def again(**rules: Any) -> Outcome:  # noqa: ANN401  # rules of drift
        config = CONFIG.model_copy(update=rules)
        return replay(warehouse, tenant, config, MIDNIGHT, after_day(8) + DAY / 2, encoder=encoder)

    found = again()
    assert found == again()
    assert warehouse.query("drift_windows", tenant=tenant, signal="", limit=9) == []
    job = DriftJob(warehouse, outbox, CONFIG, unsigned, encoder)
    judged = [row for number in range(9) for row in job.run(tenant, after_day(number), NOW)]
    assert found.windows == len({row["window_end"] for row in judged}) == 6
    assert [r.run for r in found.requests] == [outbox.sent[0].run], "then its run works, and goes live"
    assert found.requests[0].evidence == outbox.sent[0].evidence
    assert again(false_alarm_days=3_650.0, one_day=0.3).since(None)["first"] > found.since(None)["first"]
    assert again(reference_windows=9).windows == 0, "no day is left to judge"
    warehouse.close()


class Cut(Exception):
    """The end of a replay that somebody cut off."""


@pytest.mark.thorough
@pytest.mark.parametrize("day", [5, 7])
def test_a_replay_that_was_cut_off_goes_on_and_says_the_same(
    stack: Settings, tenant: str, tmp_path: Path, day: int
) -> None:
    warehouse = Warehouse.connect(stack)
    warehouse.migrate()
    record(Log(warehouse, tenant), days(0, 4) + days(4, 9, shift=0.6))
    encoder, until = WordLlamaEncoder(), after_day(8) + DAY / 2

    def cut(done: int) -> None:
        if done == day:
            raise Cut

    def again(moved: Callable[[int], None] = lambda days: None) -> Outcome:
        return replay(warehouse, tenant, CONFIG, MIDNIGHT, until, encoder=encoder, directory=tmp_path, moved=moved)

    with pytest.raises(Cut):
        again(cut)
    (kept,) = tmp_path.iterdir()
    with kept.open("ab") as out:
        out.write(b'["drift_windows",[{"cut')  # the last line of a process that was killed
    seen = list[int]()
    found = again(seen.append)
    assert found == replay(warehouse, tenant, CONFIG, MIDNIGHT, until, encoder=encoder)
    assert (found.windows, len(found.requests), seen[0]) == (6, 1, day)
    size = kept.stat().st_size
    assert again() == found
    assert kept.stat().st_size == size, "what was judged is not judged again"
    warehouse.close()


def asked(*on: int) -> Outcome:
    return Outcome(
        9,
        tuple(
            TrainingRequested(
                event_id=f"e{day}", tenant="acme", occurred_at=after_day(day), run=f"run-{day}", requested_by="drift",
                reason="r",
            )
            for day in on
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("on", "onset", "before", "delay"),
    [((2, 6, 9), 3, 1, 3), ((2, 3), 3, 2, None), ((), 3, 0, None), ((4,), 3, 0, 1)],
)
def test_a_delay_is_counted_from_the_onset(on: tuple[int, ...], onset: int, before: int, delay: int | None) -> None:
    row = asked(*on).since(after_day(onset))
    assert (row["requests"], row["before_onset"], row["delay_days"]) == (len(on), before, delay)
    assert asked(*on).since(None)["before_onset"] is None


class Nobody:
    """A warehouse that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # a double
        self.asked.append((name, parameters))
        return []


@pytest.mark.parametrize(("refused", "ended"), [(True, "refused"), (False, "live")])
def test_a_run_ends_after_a_day_and_nothing_from_later_is_read(refused: bool, ended: str) -> None:
    inner = Nobody()
    rows = Imagined(inner, from_ms=5_000, refused=refused)
    (request,) = asked(3).requests
    rows.ask(request)
    for passed, outcome in ((timedelta(), "running"), (DAY, ended)):
        rows.now_ms = int((request.occurred_at + passed).timestamp() * 1_000)
        (run,) = rows.query("drift_runs", tenant="acme")
        assert (run["run"], run["outcome"]) == ("run-3", outcome)
    rows.query("drift_pairs", tenant="acme", from_ms=7, until_ms=2**53)
    rows.query("drift_served", tenant="acme", from_ms=0, until_ms=9_000)
    rows.query("drift_served", tenant="acme", from_ms=6_000, until_ms=9_000)
    spans = [(p["from_ms"], p["until_ms"]) for name, p in inner.asked if name != "drift_runs"]
    assert spans == [(7, rows.now_ms), (5_000, 9_000), (6_000, 9_000)]


def test_an_imagined_run_gains_and_takes_what_real_ones_did() -> None:
    class Known(Nobody):
        def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # a double
            return [{"compared": True, "gain": gain, "work_s": 60.0} for gain in (0.01, 0.03)] + [{"compared": False}]

    rows = Imagined(Known(), from_ms=0, refused=False)
    rows.ask(asked(3).requests[0])
    (run,) = rows.query("drift_runs", tenant="acme")
    assert (run["compared"], run["gain"], run["work_s"]) == (True, pytest.approx(0.02), 60.0)
