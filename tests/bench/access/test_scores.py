"""When two answers to the same question tell of what one of them hides."""

import pytest

from bench.access.scores import HIDDEN_PER_WORD, HIDDEN_WORDS, USED, difference, hidden_texts, visible_texts
from bench.documents.searching import Asked
from indexer.search.answer import Answer
from indexer.search.shown import Found


def asked(*found: tuple[str, float], **changed: object) -> Asked:
    results = tuple(Found(name, position, score, "", "") for position, (name, score) in enumerate(found, 1))
    answer = {"model": "m", "collection": "c", "serving_version": 1, "latency_ms": 2.0, **changed}
    return Asked("q", frozenset(), 0, 1, Answer(results, **answer))  # type: ignore[arg-type]  # fields of an answer


@pytest.mark.parametrize(
    ("other", "kind"),
    [
        (asked(("a", 1.0), ("b", 0.5)), ""),
        (asked(("a", 1.00001), ("b", 0.5)), ""),
        (asked(("a", 1.0), ("b", 0.5), collection="other", latency_ms=9.0), ""),
        (asked(("b", 1.0), ("a", 0.5)), "ranks"),
        (asked(("a", 1.0), ("c", 0.5)), "ranks"),
        (asked(("a", 1.0), ("b", 61 / 65 / 2)), "scores"),
        (asked(("a", 1.0)), "counts"),
        (asked(("a", 1.0), ("b", 0.5), ("c", 0.1)), "counts"),
    ],
)
def test_the_kind_of_difference(other: Asked, kind: str) -> None:
    assert difference(asked(("a", 1.0), ("b", 0.5)), other) == kind


def test_no_two_visible_texts_are_equal_for_a_word_and_all_are_of_one_length() -> None:
    texts = [text.split() for text in visible_texts()]
    assert len({len(text) for text in (*texts, *(text.split() for text in hidden_texts()))}) == 1
    for word in USED:
        assert len({text.count(word) for text in texts}) == len(texts)


def test_hidden_texts_rank_before_every_visible_one() -> None:
    most = max(text.split().count(word) for text in visible_texts() for word in USED)
    for word in HIDDEN_WORDS:
        assert sum(text.split().count(word) > most for text in hidden_texts()) == HIDDEN_PER_WORD
