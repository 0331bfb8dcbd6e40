"""How a document's text becomes passages: whole sentences, packed up to what the model's encoder reads.

A passage is embedded and matched with its document's title in front, because a paragraph seldom repeats what the page
is about. Its size is counted in the word pieces of the model's own tokenizer, title, special tokens and prompt among
them, so that no piece of a passage is left unread. Sentences that fit are not cut and passages do not overlap; a longer
one is cut between words where it can be.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from retrieval.text import visible
from retrieval.word_pieces import Pieces

READ_CHARACTERS = 5_000_000
"""No more of a body than this is indexed; the rest is left out, which is counted and shown as truncated."""

MAX_CHARACTERS = 1_000
"""Of a passage: text of which a tokenizer makes few pieces (an unbroken run of unknown letters) is cut all the same."""

TITLE_SHARE = 3
"""A title has at most one in so many of the pieces; the row shows it whole."""

_MAX_TITLE_CHARACTERS = 200
_COUNTED_AT_ONCE = 256

_WORD = re.compile(r"\S+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。\uff01\uff1f])|\n+")


@dataclass(frozen=True, slots=True)
class Split:
    """A document's passages in order, title included, and whether some of its text was left out."""

    passages: tuple[str, ...]
    truncated: bool


def split(title: str, body: str, pieces: Pieces) -> Split:
    """Split a document as the model with this tokenizer reads it.

    A document without a visible character has no passage; one with a title alone has one.
    """
    heading = _heading(title, pieces)
    before = f"{heading}\n" if heading else ""
    room = pieces.limit - (pieces.counts([heading])[0] if heading else 0)
    texts = _packed(_sized(_sentences(body[:READ_CHARACTERS]), room, pieces), room)
    found = list(_checked(before, texts, pieces)) or ([heading] if heading else [])
    return Split(tuple(found), len(body) > READ_CHARACTERS)


def body_of(passage: str) -> str:
    """Return a passage without the title in front of it (the title itself when there is nothing else)."""
    title, _, body = passage.partition("\n")
    return body or title


def _heading(title: str, pieces: Pieces) -> str:
    """Return the title in one line, cut so that it leaves room for a text."""
    line = " ".join(title.split())[:_MAX_TITLE_CHARACTERS].rstrip()
    if not visible(line):
        return ""
    most = pieces.limit // TITLE_SHARE
    starts = pieces.starts(line)
    return line[: _cut_at(line, 0, starts[most])].rstrip() if len(starts) > most else line


def _sentences(body: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(body):
        line = " ".join(sentence.split())
        if line and visible(line):
            yield line


def _sized(sentences: Iterator[str], room: int, pieces: Pieces) -> Iterator[tuple[str, int]]:
    """Yield sentences, those with more than `room` pieces or too many characters in parts, and how many pieces each."""
    while chunk := list(islice(sentences, _COUNTED_AT_ONCE)):
        for sentence, count in zip(chunk, pieces.counts(chunk), strict=True):
            if count <= room and len(sentence) <= MAX_CHARACTERS:
                yield sentence, count
            else:
                yield from _parts(sentence, room, pieces.starts(sentence))


def _parts(sentence: str, room: int, starts: Sequence[int]) -> Iterator[tuple[str, int]]:
    """Yield the words of a sentence, those that do not fit either cut at pieces; `starts` are those of its pieces."""
    for word in _WORD.finditer(sentence):
        begin, end = word.span()
        first, after = bisect_left(starts, begin), bisect_left(starts, end)
        while begin < end:
            last = min(first + room, after)
            fits = min(starts[last] if last < after else end, begin + MAX_CHARACTERS)
            cut = max(fits, begin + 1)  # one letter may be several pieces
            last = bisect_left(starts, cut)
            yield sentence[begin:cut], last - first
            begin, first = cut, last


def _cut_at(text: str, begin: int, end: int) -> int:
    """Return where to cut at or before `end`: at a space in the second half of what would be kept, if there is one."""
    space = text.rfind(" ", begin + (end - begin) // 2, end)
    return space + 1 if space >= 0 else end


def _packed(parts: Iterator[tuple[str, int]], room: int) -> Iterator[str]:
    """Join consecutive parts while they fit."""
    size, characters, kept = 0, 0, list[str]()
    for part, count in parts:
        if kept and (size + count > room or characters + 1 + len(part) > MAX_CHARACTERS):
            yield " ".join(kept)
            size, characters, kept = 0, 0, []
        kept.append(part)
        size, characters = size + count, characters + 1 + len(part)
    if kept:
        yield " ".join(kept)


def _checked(before: str, texts: Iterator[str], pieces: Pieces) -> Iterator[str]:
    """Yield the passages; one that has more pieces as a whole than its parts had is halved until it is read whole."""
    while chunk := [before + text for text in islice(texts, _COUNTED_AT_ONCE)]:
        for passage, count in zip(chunk, pieces.counts(chunk), strict=True):
            text = passage.removeprefix(before)
            if count <= pieces.limit or len(text) < 2:
                yield passage
            else:
                half = _cut_at(text, 0, (len(text) + 1) // 2)
                yield from _checked(before, iter((text[:half].strip(), text[half:].strip())), pieces)
