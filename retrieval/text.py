"""Text as words: the normal form in which queries and documents are compared, and what a query is about. Pure."""

import re
import unicodedata

_WORD = re.compile(r"\w+")
_SPACE = re.compile(r"\s+")

_STOP_WORDS = """
a an and are as at be been by can could do does for from get has have how i in into is it its me my of on or our please
should that the their them there these this to use using was we were what when where which who why will with would you
your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing about the subject of a query."""


def normalized(text: str) -> str:
    """Return the text with case, compatibility forms, and white space made one, so that equal texts compare equal."""
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip(" \t\n.,:;!?\"'")


def composed(name: str) -> str:
    """Return a name with every accented letter as one character (NFC), the form in which names are compared."""
    return unicodedata.normalize("NFC", name)


def words(text: str) -> list[str]:
    """Return the lower-case words of the text in order."""
    return _WORD.findall(normalized(text))


def subject(text: str) -> frozenset[str]:
    """Return the words that carry a query's meaning, plural endings removed; all words when nothing else is left."""
    found = [_singular(word) for word in words(text)]
    return frozenset(word for word in found if word not in STOP_WORDS) or frozenset(found)


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
