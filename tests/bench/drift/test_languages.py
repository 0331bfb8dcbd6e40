"""Drift in eight languages, by the product's own encoder and classifier."""

import pytest

from bench.drift import languages
from bench.drift.parallel import LANGUAGES
from streams.drift.encoder import Vectors, WordLlamaEncoder


class EnglishAlone:
    """An encoder that knows no other letters than those of ASCII."""

    def __init__(self) -> None:
        self._inner = WordLlamaEncoder()

    def encode(self, texts: list[str]) -> Vectors:
        return self._inner.encode([text.encode("ascii", "ignore").decode() for text in texts])


def test_all_languages_say_the_same_and_nothing_twice() -> None:
    assert {(len(one.ways), len(one.devices), len(one.work)) for one in LANGUAGES} == {(6, 12, 12)}
    assert [one.code for one in LANGUAGES] == ["en", "de", "ru", "ar", "hi", "th", "zh", "ja"]
    assert all(len({*one.devices, *one.work}) == 24 for one in LANGUAGES)
    assert all("{}" in way for one in LANGUAGES for way in one.ways)


@pytest.mark.thorough
def test_drift_is_seen_in_every_language_as_in_english() -> None:
    found = languages.measured(2, 11)
    assert found["languages"]["en"]["auc"] > 0.6
    assert found["languages_auc_lost"] <= 0.05


@pytest.mark.thorough
def test_an_encoder_that_reads_english_alone_is_found_out() -> None:
    found = languages.measured(2, 11, EnglishAlone())
    assert found["languages_auc_lost"] > 0.1
    assert found["languages"]["zh"]["auc"] < 0.55


def test_alone_everybody_asks_about_one_thing() -> None:
    texts, person_of, in_window = languages.alone(LANGUAGES[0], 1)
    assert len(texts) == len(person_of) == 24 * 8
    assert sum(in_window) == 12
    said = [{text for text, who in zip(texts, person_of, strict=True) if who == person} for person in range(24)]
    assert not set.intersection(*said)
    assert all(len(of_person) <= 6 for of_person in said)
