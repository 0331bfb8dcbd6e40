from dataclasses import replace
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


def test_languages_and_sources_are_slices_where_there_are_several() -> None:
    german = "Die Reisekosten sind mit dem Formular einzureichen und werden von der Buchhaltung geprüft."
    known = {
        "wiki": replace(document("wiki", "How to submit the expenses of a trip."), app="wiki"),
        "drive": replace(document("drive", german), app="drive"),
        "plain": document("plain", "How to ask for a badge."),
    }
    asked = [query("how to submit expenses", "wiki", 1), query("Reisekosten", "drive", 1), query("badge", "plain", 1)]
    by_language = [[name for name in names if name.startswith("in ")] for names in slices(asked, known)]
    assert by_language == [["in English"], ["in German"], ["in English"]], "one word is told by what it seeks"
    by_source = [[name for name in names if name.startswith("from ")] for names in slices(asked, known)]
    assert by_source == [["from wiki"], ["from drive"], []]
    across = [query("wie reicht man eine Reise ein und für wen", "wiki", 1), *asked[1:]]
    assert "in German" in slices(across, known)[0], "its own language comes before that of what it seeks"
    both = replace(asked[0], relevant={"wiki": 1.0, "drive": 0.5})
    assert set(slices([both, *asked[1:]], known)[0]) >= {"from wiki", "from drive"}
    alone = slices([asked[0], query("how to find the way", "wiki", 1)], known)
    assert not any(name.startswith(("in ", "from ")) for names in alone for name in names), "the whole is no slice"
    assert slices([], known) == []
