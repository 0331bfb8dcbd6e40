"""Which queries are said of a document, and which nobody may know of."""

from datetime import UTC, datetime, timedelta

import pytest

from retrieval.clicked_queries import HALF_LIFE, LONGEST, MOST_QUERIES, Click, clicked_queries, digest, field_text
from retrieval.text import terms

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def clicks(query: str, *people: str, ago: timedelta = timedelta()) -> list[Click]:
    return [Click(query, person, NOW - ago) for person in people]


def test_a_query_of_three_people_counts_and_one_of_two_does_not() -> None:
    found = [
        *clicks("Travel  Costs?", "a", "b"),
        *clicks("travel costs", "c"),
        *clicks("my secret", "a", "b", "b", "a"),
    ]
    assert clicked_queries(found, NOW) == ["travel costs"]


def test_the_most_used_comes_first_and_a_person_counts_once() -> None:
    found = [*clicks("one", "a", "b", "c", "a", "a", "a"), *clicks("two", "a", "b", "c", "d")]
    assert clicked_queries(found, NOW) == ["two", "one"]
    assert clicked_queries(found[::-1], NOW) == ["two", "one"]


def test_queries_fade_with_time_by_each_person_s_newest_click() -> None:
    old = clicks("old", "a", "b", "c", ago=2 * HALF_LIFE)
    assert clicked_queries(old, NOW) == []
    assert clicked_queries([*old, *clicks("old", "a")], NOW) == ["old"]
    assert clicked_queries([*clicks("old", "a"), *old], NOW) == ["old"]
    ahead = clicks("new", "a", "b", "c", ago=-HALF_LIFE)
    assert clicked_queries([*ahead, *clicks("now", "a", "b", "c", "d")], NOW) == ["now", "new"], "a clock ahead"


@pytest.mark.parametrize("query", ["?!", "", "x" * (LONGEST + 1)])
def test_what_is_no_query_is_left_out(query: str) -> None:
    assert clicked_queries(clicks(query, "a", "b", "c"), NOW) == []


def test_a_document_has_so_many_at_most() -> None:
    found = [click for n in range(MOST_QUERIES + 5) for click in clicks(f"query {n:02}", "a", "b", "c")]
    assert clicked_queries(found, NOW) == [f"query {n:02}" for n in range(MOST_QUERIES)]


def test_a_field_has_the_terms_of_every_query_and_a_digest_is_of_queries_and_their_order() -> None:
    assert terms(field_text("Text.", ["travel costs", "\u6771\u4eac"])) == [
        *terms("text travel costs"),
        *terms("\u6771\u4eac"),
    ]
    assert (field_text("Text.", []), digest([])) == ("Text.", "")
    assert len({digest(queries) for queries in (["a b"], ["a", "b"], ["b", "a"], ["a"], [])}) == 5
