import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.pairs.reaction import ReactionRules, plain, revision, shares, strength

RULES = ReactionRules()


@pytest.mark.parametrize("reaction", ["👍", "👍🏽", ":+1:", "+1", "THUMBSUP", ":+1::skin-tone-3:", "✅", "✔️", "upvote"])
def test_yes(reaction: str) -> None:
    assert strength(reaction, RULES) == 1.0


@pytest.mark.parametrize("reaction", ["👎", "👎🏿", "-1", ":thumbsdown:", "downvote", "❌"])
def test_no(reaction: str) -> None:
    assert strength(reaction, RULES) == -1.0


@pytest.mark.parametrize("reaction", ["🎂", "eyes", "party-parrot", "", ":", "::"])
def test_what_says_nothing_that_we_understand(reaction: str) -> None:
    assert strength(reaction, RULES) == 0.0
    assert shares(["a"], 0.0, RULES) == []


def test_applause_says_less_than_a_vote() -> None:
    assert 0 < strength("🎉", RULES) < strength("👏", RULES) < 1


def test_no_name_says_yes_and_no() -> None:
    assert not RULES.positive.keys() & RULES.negative.keys()
    assert {plain(name) for name in RULES.positive} == RULES.positive.keys()
    assert {plain(name) for name in RULES.negative} == RULES.negative.keys()


def test_the_documents_share_the_strength() -> None:
    assert shares(["a", "b", "a"], -1.0, RULES) == [("a", -0.5), ("b", -0.5)]
    assert [d for d, _ in shares(list("abcdefgh"), 1.0, RULES)] == list("abcde")
    assert shares([], 1.0, RULES) == []


@given(st.text(max_size=64))
def test_any_text_has_a_strength(reaction: str) -> None:
    assert -1 <= strength(reaction, RULES) <= 1


def test_the_newest_holds_and_at_once_the_withdrawal() -> None:
    assert revision(1_000, False) < revision(1_000, True) < revision(1_001, False)
