import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.drift.vocabulary import Occurrences, words


def test_words_are_lower_case_and_neither_numbers_nor_signs() -> None:
    assert words("Rotate the KMS key 4711, today on-call: aws_kms wow!") == {
        "rotate", "the", "kms", "key", "today", "on", "call", "awskms", "aws", "wow",
    }  # fmt: skip
    assert words("42 !? x \U0001f389") == frozenset()


def test_words_are_the_terms_of_the_index_in_every_script() -> None:
    assert words("\u53d1\u7968 cafe\u0301 pass\u00adword") == {"\u53d1\u7968", "caf\u00e9", "cafe", "password"}
    assert words("GR\u00d6SSE") == words("gr\u00f6\u00dfe")


def brute_force(queries: list[set[str]], cluster_of: list[int], window: list[bool]) -> float:
    seen = {w for query, c in zip(queries, cluster_of, strict=True) if not window[c] for w in query}
    used = [w for query, c in zip(queries, cluster_of, strict=True) if window[c] for w in query]
    return sum(w not in seen for w in used) / len(used) if used else 0.0


def brute_baseline(queries: list[set[str]], cluster_of: list[int], window: list[bool]) -> float:
    reference = [(query, c) for query, c in zip(queries, cluster_of, strict=True) if not window[c]]
    unseen = total = 0
    for query, c in reference:
        others = {w for other, o in reference if o != c for w in other}
        unseen += sum(w not in others for w in query)
        total += len(query)
    return unseen / total if total else 0.0


@given(
    st.lists(st.tuples(st.sets(st.sampled_from("abcdefgh"), max_size=4), st.integers(0, 5)), max_size=20),
    st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=4),
)
def test_novelty_and_baseline_equal_the_plain_definition(
    asked: list[tuple[set[str], int]], windows: list[list[bool]]
) -> None:
    queries, cluster_of = [q for q, _ in asked], [c for _, c in asked]
    used = Occurrences([frozenset(q) for q in queries], np.array(cluster_of, dtype=np.int64), 6)
    found = used.novelty(np.array(windows))
    assert found == pytest.approx([brute_force(queries, cluster_of, window) for window in windows])
    assert used.baseline(np.array(windows[0])) == pytest.approx(brute_baseline(queries, cluster_of, windows[0]))


def test_new_words_name_those_of_most_people_first() -> None:
    queries = [frozenset(q.split()) for q in ("old words", "old nova", "nova zeta", "words")]
    used = Occurrences(queries, np.array([0, 1, 2, 3]), 4)
    assert used.new_words(np.array([False, True, True, False]), 5) == ["nova", "zeta"]
