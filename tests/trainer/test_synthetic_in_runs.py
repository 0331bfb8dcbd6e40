"""Synthetic queries and a language model's opinion in whole runs, on the real stores, against a real server."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from schemas.learning import ModelRefused, ModelTrained
from stores.access_lists import AccessList, AccessLists
from stores.warehouse import Warehouse
from tests.stores.chat_server import ChatServer, chatting
from tests.trainer.judging.test_opinion import KNOWN, compared
from tests.trainer.test_service import QUICK, Make, answered, no_fit, request
from tests.trainer.world import NOW, company, write_clicks, write_pages
from trainer import service
from trainer.chat import ChatRules
from trainer.config import JudgeRules, TrainingConfig
from trainer.data.examples import Document
from trainer.data.hold_out import Key
from trainer.data.snapshot import Snapshot
from trainer.learning import fit
from trainer.learning.child import Cancelled
from trainer.run_directory import RunDirectory
from trainer.synthetic import making
from trainer.synthetic.queries import SyntheticRules


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chatting() as found:
        found.say = written
        yield found


def written(user: str) -> str:
    asked = json.loads(user)
    if "query" in asked:
        return json.dumps([n % 4 for n in range(len(asked["documents"]))])
    return json.dumps({"keywords": f"zz {asked['title']}", "question": f"what is zz of {asked['title']}?"})


def with_model(url: str, **more: Any) -> TrainingConfig:  # noqa: ANN401  # rules of synthetic queries
    rules = {"generator": "endpoint", "per_click": 5.0, **more}
    return QUICK.model_copy(
        update={
            "chat": ChatRules(url=url, model="m", attempts=1, failures=2),
            "synthetic": SyntheticRules.model_validate(rules),
            "judge": JudgeRules(queries=10, depth=3),
        }
    )


def cut_short(*_: object) -> Path:
    raise Cancelled("asked to stop")


def half_clicked(warehouse: Warehouse, tenant: str, topics: int = 60) -> None:
    """Write twice as many pages as anybody clicked on."""
    write_pages(warehouse, tenant, company(2 * topics)[0])
    write_clicks(warehouse, tenant, company(topics)[1])


@pytest.mark.thorough
def test_a_run_learns_from_queries_that_a_model_wrote_and_tells_its_opinion(
    make_context: Make, warehouse: Warehouse, tenant: str, server: ChatServer
) -> None:
    half_clicked(warehouse, tenant)
    context = make_context(with_model(server.url))
    (event,) = answered(context, request(tenant))
    assert isinstance(event, (ModelTrained, ModelRefused))
    seen = event.comparison
    assert seen is not None, event
    assert seen.synthetic is not None
    assert "synthetic queries for" in seen.synthetic
    assert "by a language model" in seen.synthetic
    assert seen.opinion is not None
    assert 0 < seen.opinion.queries <= 10
    report = context.home / "training" / tenant / "run-1" / "report"
    told = json.loads((report / "synthetic.json").read_text())
    assert told["examples"] == len(told["queries"]) > 0
    assert json.loads((report / "opinion.json").read_text())["queries"] == seen.opinion.queries
    key = Key(context.signing.secret(f"hold-out of {tenant}"))
    rows = warehouse.rows("SELECT DISTINCT role, item FROM hold_out FINAL WHERE tenant = {t:String}", t=tenant)
    roles = {row["role"] for row in rows if row["item"] == key.query(told["queries"][0]["query"])}
    assert roles == {"taught"}
    judged = warehouse.rows("SELECT DISTINCT query FROM query_scores FINAL WHERE tenant = {t:String}", t=tenant)
    assert not {row["query"] for row in judged} & {one["query"] for one in told["queries"]}
    assert not warehouse.rows(
        "SELECT pair FROM snapshot_pairs FINAL WHERE tenant = {t:String} AND pair LIKE '%synthetic%'", t=tenant
    )


@pytest.mark.long
@pytest.mark.slow
def test_without_an_endpoint_that_answers_a_run_learns_without_and_says_so(
    make_context: Make, warehouse: Warehouse, tenant: str
) -> None:
    half_clicked(warehouse, tenant)
    (event,) = answered(make_context(with_model("http://127.0.0.1:9/v1")), request(tenant))
    assert isinstance(event, (ModelTrained, ModelRefused))
    seen = event.comparison
    assert seen is not None, event
    assert seen.synthetic is not None
    assert seen.synthetic.startswith("0 synthetic queries for 0 documents")
    assert "does not answer" in seen.synthetic
    assert seen.opinion is not None
    assert seen.opinion.queries == 0
    assert "does not answer" in seen.opinion.said


@pytest.mark.thorough
def test_a_generator_that_takes_held_out_documents_is_refused_before_anything_is_learned(
    make_context: Make, warehouse: Warehouse, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wrong implementation: every document gets queries."""

    def everything(snapshot: Any, *_: object) -> Sequence[Document]:  # noqa: ANN401  # the snapshot
        return list(snapshot.documents.values())

    half_clicked(warehouse, tenant)
    monkeypatch.setattr(making, "teachable", everything)
    monkeypatch.setattr(fit, "run", no_fit)
    (event,) = answered(make_context(with_model("", generator="extractive")), request(tenant))
    assert isinstance(event, ModelRefused)
    assert event.verdict == "ERROR"
    assert "synthetic queries are not apart from what judges" in event.reasons[0] or "is not apart" in event.reasons[0]


