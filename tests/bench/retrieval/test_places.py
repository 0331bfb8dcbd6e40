"""Long pages and where a sentence stands in them."""

from random import Random

from bench.retrieval.places import AT_LEAST, PLACES, long_pages, queries, topics


def test_pages_are_consecutive_texts_and_long_enough() -> None:
    texts = {name: f"{name} text " * 3 for name in "edcba"}
    pages = long_pages(texts, 10, 9)
    assert {name: page.body.split()[::6] for name, page in pages.items()} == {"a": ["a", "b"], "c": ["c", "d"]}
    assert list(long_pages(texts, 10, 1)) == ["a"]


def test_the_own_topics_of_python_make_long_pages() -> None:
    pages = long_pages(topics(), AT_LEAST, 99)
    assert len(pages) >= 10
    assert min(len(page.body.split()) for page in pages.values()) >= AT_LEAST


def test_a_query_is_of_a_sentence_at_its_place() -> None:
    body = " ".join(f"This is the sentence of number {n} in the whole page here." for n in range(200))
    for at in PLACES.values():
        for text in queries(body, at, 5, Random(3)):
            assert len(text.split()) == 8
            assert text in body[int((at - 0.05) * len(body)) : int((at + 0.05) * len(body))]
