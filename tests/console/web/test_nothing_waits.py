"""What Cutover says before, during and after a run: each has its own words and leads to the run that it is about."""

from datetime import UTC, datetime
from typing import Any

import pytest

from console.web.nothing_waits import reason

AT = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)
RUN: dict[str, Any] = {"run": "run-1", "requested_at": AT, "ended_at": AT, "verdict": "RUNNING", "model": ""}
FIT = {"run": "run-1", "state": "fit", "step": "fit (5/8)", "stage": "a map", "done": "2", "total": "9"}
WON = RUN | {"verdict": "WIN", "model": "m-1"}
SHADOW = {"collection": "c", "state": "building", "model": "m-1"}


def test_before_the_first_run_it_says_how_one_begins() -> None:
    found = reason("acme", None, {}, [], "base")
    assert "no model has been trained yet" in found.words
    assert "`tidewheel retrain --tenant acme`" in found.words
    assert (found.run, found.goes_on) == ("", False)


@pytest.mark.parametrize(
    ("newest", "training", "building", "words", "goes_on"),
    [
        (RUN, FIT, [], "A training runs since 2026-11-01 09:30 UTC: fit (5/8), a map, 2 of 9.", True),
        (RUN, {}, [], "asked for on 2026-11-01 09:30 UTC; the trainer has not begun", True),
        (RUN, FIT | {"run": "run-0"}, [], "has not begun", True),
        (RUN, FIT | {"state": "ended"}, [], "has not begun", True),
        (RUN | {"verdict": "INCONCLUSIVE"}, FIT, [],
         "the last run ended INCONCLUSIVE on 2026-11-01 09:30 UTC, without a candidate", False),
        (WON, {}, [SHADOW], "Its packet is being made", True),
        (WON, {}, [SHADOW | {"state": "failed"}], "building its collection failed", False),
        (WON, {}, [SHADOW | {"model": "another"}], "refused or rolled back", False),
    ],
)  # fmt: skip
def test_each_stage_of_the_loop_has_its_own_words(
    newest: dict[str, Any], training: dict[str, str], building: list[dict[str, Any]], words: str, goes_on: bool
) -> None:
    found = reason("acme", newest, training, building, "base")
    assert words in found.words
    assert (found.run, found.goes_on) == ("run-1", goes_on)


def test_what_won_and_is_live_is_said_to_be_live() -> None:
    assert "is live" in reason("acme", WON, {}, [], "m-1").words
