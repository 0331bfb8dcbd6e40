"""Phrases of texts with spaces and without."""

from bench.retrieval.languages import phrases, texts


def test_phrases_are_signs_where_nothing_is_spaced_and_words_elsewhere() -> None:
    assert list(phrases("年次有給休暇は、十日間。東京都")) == ["年次有給"]
    assert list(phrases("eins zwei drei vier fünf sechs sieben. Kurz.")) == ["eins zwei drei", "vier fünf sechs"]


def test_every_text_has_phrases_that_stand_in_it() -> None:
    for pages in texts().values():
        for page in pages.values():
            found = list(phrases(page.body))
            assert len(found) >= 3
            assert all(phrase in page.body for phrase in found)
