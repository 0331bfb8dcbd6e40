"""Text as terms: the one form in which documents and queries are compared, wherever words are compared. Pure.

    text ──▶ ignorable characters out, NFKC ──▶ runs of letters and digits ──▶ case folded ──▶ terms

The index and the judge's BM25 take `terms` of texts and `query_terms` of queries; snippets and drift signals too.
One word gives several:
- an identifier (`HTTP_STATUS_CODE`, `getUserName`) is there whole, without underscores, and in its parts;
- a word with accents or vowel points (`café`) is there with and without them, and a German umlaut also as `oe`;
- scripts without spaces (Chinese, Japanese, Thai, ...) and Hangul give all pairs of neighbouring letters, and each
  ideograph by itself, so that a query of one finds it;
- a long word gives a text its ends, too, so that the last word of a compound finds it (`Versicherung` a text with
  `Haftpflichtversicherung`); a query of the compound is not taken apart, so it does not find all texts with its parts;
- a picture (an emoji) is a term. Other signs are none.

Zero-width joiners and non-joiners go with the other ignorables, as in Unicode's NFKC_Casefold: they shape the letters
beside them, and people search for the same word with and without them.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from retrieval import scripts

_SPACE = re.compile(r"\s+")
_PARTS = re.compile(r"_+|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z](?!$|_))|(?<=[A-Z])(?=[A-Z][a-rt-z](?:$|_))")
"""Where an identifier parts: at underscores, before a capital that begins a word, but not in `URLs`."""

_COMPOUND = range(10, 41)
_FRONT, _END = 4, 6
"""Letters of a word that may be a compound, and of its two parts at least. Shorter ends are endings, no words."""

_LAST_LATIN = "\u024f"
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_ASCII_WORD = re.compile(r"\w+", re.ASCII)

_STOP_WORDS = """
a an and are as at be been by can could do does for from get has have how i in into is it its me my of on or our please
should that the their them there these this to use using was we were what when where which who why will with would you
your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words that say nothing about the subject of a query."""


def normalized(text: str) -> str:
    """Return the text with case, compatibility forms, and white space made one, so that equal texts compare equal."""
    return _SPACE.sub(" ", _folded(_cleaned(text))).strip(" \t\n.,:;!?\"'")


def composed(name: str) -> str:
    """Return a name with every accented letter as one character (NFC), the form in which names are compared."""
    return unicodedata.normalize("NFC", name)


def visible(text: str) -> bool:
    """Return whether the text has a character that people can see."""
    seen = text if text.isascii() else scripts.IGNORED.sub("", text)
    return any(not character.isspace() and unicodedata.category(character) != "Cc" for character in seen)


def words(text: str) -> list[str]:
    """Return the lower-case words of the text in order; of a run without spaces its pairs of letters."""
    return [
        word
        for run, is_unspaced in _runs(text)
        for word in (_pairs(scripts.unit().findall(run)) if is_unspaced else [_folded(run).replace("_", "")])
        if word
    ]


def terms(text: str) -> list[str]:
    """Return what the text is found by, in order, with repeats: its words and the other forms of them."""
    return list(_terms(text, of_text=True))


def query_terms(query: str) -> list[str]:
    """Return what the query seeks: its terms, but single ideographs only where nothing stands beside them.

    Many words share an ideograph: as terms of a query they would rank texts of other words.
    """
    return list(_terms(query, of_text=False))


def _terms(text: str, of_text: bool) -> Iterator[str]:
    for run, is_unspaced in _runs(text):
        if not is_unspaced:
            yield from _forms(run)
            if of_text:
                yield from _ends(run)
            continue
        units = scripts.unit().findall(run)
        if of_text and len(units) > 1:
            yield from (unit for unit in units if scripts.IDEOGRAPH.match(unit))
        yield from _pairs(units)


def spaced(text: str) -> bool:
    """Return whether all of the text is in scripts that part words by spaces."""
    return text.isascii() or not scripts.unspaced().search(text)


def subject(text: str) -> frozenset[str]:
    """Return the words that carry a query's meaning, plural endings removed; all words when nothing else is left."""
    found = [_singular(word) for word in words(text)]
    return frozenset(word for word in found if word not in STOP_WORDS) or frozenset(found)


def _cleaned(text: str) -> str:
    """Return the text without ignorable characters and in compatibility form; its case is kept."""
    if text.isascii():
        return text
    return scripts.IGNORED.sub("", unicodedata.normalize("NFKC", scripts.IGNORED.sub("", text)))


def _folded(text: str) -> str:
    folded = text.casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFKC", folded)


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the runs of letters and digits, and whether each is of a script without spaces."""
    clean = _cleaned(text)
    if clean.isascii():
        yield from ((word, False) for word in _ASCII_WORD.findall(clean))
        return
    for token in scripts.token().findall(clean):
        if token.isascii():
            yield token, False
        else:  # every other part is what the pattern's group matched
            parts = scripts.unspaced().split(token)
            yield from ((part, n % 2 == 1) for n, part in enumerate(parts) if part)


def _forms(word: str) -> Iterator[str]:
    """Yield a word whole, in its parts when it is an identifier, and as people write it without its marks."""
    whole = _folded(word).replace("_", "")
    if whole:
        yield whole
    if "_" in word or not word[1:].islower():
        parts = [_folded(part) for part in _PARTS.split(word) if part]
        yield from parts if parts != [whole] else ()
    if not whole.isascii():
        plain = {_unmarked(whole), _unmarked(whole.translate(_UMLAUTS))} - {whole}
        yield from sorted(form for form in plain if form)


def _ends(word: str) -> Iterator[str]:
    """Yield the ends of a long word of Latin letters that may be words of their own: it may be a compound."""
    if len(word) in _COMPOUND and word[1:].islower() and word.isalpha() and max(word) <= _LAST_LATIN:
        whole = _folded(word)
        yield from (whole[-length:] for length in range(_END, len(whole) - _FRONT + 1))


def _unmarked(word: str) -> str:
    bare = scripts.OPTIONAL_MARK.sub("", unicodedata.normalize("NFKD", word))
    return unicodedata.normalize("NFKC", bare)


def _pairs(units: list[str]) -> list[str]:
    """Return the pairs of neighbours, or the one there is."""
    return units if len(units) == 1 else [a + b for a, b in pairwise(units)]


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
