"""An opinion on a result is a reaction on it as an answer, and the newest opinion holds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from operations.feedback import Feedback, events
from schemas.activity import OnAnswer
from streams.pairs.reaction import ReactionRules, strength

AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
GIVEN = Feedback("acme", "sam", "s-1", "parental leave", "hr/leave", "useful")


def test_an_opinion_adds_its_reaction_and_withdraws_the_opposite() -> None:
    withdrawn, added = events(GIVEN, AT)
    assert (withdrawn.change, added.change, added.user) == ("withdrawn", "added", "sam")
    assert withdrawn.target == added.target
    assert isinstance(added.target, OnAnswer)
    assert (added.target.question, added.target.cited) == ("parental leave", ("hr/leave",))
    rules = ReactionRules()
    assert strength(added.reaction, rules) == 1.0 == -strength(withdrawn.reaction, rules)
    _, no = events(replace(GIVEN, opinion="not-useful"), AT)
    assert strength(no.reaction, rules) == -1.0


def test_results_of_one_search_have_reactions_of_their_own() -> None:
    one, other = (events(replace(GIVEN, document=name), AT)[1] for name in ("a", "b"))
    assert one.target_id != other.target_id


def test_an_opinion_that_comes_back_later_is_a_new_event() -> None:
    names = {event.event_id for at in (AT, AT + timedelta(seconds=1)) for event in events(GIVEN, at)}
    assert len(names) == 4
    assert events(GIVEN, AT) == events(GIVEN, AT)


def test_what_is_no_id_is_refused() -> None:
    with pytest.raises(ValidationError):
        events(replace(GIVEN, document="a\nb"), AT)
