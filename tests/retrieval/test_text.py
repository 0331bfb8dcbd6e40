import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.text import normalized, query_terms, spaced, subject, terms, visible, words


def test_equal_texts_compare_equal_however_they_are_written() -> None:
    assert normalized("  How do I\treset\nit? ") == normalized("how do i reset it")
    assert normalized("\uff36\uff30\uff2e") == "vpn"
    assert normalized("re\u00adset\u200b \ufeffit") == "reset it"


def test_the_subject_of_a_query_leaves_out_small_words_and_plurals() -> None:
    assert subject("How do I create the Policies?") == subject("to create a policy") == {"create", "policy"}
    assert subject("what is this") == {"what", "is", "this"}, "all words, when nothing else is left"


def test_plurals_lose_their_ending_and_words_that_only_look_like_plurals_do_not() -> None:
    assert subject("policies boss status basis gas ties") == {"policy", "boss", "status", "basis", "gas", "tie"}


def test_words_come_in_order_with_repeats_and_without_signs() -> None:
    assert words("To be, or NOT to-be?") == ["to", "be", "or", "not", "to", "be"]
    assert words("\u2026! ___") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain words, plain", ["plain", "words", "plain"]),
        ("HTTP_STATUS_CODE", ["httpstatuscode", "http", "status", "code"]),
        ("httpStatusCode", ["httpstatuscode", "http", "status", "code"]),
        ("XMLHttpRequest", ["xmlhttprequest", "xml", "http", "request"]),
        ("URLs IDs APIs", ["urls", "ids", "apis"]),
        ("parseURLs", ["parseurls", "parse", "urls"]),
        ("EC2 v2 sha256 2026", ["ec2", "v2", "sha256", "2026"]),
        ("__init__ _x", ["init", "x"]),
        ("getHTTP2Server", ["gethttp2server", "get", "http2", "server"]),
        ("max-retry.count", ["max", "retry", "count"]),
    ],
)
def test_an_identifier_is_found_whole_and_by_its_parts(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("\u53d1\u7968", "\u51fa\u5dee\u540e\u63d0\u4ea4\u53d1\u7968\u548c\u62a5\u9500\u5355"),
        ("\u732b", "\u732b\u304c\u597d\u304d"),
        ("\u30b5\u30fc\u30d0\u30fc", "\u65b0\u3057\u3044\u30b5\u30fc\u30d0\u30fc\u306e\u8a2d\u5b9a"),
        ("\uff7b\uff70\uff8a\uff9e\uff70", "\u30b5\u30fc\u30d0\u30fc"),
        ("\uc11c\ubc84", "\uc11c\ubc84\ub97c \uc7ac\uc2dc\uc791"),
        ("\u0e40\u0e07\u0e34\u0e19", "\u0e08\u0e48\u0e32\u0e22\u0e40\u0e07\u0e34\u0e19\u0e40\u0e14\u0e37\u0e2d\u0e19"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u092f\u0939 \u0939\u093f\u0928\u094d\u0926\u0940 \u0939\u0948"),
        ("\u0645\u062d\u0645\u062f", "\u0645\u064f\u062d\u064e\u0645\u064e\u0651\u062f"),
        ("\u0633\u0644\u0627\u0645", "\u0633\u0640\u0640\u0644\u0627\u0645"),
        ("\u0645\u06cc\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\u05e9\u05dc\u05d5\u05dd", "\u05e9\u05b8\u05c1\u05dc\u05d5\u05b9\u05dd"),
        ("password", "pass\u00adword"),
        ("reset", "re\u200bset\u2060"),
        ("caf\u00e9", "cafe\u0301"),
        ("cafe", "caf\u00e9"),
        ("caf\u00e9", "CAF\u00c9"),
        ("office", "o\ufb03ce"),
        ("FULL", "\uff26\uff35\uff2c\uff2c"),
        ("strassenverzeichnis", "STRA\u1e9eENVERZEICHNIS"),
        ("gr\u00f6\u00dfere", "GR\u00d6SSERE"),
        ("groessere", "gr\u00f6\u00dfere"),
        ("grossere", "gr\u00f6\u00dfere"),
        ("\u0435\u043b\u043a\u0430", "\u0451\u043b\u043a\u0430"),
        ("\u200fabc\u200e", "abc"),
        ("\U0001f389", "party \U0001f389 today"),
        ("HTTP status", "HTTP_STATUS_CODE"),
        ("httpstatuscode", "HTTP_STATUS_CODE"),
    ],
)  # fmt: skip
def test_a_query_has_a_term_of_the_text(query: str, text: str) -> None:
    """Every term of the query, so that no other text is nearer; but for spellings, which are added."""
    asked, there = query_terms(query), set(terms(text))
    assert asked[0] in there or asked[-1] in there
    if len(asked) > 1 and not spaced(query):
        assert set(asked) <= there


