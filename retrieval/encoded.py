"""Data that stands in a text in letters: data URIs and long runs of base64, which nobody reads or searches. Pure."""

import re
from itertools import pairwise
from string import ascii_lowercase, ascii_uppercase, digits

LONGEST_KEPT = 160
"""Characters up to which a run of base64 stays: keys, hashes and tokens are searched for."""

_MIXED = 0.45
"""Of base64 at least so many letters are followed by one of another class: small, capital, digit. Of words and paths
about a quarter are; of random base64 about two thirds."""

_SHORTEST = 8
"""Characters of a line that can be told from a word."""

_DATA_URI = re.compile(r"data:[a-z]{1,20}/[\w.+-]{1,80}[^\s,\"'<>()]{0,100},[^\s\"'<>()]*", re.IGNORECASE)
_SIGNS = "[A-Za-z0-9+/_-]"
_BASE64 = re.compile(
    rf"(?<!{_SIGNS}){_SIGNS}{{60,}}(?:\r?\n{_SIGNS}{{60,}})*"
    rf"(?P<last>\r?\n{_SIGNS}{{1,59}}(?=={{0,2}}[ \t\r]*(?:\n|\Z)))?(?P<filling>={{0,2}})"
)
_CLASSES = str.maketrans(ascii_lowercase + ascii_uppercase + digits, "a" * 26 + "A" * 26 + "0" * 10)


def without_encoded(text: str) -> tuple[str, bool]:
    """Return the text without such data, and whether there was any."""
    kept = _BASE64.sub(_unless_encoded, _DATA_URI.sub(" ", text))
    return kept, kept != text


def _unless_encoded(found: re.Match[str]) -> str:
    run = "".join(found[0].split())
    if len(run) <= LONGEST_KEPT or _mixed(run) < _MIXED:
        return found[0]
    last = (found["last"] or "").strip()  # a short line behind the others: the end of the data, or a word
    is_word = not found["filling"] and (len(last) < _SHORTEST or _mixed(last) < _MIXED)
    return f"\n{last}" if is_word else " "


def _mixed(run: str) -> float:
    """Return the share of neighbours that are of different classes."""
    classes = run.translate(_CLASSES)
    return sum(a != b for a, b in pairwise(classes)) / max(1, len(run) - 1)
