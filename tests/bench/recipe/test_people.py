"""Sides that share no document."""

from datetime import UTC, datetime

from bench.recipe.people import searches, sides
from demo.corpus import LabelledQuery
from trainer.data.examples import Document

AT = datetime(2026, 1, 1, tzinfo=UTC)
BODIES = {f"s:{n}": f"Document {n} tells of subject {n} and of matters {n * 7} and {n * 11}." for n in range(200)}
BODIES["s:copy"] = BODIES["s:3"]
DOCUMENTS = {name: Document(name, 1, "Title", body, "", frozenset(), 0, AT) for name, body in BODIES.items()}
HEADINGS = [LabelledQuery(f"To do thing {n} with it", "s", frozenset({f"s:{n}"})) for n in range(200)]
HEADINGS += [LabelledQuery("To copy it", "s", frozenset({"s:copy"}))]
HEADINGS += [LabelledQuery(f"To do both {n}", "s", frozenset({f"s:{n}", f"s:{n + 1}"})) for n in range(0, 200, 20)]


def test_no_document_is_sought_on_two_sides() -> None:
    found = sides(HEADINGS, DOCUMENTS)
    sought = [{name for one in part for name in one.relevant} for part in (found.train, found.validation, found.test)]
    assert sum(map(len, sought)) == len(set().union(*sought)) == len(DOCUMENTS)
    assert found.groups["s:copy"] == found.groups["s:3"], "near copies stay together"
    shares = [len(part) / len(HEADINGS) for part in (found.train, found.validation, found.test)]
    assert 0.4 < shares[0] < 0.65
    assert 0.05 < shares[1] < 0.2
    assert 0.25 < shares[2] < 0.48
    again = sides(HEADINGS[::-1], DOCUMENTS)
    assert {one.text for one in again.test} == {one.text for one in found.test}, "whatever the order"


def test_people_search_as_often_as_they_are_asked_to_and_for_these_needs_alone() -> None:
    found = searches(HEADINGS[:20], 1, 300)
    assert len(found) == 300
    assert {search.need.text for search in found} <= {heading.text for heading in HEADINGS[:20]}
    assert {search.query for search in searches(HEADINGS[:20], 2, 300)} != {search.query for search in found}
