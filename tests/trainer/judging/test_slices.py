from datetime import timedelta

import pytest

from tests.trainer.build import START, document
from trainer.data.split import Query
from trainer.judging.slices import pattern as pattern_of
from trainer.judging.slices import slices


@pytest.mark.parametrize(
    ("query", "title", "expected"),
    [
        ("who approves travel", "Travel rules", "factoid"),
        ("how do I reset my password", "Account recovery", "factoid"),
        ("To launch an instance", "EC2: run instances", "factoid"),
        ("list all projects in finance", "Finance overview", "enumeration"),
        ("what are the holidays this year", "Calendar", "enumeration"),
        ("To list the tags of a queue", "SQS: list queue tags", "enumeration"),
        ("onboarding slides", "Welcome", "inventory"),
        ("meeting notes of the platform team", "Weekly sync", "inventory"),
        ("travel policy", "The Travel Policy", "navigational"),
        ("to list queue tags", "List queue tags", "navigational"),
    ],
)
def test_patterns_are_told_by_rules_that_people_can_read(query: str, title: str, expected: str) -> None:
    assert pattern_of(query, [title]) == expected


def query(text: str, name: str, clicks: int, guard: bool = False) -> Query:
    return Query(text, {name: 1.0}, 0, guard, clicks, START + timedelta(days=1))


def test_head_tail_new_and_guard() -> None:
    known = {f"d{n}": document(f"d{n}", day=n) for n in range(8)}
    asked = [query("one", "d0", 10), query("two", "d7", 5), query("three", "d1", 5, guard=True)]
    found = slices(asked, known)
    assert [("head" in names, "tail" in names) for names in found] == [(True, False), (False, True), (False, True)]
    assert ["new documents" in names for names in found] == [False, True, False]
    assert ["guard" in names for names in found] == [False, False, True]


def test_a_corpus_that_came_at_once_has_no_new_documents() -> None:
    known = {f"d{n}": document(f"d{n}") for n in range(8)}
    assert "new documents" not in slices([query("one", "d7", 1)], known)[0]
