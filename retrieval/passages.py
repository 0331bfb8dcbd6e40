"""How a document's text becomes passages: whole sentences, packed up to what the encoder reads.

A passage is embedded and matched with its document's title in front, because a paragraph seldom repeats what the page
is about. The budget of 90 words is about 115 word pieces of English, which with a short title fills the encoder's 128.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_PASSAGES = 16
"""Passages indexed per document; the rest of a longer text is left out and reported as truncated."""

MAX_WORDS = 90
MAX_CHARACTERS = 700
MAX_TITLE_CHARACTERS = 200

READ_CHARACTERS = 4 * MAX_PASSAGES * MAX_CHARACTERS
"""No more of a body than this is looked at: enough for every passage however much white space it holds."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。\uff01\uff1f])|\n+")


@dataclass(frozen=True, slots=True)
class Split:
    """A document's passages in order, title included, and whether some of its text was left out."""

    passages: tuple[str, ...]
    truncated: bool


def split(title: str, body: str) -> Split:
    """Split a document. A document without any text has no passage; one with a title alone has one."""
    heading = " ".join(title.split())[:MAX_TITLE_CHARACTERS]
    found: list[str] = []
    truncated = len(body) > READ_CHARACTERS
    for text in _packed(_pieces(body[:READ_CHARACTERS])):
        if len(found) == MAX_PASSAGES:
            truncated = True
            break
        found.append(f"{heading}\n{text}" if heading else text)
    if not found and heading:
        found.append(heading)
    return Split(tuple(found), truncated)


def body_of(passage: str, title: str) -> str:
    """Return a passage without the title in front of it (the title itself when there is nothing else)."""
    heading = " ".join(title.split())[:MAX_TITLE_CHARACTERS]
    return passage.removeprefix(f"{heading}\n") if heading else passage


def _packed(pieces: Iterator[str]) -> Iterator[str]:
    """Join consecutive pieces while they fit the budget."""
    words, characters, kept = 0, 0, list[str]()
    for piece in pieces:
        size = piece.count(" ") + 1
        if kept and (words + size > MAX_WORDS or characters + 1 + len(piece) > MAX_CHARACTERS):
            yield " ".join(kept)
            words, characters, kept = 0, 0, []
        kept.append(piece)
        words, characters = words + size, characters + 1 + len(piece)
    if kept:
        yield " ".join(kept)


def _pieces(body: str) -> Iterator[str]:
    """Yield sentences, those over the budget cut at words, and words over the budget cut anywhere."""
    for sentence in _SENTENCE_END.split(body):
        words = sentence.split()
        if len(words) <= MAX_WORDS and sum(map(len, words)) + len(words) <= MAX_CHARACTERS:
            if words:
                yield " ".join(words)
            continue
        for word in words:
            for start in range(0, len(word), MAX_CHARACTERS):
                yield word[start : start + MAX_CHARACTERS]
