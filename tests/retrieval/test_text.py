from hypothesis import given
from hypothesis import strategies as st

from retrieval.text import groups, near_pairs, normalized, shingles, subject

WORDS = st.frozensets(st.sampled_from("abcdefgh"), max_size=6)


def test_equal_texts_compare_equal_however_they_are_written() -> None:
    assert normalized("  How do I\treset\nit? ") == normalized("how do i reset it")
    assert normalized("\uff36\uff30\uff2e") == "vpn"


def test_the_subject_of_a_query_leaves_out_small_words_and_plurals() -> None:
    assert subject("How do I create the Policies?") == subject("to create a policy") == {"create", "policy"}
    assert subject("what is this") == {"what", "is", "this"}, "all words, when nothing else is left"


def test_short_texts_are_one_shingle() -> None:
    assert shingles("one two") == {"one two"}
    assert shingles("a b c d e") == {"a b c d", "b c d e"}


@given(st.lists(WORDS, max_size=8), st.lists(WORDS, max_size=8), st.sampled_from([0.3, 0.5, 0.8, 1.0]))
def test_near_pairs_are_those_of_the_definition(
    left: list[frozenset[str]], right: list[frozenset[str]], threshold: float
) -> None:
    expected = {
        (i, j)
        for i, a in enumerate(left)
        for j, b in enumerate(right)
        if a & b and len(a & b) / len(a | b) >= threshold
    }
    assert set(near_pairs(left, right, threshold, chunk=3)) == expected


def test_groups_join_chains() -> None:
    labels = groups(5, [(0, 1), (1, 2)])
    assert labels[0] == labels[1] == labels[2]
    assert len({labels[0], labels[3], labels[4]}) == 3
    assert groups(2, []) in ([0, 1], [1, 0])
    assert groups(0, []) == []
