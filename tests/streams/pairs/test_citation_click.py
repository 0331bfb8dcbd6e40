import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pairs.citation_click import CitationClickRules, credit, credits

RULES = CitationClickRules()
DOCUMENTS = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=20)


def test_the_opened_document_gets_most_and_the_others_share_the_rest() -> None:
    assert credit("b", ["a", "b", "c", "a"], RULES) == [
        ("b", 0.7),
        ("a", pytest.approx(0.15)),
        ("c", pytest.approx(0.15)),
    ]


def test_a_single_citation_gets_all() -> None:
    assert credit("a", ["a"], RULES) == [("a", 1.0)]
    assert credit("a", ["a", "b"], CitationClickRules(opened_share=1.0)) == [("a", 1.0)]


def test_only_the_first_others_share() -> None:
    given_to = [document for document, _ in credit("h", list("abcdefgh"), RULES)]
    assert given_to == ["h", "a", "b", "c", "d"]


@given(DOCUMENTS, st.data())
def test_one_opening_is_worth_one(cited: list[str], data: st.DataObject) -> None:
    opened = data.draw(st.sampled_from(cited))
    shares = credit(opened, cited, RULES)
    assert sum(weight for _, weight in shares) == pytest.approx(1.0)
    assert shares[0][0] == opened
    assert all(weight < shares[0][1] for _, weight in shares[1:])
    assert len({document for document, _ in shares}) == len(shares)
    assert credit(opened, cited + cited, RULES) == shares


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 6), min_size=1, max_size=9), st.integers(0, 8))),
    st.sampled_from([0.7, 1.0]),
)
def test_many_events_at_once_are_the_single_ones(events: list[tuple[list[int], int]], share: float) -> None:
    rules = CitationClickRules(opened_share=share, max_others=3)
    opened = [cited[i % len(cited)] for cited, i in events]
    owners = [number for number, (cited, _) in enumerate(events) for _ in cited]
    flat = [document for cited, _ in events for document in cited]
    columns = credits(np.array(opened, int), np.array(flat, int), np.array(owners, int), rules)
    found = list(zip(*(column.tolist() for column in columns), strict=True))
    single = [
        (number, int(document), weight)
        for number, (cited, _) in enumerate(events)
        for document, weight in credit(str(opened[number]), [str(d) for d in cited], rules)
    ]
    assert sorted(found) == sorted(single)
    assert [document for _, document, _ in found[: len(events)]] == opened
