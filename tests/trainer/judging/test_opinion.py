"""A language model's opinion: what it is sent, what becomes of its grades, and that it decides nothing."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from schemas.opinion import Opinion
from tests.stores.chat_server import ChatServer, chatting
from tests.trainer.build import START, document
from tests.trainer.chatting import Remembered, chat, rules
from trainer.chat import Chat, ChatRules
from trainer.config import JudgeRules
from trainer.data.examples import Document
from trainer.data.split import Query
from trainer.judging import opinion as judging
from trainer.judging.evaluate import CANDIDATE, LIVE, Evaluation
from trainer.judging.gate import GateRules, judge
from trainer.judging.opinion import hidden_order, read, sample

KNOWN: Mapping[str, Document] = {f"d{n}": document(f"d{n}", f"the text of d{n}", f"Title d{n}") for n in range(30)}


def compared(queries: int = 8, known: Sequence[str] = tuple(KNOWN)) -> Evaluation:
    """Return a comparison in which the candidate has each query's document first and live has it third."""
    asked = tuple(Query(f"query {n}", {f"d{n}": 1.0}, n, False, 1, START) for n in range(queries))
    after = [[f"d{n}", "d20", "d21"] for n in range(queries)]
    before = [["d20", "d22", f"d{n}"] for n in range(queries)]
    return Evaluation(asked, ((),) * queries, {LIVE: before, CANDIDATE: after}, (), {}, (), {})


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chatting() as found:
        found.say = honest
        yield found


def honest(user: str) -> str:
    asked = json.loads(user)
    sought = "Title d" + asked["query"].removeprefix("query ")
    return json.dumps([3 if one["title"] == sought else 0 for one in asked["documents"]])


def said(
    by: Callable[[], Chat],
    found: Evaluation | None = None,
    known: Mapping[str, Document] = KNOWN,
    **more: Any,  # noqa: ANN401
) -> Opinion:
    wanted = JudgeRules.model_validate({"queries": 100, "depth": 3, **more})
    answer = judging.opinion(found or compared(), known, wanted, by, "m")
    assert answer is not None
    return answer


def never() -> Chat:
    raise AssertionError("nobody is to be asked")


def test_without_rules_nobody_is_asked() -> None:
    assert judging.opinion(compared(), KNOWN, JudgeRules(), never, "m") is None


def test_both_rankings_are_graded_once_and_the_difference_has_its_interval(server: ChatServer) -> None:
    found = said(lambda: chat(rules(server)))
    assert (found.queries, found.depth, found.ndcg_candidate, found.ndcg_live) == (8, 3, 1.0, 0.5)
    assert found.low <= found.difference == 0.5 <= found.high
    assert len(server.asked) == 8, "one question a query"
    for user in server.users():
        titles = [one["title"] for one in json.loads(user)["documents"]]
        assert len(titles) == len(set(titles)) == 4, "the union, each once"
    assert "8 of 8 queries judged, 8 calls" in found.said


def test_the_order_says_nothing_of_either_ranking(server: ChatServer) -> None:
    swapped = compared()
    swapped = replace(swapped, rankings={LIVE: swapped.rankings[CANDIDATE], CANDIDATE: swapped.rankings[LIVE]})
    said(lambda: chat(rules(server)))
    first = server.users()
    server.asked.clear()
    found = said(lambda: chat(rules(server)), swapped)
    assert server.users() == first, "whichever is live, the question is the same"
    assert found.difference == -0.5
    places = [hidden_order(f"query {n}", ["d0", "d1", "d2", "d3"]).index("d0") for n in range(200)]
    assert all(30 < places.count(place) < 70 for place in range(4))


def test_only_what_everyone_may_see_is_sent(server: ChatServer) -> None:
    hidden = {**KNOWN, **{name: replace(KNOWN[name], for_everyone=False) for name in ("d1", "d20")}}
    found = said(lambda: chat(rules(server)), known=hidden)
    assert found.queries == 7, "query 1 leads to what is not for everyone"
    sent = "".join(server.users())
    assert "query 1" not in sent
    assert "d20" not in sent
    gone = {name: one for name, one in hidden.items() if name != "d21"}
    server.asked.clear()
    said(lambda: chat(rules(server)), known=gone)
    assert "d21" not in "".join(server.users())


def test_a_sample_is_fixed_and_bounded(server: ChatServer) -> None:
    assert sample(compared(), KNOWN, 3) == sample(compared(), KNOWN, 3) == sample(compared(), KNOWN, 8)[:3]
    assert said(lambda: chat(rules(server)), queries=3).queries == 3
    assert len(server.asked) == 3


def test_a_repeated_run_asks_nothing_and_costs_end_at_their_cap(server: ChatServer) -> None:
    answers = Remembered()
    first, second = (said(lambda: chat(rules(server), answers)) for _ in range(2))
    assert (first.difference, len(server.asked)) == (second.difference, 8)
    few = said(lambda: chat(rules(server), calls=3))
    assert few.queries == 3
    assert "the 3 calls of a run are spent" in few.said


def test_an_endpoint_that_is_away_or_talks_nonsense_is_a_line(server: ChatServer) -> None:
    absent = ChatRules(url="http://127.0.0.1:9/v1", model="m", attempts=1, failures=2)
    found = said(lambda: chat(absent))
    assert (found.queries, found.difference, found.low, found.high) == (0, 0.0, 0.0, 0.0)
    assert "0 of 8 queries judged" in found.said
    assert "does not answer" in found.said
    server.say = lambda user: "They are all very good."
    assert "another form" in said(lambda: chat(rules(server))).said
    server.say = honest
    server.instead += [(500, b"broken"), (200, b"<html>")]
    some = said(lambda: chat(rules(server)))
    assert some.queries == 6
    assert "2 questions had no usable answer" in some.said
    unnamed = said(lambda: chat(ChatRules()))
    assert "no language model is named" in unnamed.said


@pytest.mark.parametrize(
    ("answer", "grades"),
    [
        ("[3, 0]", (3, 0)),
        ("```json\n[3, 0]\n```", (3, 0)),
        ("Grades: [1,2]. Bye", (1, 2)),
        ("[3]", None),
        ("[3, 0, 1]", None),
        ("[4, 0]", None),
        ("[-1, 0]", None),
        ("[true, 0]", None),
        ("[3.0, 0]", None),
        ('["3", 0]', None),
        ("[1e999, 0]", None),
        ("", None),
        ("3, 0", None),
        ("[" * 100_000, None),
        ('{"1": 3, "2": 0}', None),
    ],
)
def test_grades_have_their_form_or_are_none(answer: str, grades: tuple[int, ...] | None) -> None:
    assert read(answer, 2) == grades


def test_it_is_no_part_of_a_verdict(server: ChatServer) -> None:
    """Whatever it says, the gate is given the same scores: it knows nothing of it."""
    found = compared()
    before = judge(found.scores(), {}, GateRules(min_queries=2, min_groups=2))
    server.say = lambda user: json.dumps([3] * len(json.loads(user)["documents"]))
    said(lambda: chat(rules(server)), found)
    assert judge(found.scores(), {}, GateRules(min_queries=2, min_groups=2)) == before
