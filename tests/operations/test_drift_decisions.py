"""Dismissing and muting by hand: what is sent, and what is refused before anything is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from operations import drift_decisions
from schemas.envelope import Event
from stores.drift_decisions import decided
from stores.errors import Misconfigured, Refused
from tests.schemas.samples import NOW
from tests.stores.keyed import unsigned

DAY = timedelta(days=1)


class Asked:
    """A warehouse in which drift asked for these runs, newest first; by run who dismissed it."""

    def __init__(self, **runs: str) -> None:
        self._rows = [
            {"run": run.replace("_", "-"), "dismissed_by": by, "dismissed_because": "a fair" if by else "",
             "verdict": "WIN" if run.startswith("won") else "RUNNING"}
            for run, by in runs.items()
        ]  # fmt: skip

    def query(self, name: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # a double
        assert (name, parameters["tenant"]) == ("drift_requests", "acme")
        return self._rows


def test_a_request_of_drift_is_dismissed_once(outbox: list[Event]) -> None:
    asked = Asked(run_2="", run_1="kim", won_1="")
    sent = drift_decisions.dismiss(asked, outbox.append, unsigned, "acme", "run-2", "sam", "needless", NOW)
    assert outbox == [sent]
    assert (sent.tenant, sent.run, sent.by, sent.reason) == ("acme", "run-2", "sam", "needless")
    for warehouse, run, reason in (
        (asked, "run-3", "did not ask for run-3; the newest request is run-2"),
        (asked, "run-1", "kim has dismissed run-1 already: a fair"),
        (asked, "won-1", "the model of won-1 won: approve or refuse its packet"),
        (Asked(), "run-3", "drift has asked for none yet"),
    ):
        with pytest.raises(Refused, match=reason):
            drift_decisions.dismiss(warehouse, outbox.append, unsigned, "acme", run, "sam", "needless", NOW)
    assert outbox == [sent], "what is refused is not sent"


def test_a_mute_ends_within_a_year_and_can_be_ended_before(outbox: list[Event]) -> None:
    muted = drift_decisions.mute(outbox.append, unsigned, "acme", NOW + 30 * DAY, "sam", "a move", NOW)
    for until in (NOW, NOW - DAY, NOW + 367 * DAY, datetime(9999, 12, 31, tzinfo=NOW.tzinfo)):
        with pytest.raises(Misconfigured, match="within a year"):
            drift_decisions.mute(outbox.append, unsigned, "acme", until, "sam", "a move", NOW)
    assert outbox == [muted]
    found = drift_decisions.shown(decided([muted]), NOW)
    assert found == {"muted": {"until": NOW + 30 * DAY, "by": "sam", "reason": "a move"}, "dismissed": None}
    assert drift_decisions.shown(decided([muted]), NOW + 30 * DAY)["muted"] is None

    later = drift_decisions.unmute(outbox.append, unsigned, "acme", "kim", "moved", NOW + DAY)
    assert outbox == [muted, later]
    assert drift_decisions.shown(decided([later, muted]), NOW + DAY)["muted"] is None


def test_the_newest_dismissal_is_shown(outbox: list[Event]) -> None:
    asked = Asked(run_2="", run_1="")
    events = [
        drift_decisions.dismiss(asked, outbox.append, unsigned, "acme", f"run-{n}", "sam", "needless", NOW + n * DAY)
        for n in (1, 2)
    ]
    found = drift_decisions.shown(decided(events), NOW)["dismissed"]
    assert (found["run"], found["by"], found["reason"]) == ("run-2", "sam", "needless")


@pytest.fixture
def outbox() -> list[Event]:
    """What was sent."""
    return []
