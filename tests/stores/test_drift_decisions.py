"""What the events of operators come to, in whatever order they are read."""

from datetime import datetime, timedelta
from itertools import permutations

from schemas.learning import DriftMuted, RequestDismissed
from stores.drift_decisions import decided
from tests.schemas.samples import NOW, WHEN

DAY = timedelta(days=1)


def mute(name: str, days_ago: float, until: datetime) -> DriftMuted:
    return DriftMuted(event_id=name, tenant="acme", occurred_at=NOW - days_ago * DAY, until=until, by="sam", reason="r")


def dismissal(name: str, days_ago: float, run: str, by: str = "sam") -> RequestDismissed:
    return RequestDismissed(
        event_id=name, tenant="acme", occurred_at=NOW - days_ago * DAY, run=run, by=by, reason="needless"
    )


def test_the_newest_mute_holds_for_windows_that_end_before_it_does() -> None:
    events = [mute("long", 3, NOW + 90 * DAY), mute("short", 2, NOW + DAY)]
    for order in permutations(events):
        found = decided(order)
        assert found.mute_of(NOW + DAY - timedelta(seconds=1)) == events[1]
        assert found.mute_of(NOW + DAY) is None, "from its date on drift may ask"
    ended = decided([*events, mute("over", 1, WHEN - 400 * DAY)])
    assert ended.mute_of(NOW) is None, "one that has passed ends the earlier ones"
    assert decided([]).mute_of(NOW) is None


def test_the_first_dismissal_of_a_run_counts() -> None:
    events = [dismissal("b", 1, "run-1", "kim"), dismissal("a", 2, "run-1"), dismissal("c", 3, "run-2")]
    for order in permutations(events):
        assert {run: event.by for run, event in decided(order).dismissed.items()} == {"run-1": "sam", "run-2": "sam"}
