"""Reactions: rows and pairs of what people think of answers and messages, and time. Pure."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.activity import OnAnswer, OnMessage, Reacted
from schemas.instants import milliseconds
from schemas.topics import REACTIONS
from streams.agents.reactions import writes
from streams.pairs import pair_id
from streams.pairs.reaction import ReactionRules
from tests.schemas.samples import WHEN
from tests.streams.agents.batches import POISON, batch_of, table

RULES = ReactionRules()
AT = milliseconds(WHEN)
ANSWER = OnAnswer(answer="a", question="why?", cited=("d1", "d2"))


def _reacted(number: int = 1, **fields: Any) -> Reacted:  # noqa: ANN401  # the event's own
    given = {"event_id": f"r{number}", "tenant": "acme", "occurred_at": WHEN, "user": "u", "target": ANSWER}
    return Reacted(**{**given, "reaction": "👍", **fields})


def test_a_yes_to_an_answer_is_a_row_and_a_pair_for_each_cited_document() -> None:
    written = writes(batch_of(REACTIONS, _reacted()), RULES, ())
    (row,) = table(written, "events")
    assert {name: row[name] for name in ("event_id", "type", "user", "document", "interaction", "query")} == {
        "event_id": "r1", "type": "Reacted", "user": "u", "document": "", "interaction": "a", "query": "why?",
    }  # fmt: skip
    pairs = table(written, "pairs")
    assert [(pair["document"], pair["anchor"], pair["weight"]) for pair in pairs] == [
        ("d1", "why?", 0.5),
        ("d2", "why?", 0.5),
    ]
    assert pairs[0]["pair"] == pair_id("reaction", "acme", "a", "u", "+1", "d1")
    assert {pair["reaction"] for pair in pairs} == {pair_id("reaction", "acme", "a", "u", "+1")}
    assert {pair["kind"] for pair in pairs} == {"reaction"}
    assert written.accesses is None


def test_a_reaction_on_a_message_speaks_of_the_message_and_names_no_anchor() -> None:
    written = writes(batch_of(REACTIONS, _reacted(target=OnMessage(document="m1"))), RULES, ())
    (row,) = table(written, "events")
    assert (row["document"], row["interaction"], row["query"]) == ("m1", "m1", "")
    (pair,) = table(written, "pairs")
    assert (pair["document"], pair["anchor"], pair["weight"]) == ("m1", "", 1.0)


@pytest.mark.parametrize(("change", "withdrawn"), [("added", 0), ("withdrawn", 1)])
def test_a_withdrawal_is_the_newer_row_of_the_same_pair(change: str, withdrawn: int) -> None:
    pair = table(writes(batch_of(REACTIONS, _reacted(change=change)), RULES, ()), "pairs")[0]
    assert pair["pair"] == pair_id("reaction", "acme", "a", "u", "+1", "d1")
    assert (pair["withdrawn"], pair["revision"]) == (withdrawn, 2 * AT + withdrawn)


@pytest.mark.parametrize(
    "target", [ANSWER, OnAnswer(answer="a", question="why?"), OnAnswer(answer="a", question="?", cited=("d9",))]
)
@pytest.mark.parametrize("name", ["+1", ":thumbsup::skin-tone-4:", "like"])
def test_a_withdrawal_ends_the_whole_reaction_whatever_it_names(target: OnAnswer, name: str) -> None:
    added = table(writes(batch_of(REACTIONS, _reacted()), RULES, ()), "pairs")
    pairs = table(
        writes(batch_of(REACTIONS, _reacted(target=target, reaction=name, change="withdrawn")), RULES, ()), "pairs"
    )
    (end,) = (pair for pair in pairs if pair["document"] == "")
    assert (end["reaction"], end["withdrawn"], end["revision"]) == (added[0]["reaction"], 1, 2 * AT + 1)
    assert end["pair"] not in {pair["pair"] for pair in added}


def test_the_row_says_what_a_reaction_counts_as() -> None:
    names = ("thumbs-up", "😕", "eyes", "hooray")
    events = [_reacted(number, reaction=name) for number, name in enumerate(names)]
    rows = table(writes(batch_of(REACTIONS, *events), RULES, ()), "events")
    assert [row["meaning"] for row in rows] == ["+1", "confused", "", "tada"]


def test_what_is_not_understood_is_a_row_and_no_pair() -> None:
    written = writes(batch_of(REACTIONS, _reacted(reaction="moyai"), _reacted(2, reaction="👎")), RULES, ())
    assert [row["event_id"] for row in table(written, "events")] == ["r1", "r2"]
    assert [(pair["event_ids"], pair["weight"]) for pair in table(written, "pairs")] == [(["r2"], -0.5)] * 2


def test_time_moves_to_the_newest_reaction_and_pairs_keep_their_own_date() -> None:
    late = WHEN + timedelta(seconds=90)
    written = writes(batch_of(REACTIONS, POISON, _reacted(1, occurred_at=late), _reacted(2)), RULES, ())
    assert written.newest == milliseconds(late)
    dates = {pair["event_ids"][0]: pair["occurred_at"] for pair in table(written, "pairs")}
    assert dates == {"r1": milliseconds(late), "r2": AT}
    assert [row["offset"] for row in table(written, "events")] == [101, 102]
    assert writes(batch_of(REACTIONS, POISON), RULES, ()).newest is None
