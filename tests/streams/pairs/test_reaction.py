import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from streams.pairs.reaction import ReactionRules, meaning, revision, shares, strength
from streams.pairs.reaction_names import SYNONYMS, identity

RULES = ReactionRules()


@pytest.mark.parametrize(
    "reaction",
    ["👍", "👍🏽", ":+1:", "+1", "THUMBSUP", ":+1::skin-tone-3:", "✅", "✔️", "upvote", "like", "thumbs-up", "helpful"],
)
def test_yes(reaction: str) -> None:
    assert strength(reaction, RULES) == 1.0


@pytest.mark.parametrize("reaction", ["👎", "👎🏿", "-1", ":thumbsdown:", "downvote", "❌", "dislike", "thumbs-down"])
def test_no(reaction: str) -> None:
    assert strength(reaction, RULES) == -1.0


@pytest.mark.parametrize("reaction", ["🎂", "eyes", "laugh", "party-parrot", "", ":", "::"])
def test_what_says_nothing_that_we_understand(reaction: str) -> None:
    assert strength(reaction, RULES) == 0.0
    assert meaning(reaction, RULES) == ""
    assert shares(["a"], 0.0, RULES) == []


def test_applause_says_less_than_a_vote() -> None:
    assert 0 < strength("🎉", RULES) < strength("👏", RULES) < 1


def test_no_name_says_yes_and_no() -> None:
    assert not RULES.positive.keys() & RULES.negative.keys()
    assert {*RULES.positive, *RULES.negative} == SYNONYMS.keys() == RULES.strengths.keys()


def test_a_name_is_given_a_meaning_a_stronger_one_or_none_under_all_of_its_names() -> None:
    rules = ReactionRules(meanings={"party-parrot": 0.5, ":no_entry:": -1, "👏": 0.2, "fire": 0})
    assert [strength(name, rules) for name in (":party_parrot:", "no-entry", "clap", "👍")] == [0.5, -1, 0.2, 1]
    assert (strength("🔥", rules), meaning("🔥", rules), shares(["a"], 0.0, rules)) == (0, "fire", [])
    assert strength("👎", ReactionRules(negative={"thumbs-down": 0.25})) == -0.25


@pytest.mark.parametrize(("odd", "right"), [(1.5, False), (-1.01, False), (-1, True), (0, True)])
def test_a_meaning_is_between_no_and_yes(odd: float, right: bool) -> None:
    if right:
        assert ReactionRules(meanings={"x": odd}).strengths["x"] == odd
    else:
        with pytest.raises(ValidationError):
            ReactionRules(meanings={"x": odd})


@given(st.text(), st.sampled_from(["{}", ":{}:", "{}️", " {} "]))
def test_what_counts_the_same_means_the_same(name: str, worn: str) -> None:
    assert meaning(worn.format(name), RULES) in ("", identity(worn.format(name)))
    assert strength(name, RULES) == strength(identity(name), RULES)


def test_the_documents_share_the_strength() -> None:
    assert shares(["a", "b", "a"], -1.0, RULES) == [("a", -0.5), ("b", -0.5)]
    assert [d for d, _ in shares(list("abcdefgh"), 1.0, RULES)] == list("abcde")
    assert shares([], 1.0, RULES) == []


@given(st.text(max_size=64))
def test_any_text_has_a_strength(reaction: str) -> None:
    assert -1 <= strength(reaction, RULES) <= 1


def test_the_newest_holds_and_at_once_the_withdrawal() -> None:
    assert revision(1_000, False) < revision(1_000, True) < revision(1_001, False)
