import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pairs.citation_click import CitationClickRules, credit

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
