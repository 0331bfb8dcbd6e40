"""What people do, as events: what is a contradiction is refused, and a reaction knows what it is on."""

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.activity import (
    CitationOpened,
    DocumentOpened,
    FromSearch,
    Impression,
    OnAnswer,
    OnMessage,
    Reacted,
    Result,
    ResultsShown,
    SearchServed,
)
from schemas.codec import encode
from tests.schemas.samples import WHEN, cited, opened


def reacted(target: object, **fields: object) -> Reacted:
    given: dict[str, Any] = {"event_id": "r", "tenant": "acme", "occurred_at": WHEN, "user": "robin", "reaction": "+1"}
    return Reacted(**{**given, "target": target, **fields})


def test_only_what_was_cited_can_be_opened_as_a_citation() -> None:
    assert cited(cited=("doc-2",)).document == "doc-2"
    with pytest.raises(ValidationError, match="document: must be one of cited"):
        cited(cited=("doc-1", "doc-22"))
    with pytest.raises(ValidationError, match="cited"):
        cited(cited=())


def test_a_reaction_is_on_a_message_s_document_or_on_an_answer() -> None:
    answer = OnAnswer(answer="a-1", question="why?", cited=("doc-1",))
    assert reacted(OnMessage(document="m-1")).target_id == "m-1"
    assert reacted(answer).target_id == "a-1"
    assert reacted(answer).change == "added"


@pytest.mark.parametrize(
    "target",
    [
        {"kind": "message", "answer": "a-1", "question": "why?"},
        {"kind": "answer", "document": "m-1"},
        {"kind": "thread", "document": "m-1"},
        {"document": "m-1"},
    ],
)
def test_a_target_of_one_kind_has_no_fields_of_another(target: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        reacted(target)


@pytest.mark.parametrize(
    ("kind", "field", "least", "most"),
    [
        (Result, "rank", 1, 10_000),
        (Impression, "rank", 1, 10_000),
        (FromSearch, "rank", 1, 10_000),
        (DocumentOpened, "dwell_seconds", 0, 86_400),
    ],
)
def test_ranks_count_from_one_and_a_document_stays_open_for_a_day_at_most(
    kind: Any,  # noqa: ANN401  # any model
    field: str,
    least: int,
    most: int,
) -> None:
    known: dict[Any, dict[str, Any]] = {
        Result: {"document": "d", "score": 0.5},
        Impression: {"document": "d"},
        FromSearch: {"search": "s", "query": "q"},
        DocumentOpened: opened().model_dump(),
    }
    good = known[kind]
    for number in (least, most):
        assert getattr(kind(**{**good, field: number}), field) == number
    for number in (least - 1, most + 1):
        with pytest.raises(ValidationError, match=field):
            kind(**{**good, field: number})


def test_a_search_of_another_engine_names_neither_model_nor_scores() -> None:
    result: dict[str, Any] = {
        "event_id": "s",
        "tenant": "acme",
        "occurred_at": WHEN,
        "user": "u",
        "search": "s",
        "query": "q",
    }
    search = SearchServed(**result, results=(Result(document="d", rank=1),))
    assert (search.model, search.collection, search.serving_version, search.results[0].score) == (None,) * 4
    assert "model" not in encode(search).decode()


def test_an_impression_is_of_something_and_may_have_no_rank() -> None:
    result: dict[str, Any] = {"event_id": "i", "tenant": "acme", "occurred_at": WHEN, "user": "u", "search": "s"}
    assert ResultsShown(**result, impressions=(Impression(document="d"),)).impressions[0].rank is None
    with pytest.raises(ValidationError, match="impressions"):
        ResultsShown(**result, impressions=())


def test_the_type_is_the_class_and_nothing_else() -> None:
    for event in (opened(), cited()):
        assert event.model_dump()["type"] == type(event).__name__
    with pytest.raises(ValidationError, match="type"):
        CitationOpened(**{**cited().model_dump(), "type": "DocumentOpened"})
