"""What a document's text is made of, in order: headings, sentences, lines of code, rows of tables. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.text import visible

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。\uff01\uff1f])|\n+")


@dataclass(frozen=True, slots=True)
class Line:
    """A text that belongs together, in one line.

    `own_line` when it stands on a line of its own in a passage (code, a table), else it follows the last one after a
    space. `lead` is said again in front of it where a passage begins with it: the header of its table. A `heading`
    begins a section.
    """

    text: str
    own_line: bool = False
    lead: str = ""
    heading: bool = False


def one_line(text: str) -> str:
    """Return a text with every run of white space as one space."""
    return " ".join(text.split())


def sentences(text: str) -> Iterator[Line]:
    """Yield the visible sentences of prose; a line's end is the end of a sentence, too."""
    for sentence in _SENTENCE_END.split(text):
        line = one_line(sentence)
        if line and visible(line):
            yield Line(line)


def code(text: str) -> Iterator[Line]:
    """Yield the visible lines of a program."""
    for row in text.splitlines():
        line = one_line(row)
        if line and visible(line):
            yield Line(line, own_line=True)
