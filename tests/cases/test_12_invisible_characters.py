"""Pages with characters that nobody sees, or that are written in another way than people type them."""

import pytest

from tests.cases.house import House
from tests.cases.words import by_words

QUERIES = [
    ("passphrase", "hyphens"),
    ("service account", "hyphens"),
    ("rotates", "hyphens"),
    ("pass\u00adphrase", "hyphens"),
    ("r\u00e9sum\u00e9", "nfd"),
    ("RE\u0301SUME\u0301", "nfd"),
    ("resume", "nfd"),
    ("GRUNDST\u00dcCKSVERZEICHNIS", "de"),
    ("gr\u00f6ssere", "de"),
    ("groessere", "de"),
    ("grossere", "de"),
    ("Gesch\u00e4ftsf\u00fchrung", "de"),
    ("wifi", "wide"),
    ("\uff37\uff29\uff26\uff29", "wide"),
    ("floor", "wide"),
    ("office", "wide"),
    ("\u0645\u0648\u0638\u0641", "ar"),
    ("\u0637\u0644\u0628", "ar"),
    ("\u0645\u06cc\u062a\u0648\u0627\u0646\u0646\u062f", "fa"),
    ("\u05d4\u05e2\u05d5\u05d1\u05d3", "he"),
    ("\u0906\u0935\u0947\u0926\u0928", "hi"),
    ("zx 81", "marks"),
    ("\u202ezx\u202c", "marks"),
    ("retry", "marks"),
    ("max_retry_count", "marks"),
    ("MaxRetryCount", "marks"),
    ("read timeout", "marks"),
]


@pytest.fixture
def filled(house: House) -> House:
    """The pages of the case, indexed."""
    house.emit("pages.jsonl")
    house.index()
    return house


def test_words_are_found_however_they_are_written(filled: House) -> None:
    """by words, a query finds its page in whatever form both are written"""
    assert {query: by_words(filled, query)[:1] for query, _ in QUERIES} == {q: [page] for q, page in QUERIES}


def test_a_search_shows_that_page_first(filled: House) -> None:
    """a search shows that page first"""
    assert {query: filled.search(query)[:1] for query, _ in QUERIES} == {q: [page] for q, page in QUERIES}


def test_what_nobody_sees_has_no_passage_and_is_never_found(filled: House) -> None:
    """a document of invisible characters alone has no passage: no query finds it"""
    rows = filled.rows("SELECT document, passages FROM applied FINAL WHERE document IN ('nothing', 'only-title')")
    assert {row["document"]: row["passages"] for row in rows} == {"nothing": 0, "only-title": 0}
    for query in ("leave", "br", "\u0627\u0644\u0645\u0648\u0638\u0641", "salad"):
        assert not {"nothing", "only-title"} & set(filled.search(query, k=50))


def test_what_is_shown_is_the_text_as_it_was_sent(filled: House) -> None:
    """a result shows the page's own characters, not the ones it is compared by"""
    (answer,) = filled.world.searcher.search(filled.world.tenant, ["passphrase"], frozenset())
    assert answer.results[0].snippet.startswith("The pass\u00adphrase of a ser\u00advice ac\u00adcount")
