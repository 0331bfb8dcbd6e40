"""One screen: what needs somebody first, what comes in, and never more than fits."""

from typing import Any

import pytest

from console.watch import Seen, needed, rates, screen
from operations import status
from tests.console.running import CommandLine

TENANT: dict[str, Any] = {
    "tenant": "acme", "lost": [], "unsigned": "", "drift": [], "training": {}, "waiting": 3,
    "live": {"model": "base", "collection": "c1", "version": 1},
    "collections": [{"collection": "c2", "state": "building", "done": 50, "total": 200, "eta_s": 90.0}],
}  # fmt: skip
EVENTS = [{"topic": "clicks", "accepted": 100, "dead": 0, "late": 0, "missing": 0}]
PROCESSES = [{"part": "redis", "up": True, "problem": "", "memory_mib": 10.0}]
NOW = Seen(10.0, PROCESSES, EVENTS, [TENANT])


def test_nothing_needs_anybody_when_all_is_well() -> None:
    assert needed(NOW) == []
    shown = screen(NOW, None, 80, 40)
    assert "Nothing needs anybody." in shown
    assert any("building 50/200, 90 s left" in line for line in shown)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"collections": [{"collection": "c2", "state": "ready", "done": None, "total": None, "eta_s": None}]},
         "acme: c2 waits for approval: tidewheel packet --tenant acme"),
        ({"lost": ["its record is gone"]}, "acme: its record is gone"),
        ({"unsigned": "another"}, "acme: what is live is not what was signed"),
        ({"drift": [{"signal": "query_drift", "verdict": "tripped"}]}, "acme: query_drift tripped"),
    ],
)  # fmt: skip
def test_what_waits_for_a_person_stands_first(change: dict[str, Any], words: str) -> None:
    now = NOW._replace(tenants=[{**TENANT, **change}])
    assert needed(now) == [words]
    assert screen(now, None, 100, 40)[2] == f"! {words}"


def test_what_is_only_suspected_and_what_is_built_need_nobody() -> None:
    built = {"collection": "c1", "state": "live", "done": 200, "total": 200, "eta_s": None}
    training = {"step": "fit (5/8)", "stage": "learning the map of queries", "done": "3", "total": "10"}
    calm = {"drift": [{"signal": "fit", "verdict": "suspect"}], "collections": [built], "training": training}
    now = NOW._replace(tenants=[TENANT | calm])
    assert needed(now) == []
    shown = "\n".join(screen(now, None, 160, 40))
    assert "training fit (5/8), learning the map of queries, 3 of 10" in shown
    assert "200/200" not in shown


def test_programs_that_are_down_and_missing_events_need_somebody() -> None:
    now = NOW._replace(
        processes=[{**PROCESSES[0], "up": False, "problem": "no port"}], events=[{**EVENTS[0], "missing": 2}]
    )
    assert needed(now) == ["redis is down: no port", "2 events of clicks are missing: tidewheel ledger"]


def test_the_rate_is_what_came_since_the_look_before() -> None:
    before = NOW._replace(at=6.0, events=[{**EVENTS[0], "accepted": 80}])
    assert rates(NOW, before)[0]["rate"] == 5.0
    assert rates(NOW, None)[0]["rate"] is None


def test_the_screen_fits_whatever_is_in_it() -> None:
    crowd = NOW._replace(tenants=[{**TENANT, "tenant": f"t{n}", "lost": ["words \x1b[2J " * 30]} for n in range(50)])
    shown = screen(crowd, None, 60, 20)
    assert len(shown) == 19
    assert all(len(line) <= 60 and "\x1b" not in line for line in shown)


def test_where_there_is_no_terminal_it_is_shown_once(tidewheel: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status, "tenants", lambda stores, tenant: [TENANT])
    ended = tidewheel("watch")
    assert ended.code == 0
    assert "Nothing needs anybody." in ended.out or "! " in ended.out
    assert "acme" in ended.out
