"""Long pages and where a sentence stands in them."""

from random import Random

from bench.retrieval.pages import Page
from bench.retrieval.places import AT_LEAST, PLACES, long_pages, queries, topics, with_first_tenth_at


def test_pages_are_consecutive_texts_and_long_enough() -> None:
    texts = {name: f"{name} text " * 3 for name in "edcba"}
    pages = long_pages(texts, 10, 9)
    assert {name: page.body.split()[::6] for name, page in pages.items()} == {"a": ["a", "b"], "c": ["c", "d"]}
    assert list(long_pages(texts, 10, 1)) == ["a"]


def test_the_own_topics_of_python_make_long_pages() -> None:
    pages = long_pages(topics(), AT_LEAST, 99)
    assert len(pages) >= 10
    assert min(len(page.body.split()) for page in pages.values()) >= AT_LEAST


_BODY = "\n\n".join(
    f"This is the sentence of number {n} in the whole page here. It has a second one." for n in range(60)
)


def test_a_query_is_of_a_sentence_of_the_first_tenth() -> None:
    asked = list(queries({"a": Page("A", _BODY)}, "a", 3, Random(3)))
    assert len(asked) == 3
    assert all(len(text.split()) == 8 and text in _BODY[: len(_BODY) // 9] for text in asked)


def test_what_another_page_says_too_is_not_asked() -> None:
    pages = {"a": Page("A", _BODY), "b": Page("B", " ".join(_BODY.split()))}
    assert list(queries(pages, "a", 3, Random(3))) == []
    assert len(list(queries(pages | {"b": Page("B", "Other words.")}, "a", 3, Random(3)))) == 3


def test_the_same_paragraphs_are_moved_to_each_place() -> None:
    moved = {place: with_first_tenth_at(place, _BODY).split("\n\n") for place in PLACES}
    whole = _BODY.split("\n\n")
    assert moved["start"] == whole
    rest = moved["end"].index(whole[0])
    assert 0.85 < rest / len(whole) < 0.95
    assert moved["end"] == [*whole[-rest:], *whole[:-rest]]
    assert 0.4 < moved["middle"].index(whole[0]) / len(whole) < 0.5
    assert all(sorted(paragraphs) == sorted(whole) for paragraphs in moved.values())
