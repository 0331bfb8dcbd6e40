"""What `tidewheel drift` shows, and what of it operators decide, on a running stack."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operations import since_cutover
from operations import standby as standby_rules
from schemas.activity import DocumentOpened, FromSearch, Result, SearchServed
from schemas.envelope import Event
from schemas.learning import DriftMuted, ModelRefused, RequestDismissed, RolledBack, TrainingRequested
from stores.collection_states import State
from stores.serving import Collection, Serving, ServingRecord, Standby
from stores.settings import Settings
from tests.console.pointing import point_at
from tests.console.running import CommandLine, sent
from tests.streams.drift.history_rows import Log
from tests.streams.lives import NOW, Streams, documents


@pytest.fixture(autouse=True)
def own_database(tidewheel: CommandLine, stack: Settings, town: Streams, monkeypatch: pytest.MonkeyPatch) -> None:
    point_at(stack, town.warehouse.database, monkeypatch)


def test_drift_shows_judged_windows_newest_first(tidewheel: CommandLine, town: Streams, tenant: str) -> None:
    town.take(*documents(tenant))
    assert "No window of" in tidewheel("drift", "--tenant", tenant).out
    for days, signal, verdict in (
        (0, "query_drift", "steady"),
        (1, "query_drift", "tripped"),
        (1, "zero_click", "steady"),
    ):
        window = {"tenant": tenant, "signal": signal, "window_end": NOW + timedelta(days=days), "verdict": verdict}
        town.warehouse.insert("drift_windows", {name: [value] for name, value in (window | {"effect": 0.5}).items()})
    rows = json.loads(tidewheel("drift", "--tenant", tenant, "--json").out)
    assert [(row["signal"], row["verdict"]) for row in rows] == [
        ("query_drift", "tripped"), ("zero_click", "steady"), ("query_drift", "steady"),
    ]  # fmt: skip
    assert [r["signal"] for r in json.loads(tidewheel("drift", "--tenant", tenant, "--limit", "1", "--json").out)] == [
        "query_drift"
    ]
    only = json.loads(tidewheel("drift", "--tenant", tenant, "--signal", "zero_click", "--json").out)
    assert [row["signal"] for row in only] == ["zero_click"]
    shown = tidewheel("drift", "--tenant", tenant).out
    assert shown.index("tripped") < shown.index("zero_click") < shown.rindex("query_drift")
    assert max(map(len, shown.splitlines())) <= 80


def test_what_is_decided_belongs_behind_its_command(tidewheel: CommandLine, town: Streams, tenant: str) -> None:
    town.take(*documents(tenant))
    for arguments, reason in (
        ((), "--tenant"),
        (("--tenant", tenant, "mute"), "--tenant stands behind 'mute'"),
        (("mute", "--tenant", tenant, "--until", "2020-01-01", "--reason", "r", "--by", "ana"), "within a year"),
    ):
        ended = tidewheel("drift", *arguments)
        assert (ended.code, ended.out) == (2, "")
        assert reason in ended.err


@pytest.mark.thorough
def test_a_request_is_shown_and_dismissed_and_drift_muted_and_unmuted(
    tidewheel: CommandLine, town: Streams, stack: Settings, tenant: str
) -> None:
    who = ("--tenant", tenant)
    at: dict[str, Any] = {"tenant": tenant, "occurred_at": NOW}
    town.take(*documents(tenant))
    assert "Drift of" in tidewheel("drift", "requests", *who).out
    asked = TrainingRequested(event_id=f"{tenant}a", run="run-1", requested_by="drift", reason="new words", **at)
    by_hand = TrainingRequested(event_id=f"{tenant}h", run="run-2", requested_by="ana", reason="by hand", **at)
    town.take(asked, by_hand, ModelRefused(event_id=f"{tenant}b", run="run-1", verdict="LOSS", reasons=("x",), **at))
    (row,) = json.loads(tidewheel("drift", "requests", *who, "--json").out)
    assert (row["run"], row["verdict"], row["dismissed_by"]) == ("run-1", "LOSS", ""), "what drift asked for alone"

    why = ("--by", "ana", "--reason", "a fair")
    no = tidewheel("drift", "dismiss", *who, "--run", "run-2", *why)
    assert (no.code, "drift of" in no.err, "the newest request is run-1" in no.err) == (3, True, True)
    assert tidewheel("drift", "dismiss", *who, "--run", "run-1", *why).out.startswith("Dismissed.")
    until = (datetime.now(UTC) + timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
    muted = tidewheel("drift", "mute", *who, "--until", f"{until:%Y-%m-%d}", *why)
    assert f"asks for no training before {until:%Y-%m-%d}" in muted.out
    dismissal, mute = sent(stack, tenant, least=2)
    assert isinstance(dismissal, RequestDismissed)
    assert (dismissal.run, dismissal.by, dismissal.reason) == ("run-1", "ana", "a fair")
    assert isinstance(mute, DriftMuted)
    assert (mute.until, mute.by) == (until, "ana")

    log = Log(town.warehouse, tenant)  # decided after the town's own time, in which they would be of the future
    log.write([dismissal, mute])
    shown = tidewheel("drift", "requests", *who).out
    assert "ana" in shown
    assert "    a fair" in shown.splitlines()
    again = tidewheel("drift", "dismiss", *who, "--run", "run-1", *why)
    assert (again.code, "ana has dismissed run-1 already" in again.err) == (3, True)
    status = tidewheel("status", *who).out
    assert f"drift asks for no training before {until:%Y-%m-%d}: ana, a fair" in status
    assert "dismissed run-1: ana, a fair" in status

    assert "may ask for a training again" in tidewheel("drift", "unmute", *who, "--by", "ben").out
    log.write(sent(stack, tenant, least=3)[2:])
    assert "asks for no training" not in tidewheel("status", *who).out


def test_calibrate_shows_what_quiet_windows_taught(tidewheel: CommandLine, town: Streams, tenant: str) -> None:
    town.take(*documents(tenant))
    assert "nothing is known" in tidewheel("drift", "calibrate", "--tenant", tenant).out
    reference = {"tenant": tenant, "reference": "r", "quiet": '{"zero_click": [[0.1, 0.01, 0], [0.2, 0.01, 1]]}'}
    town.warehouse.insert("drift_references", {name: [value] for name, value in reference.items()})
    for days, verdict in enumerate(("steady", "steady", "tripped")):
        window = {
            "tenant": tenant, "signal": "zero_click", "window_end": NOW + timedelta(days=days), "verdict": verdict,
            "reference_id": "r", "chance": 0.1, "expected": 0.2, "spread": 0.5, "variance": 0.04, "threshold": 0.8,
            "evidence_limit": 3.0,
        }  # fmt: skip
        town.warehouse.insert("drift_windows", {name: [value] for name, value in window.items()})
    (row,) = json.loads(tidewheel("drift", "calibrate", "--tenant", tenant, "--json").out)
    assert (row["signal"], row["taught"], row["evidence_limit"]) == ("zero_click", 4, 3.0), "a trip teaches nothing"
    assert row["expected"] == pytest.approx(0.3)
    assert row["spread_by_chance"] == pytest.approx(0.2)
    assert row["asks_in_two"] == pytest.approx(0.8 + 0.5 * 3 / 2)
    shown = tidewheel("drift", "calibrate", "--tenant", tenant).out
    assert max(map(len, shown.splitlines())) <= 80


def asking(tenant: str, person: int, at: datetime, dwell_s: float, model: str = "m") -> list[Event]:
    """A search of one person, answered by a model, and what they opened of it."""
    name = f"{tenant}-{person}-{at:%d}"
    search = SearchServed(
        event_id=name, tenant=tenant, user=f"u{person}", occurred_at=at, search=name, query="q", model=model,
        results=(Result(document="a", rank=1),), latency_ms=5.0,
    )  # fmt: skip
    opened = DocumentOpened(
        event_id=f"{name}o", tenant=tenant, user=f"u{person}", occurred_at=at + timedelta(seconds=5), document="a",
        dwell_seconds=dwell_s, from_search=FromSearch(search=name, query="q", rank=1),
    )  # fmt: skip
    return [search, opened]


def test_what_people_got_since_the_cutover_is_said_with_what_to_do(
    tidewheel: CommandLine, town: Streams, stack: Settings, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    who, now = ("--tenant", tenant), datetime.now(UTC)
    moved, serving = NOW - timedelta(days=10), Serving.connect(stack)
    monkeypatch.setattr(since_cutover, "WATCHED", now - moved + timedelta(days=1))
    first = ServingRecord(tenant=tenant, model="m", collection="c", version=1, moved_at=moved - timedelta(days=60))
    for name, state in (("c", State.LIVE), ("d", State.READY)):
        serving.register(Collection(tenant=tenant, model="m", collection=name, created_at=moved), state)
    serving.move(first, {})
    town.take(*documents(tenant))
    assert "No cutover of" in tidewheel("drift", "since-cutover", *who).out
    assert json.loads(tidewheel("drift", "since-cutover", *who, "--json").out) is None

    standby = Standby(model="m", collection="c", until=now + timedelta(days=2))
    serving.move(first.model_copy(update={
        "model": "n", "collection": "d", "version": 2, "standby": standby, "packet": "p", "moved_at": moved,
    }), {"c": (State.LIVE, State.STANDBY), "d": (State.READY, State.LIVE)})  # fmt: skip
    serving.close()
    assert "Too few people." in tidewheel("drift", "since-cutover", *who).out
    assert tidewheel("rollback", *who, "--if-lost").out.startswith("Nothing moved. 0 people searched since the cutover")
    before, after = moved - timedelta(days=3), moved + timedelta(days=3)
    for person in range(40):
        town.take(
            *asking(tenant, person, before, 60.0 if person % 4 else 1.0),
            *asking(tenant, person, after, 60.0 if person % 4 == 1 else 1.0, "n"),
        )
    ended = tidewheel("drift", "since-cutover", *who)
    assert "Loss. Since the cutover to n 25.0 % of 40 searches of 40 people satisfied; before (" in ended.out
    assert ") 75.0 % of 40 searches of 40 people satisfied" in ended.out
    assert "Roll back to m, which is kept fresh until" in ended.out
    told = json.loads(tidewheel("drift", "since-cutover", *who, "--json").out)
    assert (told["verdict"], told["before"]["share"], told["since"]["share"]) == ("loss", 0.75, 0.25)
    assert told["low"] < told["difference"] == -0.5 < told["high"] < 0
    assert (told["before_with_another_search"], told["brought_back_at"]) == (False, None)
    assert "roll back to m" in told["advice"]

    monkeypatch.setattr(standby_rules, "check", lambda *_: None)  # there is no collection to read
    back = tidewheel("rollback", *who, "--if-lost", "--by", "ana")
    assert back.out.startswith("Live: m in c (version 3), moved in"), back.err
    assert "the last move was a rollback to m, on " in tidewheel("drift", "since-cutover", *who).out
    serving = Serving.connect(stack)
    (move,) = serving.pending_events(tenant)
    assert isinstance(move, RolledBack)
    assert (move.by, move.reason[:28]) == ("ana", "Since the cutover to n 25.0 ")
    again = tidewheel("rollback", *who, "--if-lost")
    assert (again.code, again.out) == (0, "Nothing moved. No cutover is watched.\n"), "it never goes back and forth"
    serving.close()
