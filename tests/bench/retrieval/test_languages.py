"""Phrases of texts with spaces and without."""

import re

from bench.retrieval.languages import _COMPOUNDS, phrases, texts


def test_phrases_are_signs_where_nothing_is_spaced_and_words_elsewhere() -> None:
    assert list(phrases("年次有給休暇は、十日間。東京都")) == ["年次有給"]
    assert list(phrases("eins zwei drei vier fünf sechs sieben. Kurz.")) == ["eins zwei drei", "vier fünf sechs"]


def test_every_text_has_phrases_that_stand_in_it() -> None:
    for pages in texts().values():
        for page in pages.values():
            found = list(phrases(page.body))
            assert len(found) >= 3
            assert all(phrase in page.body for phrase in found)


def test_the_compounds_stand_in_their_texts_and_their_last_words_nowhere() -> None:
    pages = texts()["de"]
    for word, name in _COMPOUNDS.items():
        assert re.search(rf"\w+{word.lower()}\b", f"{pages[name].title} {pages[name].body}")
        assert not any(re.search(rf"\b{word}\b", f"{page.title} {page.body}") for page in pages.values())
