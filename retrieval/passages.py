"""How a document's text becomes passages: whole sentences, packed up to what the model's encoder reads.

    body ──▶ encoded data out ──▶ lines: headings, sentences, code, rows ──▶ counted ──▶ packed (`packing.py`)

A passage is embedded and matched with its document's title in front, and the heading that it stands under, because a
paragraph seldom repeats what the page and its section are about. A heading begins a new passage, unless little stands
above it. The header of a table stands in front of its rows wherever they begin a passage. Sizes
are counted in the word pieces of the model's own tokenizer, all that stands in front, special tokens and prompt among
them, so that no piece of a passage is left unread. Sentences that fit are not cut and passages do not overlap; a longer
one is cut between words where it can be.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from retrieval.encoded import without_encoded
from retrieval.lines import Line, one_line
from retrieval.markup import lines
from retrieval.packing import Counted, Packer
from retrieval.text import visible
from retrieval.word_pieces import Pieces

READ_CHARACTERS = 5_000_000
"""No more of a body than this is indexed; the rest is left out, and so is encoded data (`encoded.py`): a document of
which anything is left out is counted and shown as truncated."""

MAX_CHARACTERS = 1_000
"""Of a passage: text of which a tokenizer makes few pieces (an unbroken run of unknown letters) is cut all the same."""

TITLE_SHARE, HEADING_SHARE = 3, 6
"""A title has at most one in so many of the pieces; the row shows it whole. So has a heading of a section; a longer one
is text."""

_MAX_TITLE_CHARACTERS = 200
_COUNTED_AT_ONCE = 256

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Split:
    """A document's passages in order, with title and heading, and whether some of its text was left out."""

    passages: tuple[str, ...]
    truncated: bool


def split(title: str, body: str, pieces: Pieces) -> Split:
    """Split a document as the model with this tokenizer reads it.

    A document without a visible character has no passage; one with a title alone has one.
    """
    name, (text, encoded) = _title(title, pieces), without_encoded(body[:READ_CHARACTERS])
    packer = Packer(name, pieces.counts([name])[0] if name else 0, pieces.limit, MAX_CHARACTERS)
    packed = packer.packed(_sized(_titled(lines(text), title), packer, pieces))
    found = list(_checked(packed, pieces)) or ([name] if name else [])
    return Split(tuple(found), encoded or len(body) > READ_CHARACTERS)


def body_of(passage: str) -> str:
    """Return a passage without title and heading in front of it (those when there is nothing else)."""
    front, _, body = passage.partition("\n")
    return body or front


def _title(title: str, pieces: Pieces) -> str:
    """Return the title in one line, cut so that it leaves room for a text."""
    line = " ".join(title.split())[:_MAX_TITLE_CHARACTERS].rstrip()
    if not visible(line):
        return ""
    most = pieces.limit // TITLE_SHARE
    starts = pieces.starts(line)
    return line[: _cut_at(line, 0, starts[most])].rstrip() if len(starts) > most else line


def _titled(found: Iterable[Line], title: str) -> Iterator[Line]:
    """Yield the lines without headings that are the title once more: it stands in front of all of them."""
    whole = one_line(title)
    for line in found:
        if not (line.heading and line.text == whole):
            yield line


def _sized(found: Iterator[Line], packer: Packer, pieces: Pieces) -> Iterator[Counted]:
    """Yield lines with how many pieces each has, those with too many or too many characters in parts."""
    room = packer.room(0)
    while chunk := list(islice(found, _COUNTED_AT_ONCE)):
        for line, count in zip(chunk, pieces.counts([line.text for line in chunk]), strict=True):
            if line.heading and count * HEADING_SHARE <= pieces.limit:
                room = packer.room(count)
                yield Counted(line, count)
            elif count <= room and len(line.text) <= MAX_CHARACTERS:
                lead = pieces.counts([line.lead])[0] if line.lead else 0
                yield Counted(replace(line, heading=False), count, lead)
            else:
                whole = replace(line, heading=False)
                for part, size in _parts(line.text, room, pieces.starts(line.text)):
                    yield Counted(replace(whole, text=part), size)


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


def _checked(packed: Iterator[tuple[str, str]], pieces: Pieces) -> Iterator[str]:
    """Yield passages of front and text; one with more pieces than its parts had is halved until it is read whole."""
    while chunk := list(islice(packed, _COUNTED_AT_ONCE)):
        whole = [_whole(front, text) for front, text in chunk]
        for (front, text), passage, count in zip(chunk, whole, pieces.counts(whole), strict=True):
            if text and not visible(text):
                continue
            if count <= pieces.limit or len(text) < 2:
                yield passage
            else:
                half = _cut_at(text, 0, (len(text) + 1) // 2)
                yield from _checked(iter([(front, text[:half].strip()), (front, text[half:].strip())]), pieces)


def _whole(front: str, text: str) -> str:
    """Return a passage; the first end of a line is that of what stands in front (`body_of`)."""
    return f"{front}\n{text}" if front and text else front or text.replace("\n", " ")
