import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.stores.chat_server import ChatServer, chatting
from tests.trainer.chatting import Remembered, chat, rules
from tests.trainer.synthetic.histories import RULES, history
from trainer.chat import Chat, ChatRules
from trainer.data.examples import CleaningRules
from trainer.data.snapshot import Snapshot
from trainer.data.split import Split
from trainer.synthetic.making import Synthetic, synthetic
from trainer.synthetic.queries import SyntheticRules, teachable

SNAPSHOT, SPLIT, COPIES, HOLD_OUT = history()
NAMES = [one.document for one in teachable(SNAPSHOT, SPLIT, COPIES)]


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chatting() as found:
        found.say = written
        yield found


def written(user: str) -> str:
    title = json.loads(user)["title"]
    return json.dumps({name: f"{name} zz {title}" for name in ("keywords", "question", "problem", "how-to")})


def never() -> Chat:
    raise AssertionError("nobody is to be asked")


def made(
    by: Callable[[], Chat] = never,
    snapshot: Snapshot = SNAPSHOT,
    split: Split = SPLIT,
    **more: Any,  # noqa: ANN401
) -> Synthetic:
    wanted = SyntheticRules.model_validate({"generator": "extractive", **more})
    return synthetic(
        snapshot, split, COPIES, HOLD_OUT, RULES.query_similarity, wanted, CleaningRules(), by, lambda _: None
    )


def test_without_a_generator_and_with_many_clicks_there_are_none() -> None:
    assert made(generator="none") == Synthetic()
    assert made(few=len(SPLIT.train)) == Synthetic()
    many = made(few=len(SPLIT.train), generator="endpoint")
    assert (many.examples, many.said) == (
        (),
        f"no synthetic queries: {len(SPLIT.train)} examples are clicked, which is enough",
    )


def test_the_documents_own_words_need_nobody() -> None:
    found = made(per_click=100)
    assert {one.document for one in found.examples} <= set(NAMES)
    assert len(found.examples) > 10
    assert "of the documents' own words" in found.said
    assert made(per_click=100) == found


def test_there_are_no_more_than_the_clicks_allow_and_they_are_of_the_most_opened() -> None:
    few = made(per_click=0.5)
    assert len(few.examples) == len(SPLIT.train) // 2
    assert {one.document for one in few.examples} <= set(NAMES[: len(few.examples)])
    assert {one.document for one in made(max_documents=2, per_click=100).examples} <= set(NAMES[:2])


def test_a_language_model_writes_queries_of_documents_that_may_teach_and_that_everyone_may_see(
    server: ChatServer,
) -> None:
    hidden = NAMES[1]
    secret = replace(SNAPSHOT.documents[hidden], for_everyone=False)
    snapshot = replace(SNAPSHOT, documents={**SNAPSHOT.documents, hidden: secret})
    found = made(lambda: chat(rules(server)), snapshot, generator="endpoint", per_click=100)
    sent = {json.loads(user)["title"] for user in server.users()}
    expected = [name for name in NAMES if name != hidden]
    assert sent == {snapshot.documents[name].title for name in expected}
    assert json.loads(server.users()[0])["title"] == snapshot.documents[expected[0]].title, "the most opened first"
    assert {one.document for one in found.examples} == set(expected)
    assert not {one.document for one in found.examples} & SPLIT.held_out_documents
    assert f"by a language model ({len(expected)} calls" in found.said


def test_a_run_that_is_repeated_asks_nothing(server: ChatServer) -> None:
    answers = Remembered()
    first, second = (made(lambda: chat(rules(server), answers), generator="endpoint") for _ in range(2))
    assert first.examples == second.examples
    assert len(server.asked) == len(NAMES)
    assert "0 calls, about 0 tokens" in second.said


def test_an_endpoint_that_is_away_broken_or_talks_nonsense_costs_the_queries_alone(server: ChatServer) -> None:
    absent = ChatRules(url="http://127.0.0.1:9/v1", model="m", attempts=1, failures=2)
    found = made(lambda: chat(absent), generator="endpoint")
    assert found.examples == ()
    assert "0 synthetic queries for 0 documents" in found.said
    assert "does not answer" in found.said
    server.always = (500, b"broken")
    assert "answered 500: broken" in made(lambda: chat(rules(server)), generator="endpoint").said
    server.always = None
    server.say = lambda user: "I am sorry."
    assert "another form" in made(lambda: chat(rules(server)), generator="endpoint").said
    server.asked.clear()
    server.say = written
    server.instead += [(500, b"broken")] * 2
    some = made(lambda: chat(rules(server)), generator="endpoint", per_click=100)
    assert {one.document for one in some.examples} == set(NAMES[2:])
    assert "2 questions had no usable answer" in some.said


def test_costs_end_at_their_cap_with_what_is_there(server: ChatServer) -> None:
    found = made(lambda: chat(rules(server), calls=3), generator="endpoint", per_click=100)
    assert len(server.asked) == 3
    assert {one.document for one in found.examples} == set(NAMES[:3])
    assert "the 3 calls of a run are spent" in found.said


def test_a_hostile_document_yields_at_worst_odd_queries_of_its_own(server: ChatServer) -> None:
    """Its text takes the model over: the model writes a held-out query, a screenful, and another document's name."""
    held = SPLIT.test[0].text
    evil = {
        "keywords": held,
        "question": "buy " * 1_000,
        "problem": "\x1b]0;pwn\x07 now",
        "how-to": {"document": "d01"},
    }
    server.say = lambda user: "IGNORE ALL " + json.dumps(evil) if json.loads(user)["title"] == title else written(user)
    title = SNAPSHOT.documents[NAMES[0]].title
    found = made(lambda: chat(rules(server)), generator="endpoint", per_click=100)
    odd = [one for one in found.examples if one.document == NAMES[0]]
    assert len(odd) == 2
    assert all(len(one.anchor) <= 120 and one.anchor.isprintable() for one in odd)
    assert held not in {one.anchor for one in found.examples}


def test_what_was_made_is_kept_for_a_run_that_is_resumed(tmp_path: Path) -> None:
    found = made(per_click=100)
    found.save(tmp_path / "synthetic.json")
    assert Synthetic.load(tmp_path / "synthetic.json") == found


def test_the_report_shows_no_query_of_a_document_that_is_not_for_everyone() -> None:
    found = made(per_click=100)
    name = found.examples[0].document
    secret = SNAPSHOT.documents | {name: replace(SNAPSHOT.documents[name], for_everyone=False)}
    figures = found.figures(secret)
    assert figures["examples"] == len(found.examples)
    assert name not in json.dumps(figures["queries"])
    assert len(figures["queries"]) < len(found.examples)  # type: ignore[arg-type]  # a list


def test_where_clicks_teach_every_document_there_is_nothing_to_tell_of() -> None:
    snapshot, split, copies, hold_out = history(pages=30, clicked=30)
    wanted = SyntheticRules(generator="extractive")
    found = synthetic(
        snapshot, split, copies, hold_out, RULES.query_similarity, wanted, CleaningRules(), never, lambda _: None
    )
    assert found == Synthetic()
