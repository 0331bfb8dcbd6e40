"""The last words of German compounds, by which a text is found, too: `Versicherung` in `Haftpflichtversicherung`. Pure.

Every end of a long word is taken that is long enough to be a word: no dictionary is needed, and an end that is no word
is asked for by nobody. Texts of other languages are left alone, where ends that are words by chance do harm.
"""

from collections.abc import Iterable, Iterator

_FRONT, _END = 4, 6
"""Letters of the two parts of a compound at least: shorter ends are endings."""

_LONGEST = 40
_LAST_LATIN = "\u024f"
_LEAST = 2

_SMALL_WORDS = """
auf aus bei beim dem der das des durch ein eine einem einen einer für ist im mit nach nicht oder sich sie sind und vom
von werden wird wurde zu zum zur über
"""
GERMAN = frozenset(_SMALL_WORDS.split())
"""Small words by which German is told."""


def is_german(words: Iterable[str]) -> bool:
    """Return whether a text with these words, in small letters, has several of the small words of German."""
    return len(GERMAN.intersection(words)) >= _LEAST


def last_words(word: str) -> Iterator[str]:
    """Yield the ends, the shortest first, that may be the last word of a compound in small letters; none of others."""
    if len(word) <= _LONGEST and word.islower() and word.isalpha() and max(word) <= _LAST_LATIN:
        yield from (word[-length:] for length in range(_END, len(word) - _FRONT + 1))
