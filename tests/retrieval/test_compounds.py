"""Last words of compounds, in German alone."""

import pytest

from retrieval.compounds import is_german, last_words
from retrieval.text import words


def test_the_ends_that_may_be_words() -> None:
    found = list(last_words("haftpflichtversicherung"))
    assert {"versicherung", "pflichtversicherung", "herung"} <= set(found)
    assert min(map(len, found)) == 6, "shorter ones are endings"
    assert max(map(len, found)) == len("haftpflichtversicherung") - 4, "something stands in front"
    assert "regelung" in last_words("überstundenregelung")


@pytest.mark.parametrize("word", ["reisekost", "Reisekosten", "0123456789ab", "достопримечательность", "x" * 41, ""])
def test_what_is_no_compound_has_none(word: str) -> None:
    assert list(last_words(word)) == []


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("Die Kosten werden nach der Rückkehr abgerechnet.", True),
        ("Bitte im Sekretariat abgeben und quittieren.", True),
        ("The invoices are sent to the office by mail, das Auto.", False),
        ("Les factures sont envoyées au bureau.", False),
        ("De rekening is voor het kantoor.", False),
        ("Haftpflichtversicherung", False),
    ],
)
def test_german_is_told_by_its_small_words(text: str, german: bool) -> None:
    assert is_german(words(text)) is german