@pytest.mark.thorough
def test_a_run_that_is_resumed_asks_for_no_query_again(
    make_context: Make, warehouse: Warehouse, tenant: str, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_clicked(warehouse, tenant)
    context = make_context(with_model(server.url))
    monkeypatch.setattr(fit, "run", cut_short)
    for _ in range(2):
        with pytest.raises(Cancelled):
            answered(context, request(tenant))
        asked = len(server.asked)
        server.say = lambda user: "another answer"
    assert asked == len(server.asked) > 0
    assert (context.home / "training" / tenant / "run-1" / "synthetic.json").is_file()


@pytest.mark.thorough
def test_a_document_that_is_not_for_everyone_any_more_is_not_sent_by_a_run_that_is_taken_up_later(
    make_context: Make, warehouse: Warehouse, tenant: str, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_clicked(warehouse, tenant)
    context = make_context(with_model(server.url, max_documents=10_000))
    monkeypatch.setattr(fit, "run", cut_short)
    directory = RunDirectory(context.home, tenant, "run-1")
    taken = context.snapshot(request(tenant), directory.snapshot)
    assert all(one.for_everyone for one in taken.documents.values())
    *others, hidden, gone = sorted(taken.documents, key=lambda name: int(name[1:]))
    lists = AccessLists(context.redis)
    lists.put(tenant, [AccessList(hidden, 2**255, ("board",)), AccessList(gone, 2**255, None)])
    narrowed = context.narrowed(taken).documents
    assert {name for name in narrowed if narrowed[name].for_everyone} == {*others}
    with pytest.raises(Cancelled):
        answered(context, request(tenant))
    sent = {json.loads(user).get("title") for user in server.users()}
    assert sent & {taken.documents[name].title for name in others}
    assert not sent & {taken.documents[name].title for name in (hidden, gone)}


def test_who_stops_a_run_while_its_opinion_is_asked_stops_the_asking_and_the_look_stays_on_record(
    make_context: Make, tenant: str, server: ChatServer
) -> None:
    halted = threading.Event()
    halted.set()
    context = replace(make_context(with_model(server.url)), stop=halted)
    taken = Snapshot(tenant, "run-1", "base", NOW, (), dict(KNOWN), {})
    assert service._opinion(context, compared(), taken) is None
    assert server.asked == []
