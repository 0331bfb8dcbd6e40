"""Queries in which there is nothing to search for."""

import pytest

from tests.cases.house import House
from tests.cases.words import by_words
from tests.console.running import CommandLine

EMPTY = [
    "",
    "   ",
    "\t\n",
    "?!.,",
    "...",
    "-",
    "\u200b\u00ad\ufeff",
    "\u3000\u3002\uff01",
    "\u00ab\u00bb",
    "+ = <",
    "___",
    "\ufe0f",
]


@pytest.mark.parametrize("options", [(), ("--json",)])
@pytest.mark.parametrize("query", EMPTY)
def test_an_empty_query_is_refused_in_words(
    tidewheel: CommandLine, known_tenant: str, query: str, options: tuple[str, ...]
) -> None:
    """a query without a word is refused: exit 2, 'there is no word in the query'"""
    result = tidewheel("search", "--tenant", known_tenant, *options, "--", query)
    assert (result.code, result.out) == (2, "")
    assert "there is no word in the query" in result.err


def test_an_empty_query_is_refused_while_nothing_runs(
    tidewheel: CommandLine, monkeypatch: pytest.MonkeyPatch, known_tenant: str
) -> None:
    """nothing has to run for that"""
    monkeypatch.setattr("indexer.wiring.connect_searcher", lambda where: pytest.fail("it was asked"))
    assert tidewheel("search", "?!", "--tenant", known_tenant).code == 2


def test_an_emoji_is_a_word(house: House) -> None:
    """an emoji is searched for like a word, other signs alone are not"""
    house.emit("pages.jsonl")
    house.index()
    assert by_words(house, "\U0001f389") == house.search("\U0001f389")[:1] == ["wiki/party"]


def test_a_letter_or_a_digit_is_enough(house: House) -> None:
    """one letter or digit among signs is a query"""
    house.emit("pages.jsonl")
    house.index()
    for query in ("?a!", "(7)", "\u6f22"):
        assert set(house.search(query)) == {"wiki/wifi", "wiki/party"}