@pytest.mark.parametrize(
    "text", ["", " \t\n", "?!.,", "\u200b\u2060\ufeff\u00ad", "\u3002\uff01", "+ = <>", "\ufe0f", "\u0640", "___"]
)
def test_signs_and_what_cannot_be_seen_are_no_terms(text: str) -> None:
    assert terms(text) == query_terms(text) == words(text) == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("", False),
        (" \n\u200b\u2060\u3000", False),
        ("\x00\x1f", False),
        ("\ufeff", False),
        (".", True),
        ("\U0001f389", True),
    ],
)
def test_what_people_can_see(text: str, seen: bool) -> None:
    assert visible(text) is seen


def test_words_of_scripts_without_spaces_are_pairs_of_letters() -> None:
    assert words("\u5e74\u5047\u653f\u7b56 A") == ["\u5e74\u5047", "\u5047\u653f", "\u653f\u7b56", "a"]
    assert terms("\u5e74\u5047") == ["\u5e74", "\u5047", "\u5e74\u5047"]
    assert query_terms("\u5e74\u5047 \u5047") == ["\u5e74\u5047", "\u5047"]
    assert terms("\uc11c\ubc84") == ["\uc11c\ubc84"], "a syllable means nothing by itself"
    assert terms("iPhone\u624b\u673a") == ["iphone", "i", "phone", "\u624b", "\u673a", "\u624b\u673a"]


def test_scripts_that_part_words_by_spaces() -> None:
    assert spaced("some words, \u0441\u043b\u043e\u0432\u0430, \u0939\u093f\u0928\u094d\u0926\u0940")
    assert not spaced("a \u8a9e")


@given(st.text())
def test_the_normal_form_of_a_normal_form_is_itself_for_words(text: str) -> None:
    assert words(normalized(text)) == words(text)


@given(st.text())
def test_how_a_text_is_composed_and_what_is_invisible_in_it_makes_no_difference(text: str) -> None:
    for form in ("NFC", "NFD"):
        assert terms(unicodedata.normalize(form, text)) == terms(text)
    assert terms("\u00ad".join(text)) == terms(text)


@given(st.text(st.characters(codec="ascii")))
def test_english_is_read_alike_with_and_without_a_letter_of_another_script(text: str) -> None:
    assert terms(f"{text} \u044f")[:-1] == terms(text)


def test_the_last_word_of_a_compound_finds_it_and_the_compound_does_not_find_its_parts() -> None:
    text, query = terms("Haftpflichtversicherung"), query_terms("Haftpflichtversicherung")
    assert {"haftpflichtversicherung", "pflichtversicherung", "versicherung"} <= set(text)
    assert "cherung" in text
    assert "herung" in text
    assert "erung" not in text, "too short to be a word"
    assert "tpflichtversicherung" not in text, "too little in front"
    assert query == ["haftpflichtversicherung"]
    assert "regelung" in terms("Überstundenregelung")


@pytest.mark.parametrize(
    "word", ["Reisekost", "HTTP_STATUS_CODE", "getUserNameNow", "0123456789ab", "достопримечательность", "x" * 41]
)
def test_what_is_no_compound_has_no_ends(word: str) -> None:
    assert terms(word) == query_terms(word)
