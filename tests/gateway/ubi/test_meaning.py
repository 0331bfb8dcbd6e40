"""What UBI says in our words: ids that stay over retries, ranks, links to searches, and Lucene's numbers."""

from typing import Any

import pytest

from gateway.ubi.meaning import Known, done, lucene_number, rank_of, served
from gateway.ubi.reading import Unreadable, acted, asked
from stores.recent import ExternalSearch

NOTHING = Known({}, frozenset())
KNOWN = Known({"q1": ExternalSearch("laptop", ("a", "b"))}, frozenset({"77"}))
QUERY = {"query_id": "q1", "user_query": "laptop", "client_id": "c1", "query_response_hit_ids": ["a", "b"]}


def event(action: str = "click", document: str = "b", **more: object) -> dict[str, Any]:
    attributes = {"object": {"object_id": document}, **dict(more.pop("attributes", {}))}  # type: ignore[call-overload]
    return {
        "action_name": action, "query_id": "q1", "client_id": "c1", "timestamp": 1793523910000,
        "event_attributes": attributes, **more,
    }  # fmt: skip


def said(item: dict[str, Any], means: Any = "opened", known: Known = KNOWN) -> dict[str, Any]:  # noqa: ANN401
    return done(acted(item), means, "acme", known)


def test_a_query_is_a_search_of_another_engine() -> None:
    found = served(asked(QUERY), "acme", 5_000, NOTHING)
    assert found["results"] == [{"document": "a", "rank": 1}, {"document": "b", "rank": 2}]
    assert (found["user"], found["search"], found["query"]) == ("c1", "q1", "laptop")
    assert found["occurred_at"] == "1970-01-01T00:00:05+00:00"
    assert not {"model", "collection", "serving_version"} & set(found)


def test_ids_are_those_of_the_happening_and_not_of_the_sending() -> None:
    assert served(asked(QUERY), "acme", 1, NOTHING)["event_id"] == served(asked(QUERY), "acme", 2, NOTHING)["event_id"]
    assert said(event())["event_id"] == said(event())["event_id"]
    others = [event("view"), event(document="a"), event(query_id="q2"), event(client_id="c2"), event(timestamp=17)]
    assert len({said(item)["event_id"] for item in [event(), *others]}) == 6
    assert done(acted(event()), "opened", "other", KNOWN)["event_id"] != said(event())["event_id"]


def test_a_click_finds_its_search_and_its_rank() -> None:
    assert said(event())["from_search"] == {"search": "q1", "query": "laptop", "rank": 2}
    ordinal = event(attributes={"position": {"ordinal": 9}})
    assert said(ordinal)["from_search"]["rank"] == 9
    assert "from_search" not in said(event(), known=NOTHING)
    own = event(user_query="laptops", attributes={"position": {"ordinal": 1}})
    assert said(own, known=NOTHING)["from_search"] == {"search": "q1", "query": "laptops", "rank": 1}
    assert "from_search" not in said(event(document="c"))


def test_an_event_without_a_search_is_an_opening_all_the_same() -> None:
    found = said(event(query_id=""))
    assert (found["type"], found["user"], "from_search" in found) == ("DocumentOpened", "c1", False)
    with pytest.raises(Unreadable, match="client_id"):
        said(event(query_id="", client_id=""))


def test_an_impression_is_of_a_search() -> None:
    found = said(event("impression"), "shown")
    assert (found["search"], found["impressions"]) == ("q1", [{"document": "b", "rank": 2}])
    assert said(event("impression", query_id="q9"), "shown")["impressions"] == [{"document": "b"}]
    with pytest.raises(Unreadable, match="query_id"):
        said(event("impression", query_id=""), "shown")


def test_a_citation_names_its_question_and_answer() -> None:
    extras = {"answer_id": "a1", "question": "how?", "cited": ["a", "b"]}
    found = said(event("citation", attributes=extras), "cited")
    assert (found["answer"], found["question"], found["cited"], found["document"]) == ("a1", "how?", ["a", "b"], "b")
    assert said(event("citation"), "cited")["question"] == "laptop"
    with pytest.raises(Unreadable, match="question"):
        said(event("citation"), "cited", NOTHING)


def test_thumbs_are_on_a_result_as_the_answer_to_its_query() -> None:
    up, down = said(event("thumbs_up"), "liked"), said(event("thumbs_down"), "disliked")
    assert (up["reaction"], down["reaction"]) == ("+1", "-1")
    assert up["target"] == down["target"]
    assert (up["target"]["question"], up["target"]["cited"]) == ("laptop", ["b"])
    assert said(event("thumbs_up", document="a"), "liked")["target"]["answer"] != up["target"]["answer"]
    assert said(event("thumbs_up"), "liked", NOTHING)["target"] == {"kind": "message", "document": "b"}


def test_numbers_of_lucene_are_no_ids_unless_a_document_or_a_field_says_so() -> None:
    with pytest.raises(Unreadable, match="object_id_field"):
        said(event(document="4711"))
    assert said(event(document="77"))["document"] == "77"
    named = event()
    named["event_attributes"]["object"] = {"object_id": "4711", "object_id_field": "sku"}
    assert said(named)["document"] == "4711"
    query = {**QUERY, "query_response_hit_ids": ["12", "77", "a"]}
    assert served(asked(query), "acme", 1, KNOWN)["results"] == [
        {"document": "77", "rank": 2},
        {"document": "a", "rank": 3},
    ], "the place at which people saw it"
    assert len(served(asked({**query, "object_id_field": "sku"}), "acme", 1, KNOWN)["results"]) == 3


@pytest.mark.parametrize(
    ("document", "expected"), [("12", True), ("77", False), ("a1", False), ("1-2", False), ("\u0661", False)]
)
def test_what_is_a_number_of_lucene_s(document: str, expected: bool) -> None:
    assert lucene_number(document, KNOWN) is expected


def test_the_ordinal_goes_before_the_place() -> None:
    search = KNOWN.searches["q1"]
    assert rank_of(acted(event(attributes={"position": {"ordinal": 5}})), search) == 5
    assert rank_of(acted(event()), search) == 2
    assert rank_of(acted(event(document="z")), search) is None
    assert rank_of(acted(event()), None) is None


def test_dwell_is_a_number() -> None:
    assert said(event(attributes={"dwell_seconds": 12}))["dwell_seconds"] == 12.0
    assert "dwell_seconds" not in said(event(attributes={"dwell_seconds": "long"}))
