import re

import pytest

from retrieval import scripts


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a_b c", ["a_b", "c"]),
        ("\u0939\u093f\u0928\u094d\u0926\u0940!", ["\u0939\u093f\u0928\u094d\u0926\u0940"]),
        ("e\u0301te", ["e\u0301te"]),
        ("\u0301", []),
        ("ok\U0001f389\U0001f389", ["ok", "\U0001f389", "\U0001f389"]),
        ("\u3002\u300c", []),
    ],
)
def test_a_token_keeps_the_marks_of_its_letters(text: str, found: list[str]) -> None:
    assert scripts.token().findall(text) == found


@pytest.mark.parametrize("letter", "\u4e2d\u3042\u30a2\u30fc\ud55c\u0e01\u0e81\u1000\u1780\ua000\U00020000\u3007")
def test_letters_of_scripts_without_spaces(letter: str) -> None:
    assert scripts.unspaced().fullmatch(letter)


@pytest.mark.parametrize("letter", "a1_\u00e9\u0434\u05d0\u0627\u0939\u03b1\u0e3f\u3001")
def test_letters_of_scripts_with_spaces_and_signs(letter: str) -> None:
    assert not scripts.unspaced().search(letter)


def test_a_unit_is_a_letter_with_its_marks() -> None:
    assert scripts.unit().findall("\u0e19\u0e35\u0e49\u0e01") == ["\u0e19\u0e35\u0e49", "\u0e01"]


def test_ignorable_characters_are_those_of_unicode() -> None:
    for code in (0xAD, 0x34F, 0x200B, 0x200C, 0x200D, 0x200E, 0x202E, 0x2060, 0x2069, 0xFE0F, 0xFEFF, 0xE0041, 0xE01EF):
        assert scripts.IGNORED.fullmatch(chr(code)), hex(code)
    for code in (0x20, 0xA0, 0x41, 0x2010, 0x3000, 0x1F389):
        assert not scripts.IGNORED.search(chr(code)), hex(code)


def test_patterns_are_made_once() -> None:
    assert scripts.token() is scripts.token()
    assert isinstance(scripts.unspaced(), re.Pattern)
