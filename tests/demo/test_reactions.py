from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from demo.clicks import ClickModel
from demo.corpus import LabelledQuery
from demo.library import Library
from demo.planning import PlannedSearch
from demo.reactions import CITED, Reading, outcome
from schemas.activity import CitationOpened, DocumentOpened, OnAnswer, Reacted, SearchServed
from schemas.documents import EVERYONE, DocumentUpserted, Link
from tests.demo.search import answer

NOW = datetime(2026, 3, 4, tzinfo=UTC)
SURE = ClickModel(eta=0.0, relevant=1.0, other=0.0, cited_relevant=1.0, cited_other=0.0, vote=1.0, vote_noise=0.0)
SEARCH = PlannedSearch(
    "s1", "acme", "ana", frozenset({"everyone"}), NOW, "a query", "search", LabelledQuery("n", "x", frozenset({"d2"}))
)
ANSWER = answer(*((f"d{n}", 1 / n) for n in range(1, 6)))


def library() -> Library:
    found = Library()
    for name, target in (("d2", "d9"), ("d9", "d2")):
        link = Link(target=target, anchor="see")
        found.apply([
            DocumentUpserted(event_id=name, tenant="acme", occurred_at=NOW, document=name, version=1, app="x",
                             title=name, links=(link,), acl=(EVERYONE,), updated_at=NOW)
        ])  # fmt: skip
    return found


def test_what_was_served_is_told_as_it_was() -> None:
    served = outcome(SEARCH, ANSWER, Reading(library(), SURE), Random(1)).events[0]
    assert isinstance(served, SearchServed)
    assert [(r.document, r.rank) for r in served.results] == [("d1", 1), ("d2", 2), ("d3", 3), ("d4", 4), ("d5", 5)]
    assert (served.model, served.collection, served.serving_version) == ("base", "c_base_1", 1)
    assert served.occurred_at == NOW


def test_the_document_that_meets_the_need_is_opened_and_its_link_followed() -> None:
    result = outcome(SEARCH, ANSWER, Reading(library(), SURE, follow_link=1.0), Random(1))
    opened = [event for event in result.events if isinstance(event, DocumentOpened)]
    assert [event.document for event in opened] == ["d2", "d9"]
    assert opened[0].from_search is not None
    assert (opened[0].from_search.search, opened[0].from_search.query, opened[0].from_search.rank) == (
        "s1", "a query", 2,
    )  # fmt: skip
    assert opened[1].from_search is None
    assert NOW < opened[0].occurred_at < opened[1].occurred_at < result.over
    assert result.met


def test_nothing_found_is_not_met() -> None:
    need = LabelledQuery("n", "x", frozenset({"absent"}))
    result = outcome(replace(SEARCH, need=need), ANSWER, Reading(library(), SURE), Random(1))
    assert not result.met
    assert len(result.events) == 1


def test_a_conversation_that_tells_of_the_document_helps_too() -> None:
    reading = Reading(library(), SURE, told_in={"d4": frozenset({"d2"}), "d5": frozenset({"other"})})
    opened = [e.document for e in outcome(SEARCH, ANSWER, reading, Random(1)).events if isinstance(e, DocumentOpened)]
    assert "d4" in opened
    assert "d5" not in opened


def test_an_answer_is_read_by_its_citations_and_voted_on() -> None:
    result = outcome(replace(SEARCH, surface="assistant"), ANSWER, Reading(library(), SURE, withdraw=1.0), Random(1))
    _, citation, vote, withdrawal = result.events
    assert isinstance(citation, CitationOpened)
    assert citation.cited == ("d1", "d2", "d3")[:CITED]
    assert (citation.document, citation.answer, citation.question) == ("d2", "s1", "a query")
    assert isinstance(vote, Reacted)
    assert isinstance(withdrawal, Reacted)
    assert isinstance(vote.target, OnAnswer)
    assert (vote.reaction, vote.change, withdrawal.change) == ("upvote", "added", "withdrawn")
    assert vote.target == withdrawal.target
    assert vote.occurred_at < withdrawal.occurred_at


def test_an_empty_answer_is_survived() -> None:
    empty = answer()
    assert len(outcome(SEARCH, empty, Reading(library(), SURE), Random(1)).events) == 1
    result = outcome(replace(SEARCH, surface="assistant"), empty, Reading(library(), SURE), Random(1))
    assert [e.reaction for e in result.events if isinstance(e, Reacted)] == ["downvote"]
