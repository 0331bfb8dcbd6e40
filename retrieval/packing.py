"""Lines packed into passages: as many as fit, a new one at a heading, and what stands in front of each. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from retrieval.lines import Line

UNDER = " \u203a "
"""Between a title and the heading of a section."""

LEAST_SHARE = 4
"""A section that has less than one in so many of the pieces is not a passage of its own: it is the beginning of the
next section's, and its heading stands there in the text."""

_UNDER_PIECES = 3
"""At most, of `UNDER`."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A line, how many word pieces it has, and how many what leads it has."""

    line: Line
    count: int
    lead: int = 0


class Packer:
    """Packs the lines of one document, whose title has `title_count` pieces, for a model that reads `limit`.

    It has the passage that is being packed: the heading in front of it, its lines, from which of them on they are that
    heading's, and whether all of its section is here.
    """

    def __init__(self, title: str, title_count: int, limit: int, characters: int) -> None:
        self._title = title
        self._title_count = title_count
        self._limit = limit
        self._characters = characters
        self._heading: Counted | None = None
        self._lines: list[Line] = []
        self._size = self._length = 0
        self._since, self._whole = 0, True

    def room(self, heading_count: int) -> int:
        """Return how many pieces are left to a text under a heading of so many, 0 for none."""
        return self._limit - self._title_count - (heading_count + _UNDER_PIECES if heading_count else 0)

    def packed(self, found: Iterator[Counted]) -> Iterator[tuple[str, str]]:
        """Yield of each passage what stands in front, and its text, "" where a heading has none."""
        for one in found:
            if one.line.heading:
                yield from self._under(one)
                continue
            if not self._fits(one.count, len(one.line.text), self._heading):
                yield from self._ended()
                self._whole = False
                self._lead(one)
            self._add(one.line, one.count)
        yield from self._ended()

    def _under(self, heading: Counted) -> Iterator[tuple[str, str]]:
        """Go on under a heading: in the same passage if what is above it is little, else in a new one."""
        above = self._heading
        count, length = (above.count, len(above.line.text)) if above else (0, 0)
        empty = len(self._lines) == self._since
        little = empty or (self._whole and (self._size + count) * LEAST_SHARE < self._limit)
        if little and self._fits(count, length, heading):
            if above:
                self._lines.insert(self._since, above.line)
                self._size, self._length = self._size + count, self._length + 1 + length
            self._since = len(self._lines)
        else:
            yield from self._ended()
            self._whole = True
        self._heading = heading

    def _fits(self, count: int, length: int, heading: Counted | None) -> bool:
        room = self.room(heading.count if heading else 0)
        return self._size + count <= room and (not self._lines or self._length + 1 + length <= self._characters)

    def _lead(self, one: Counted) -> None:
        """Begin the passage with what leads a line, if that leaves it room."""
        room = self.room(self._heading.count if self._heading else 0)
        if one.line.lead and one.lead * LEAST_SHARE <= room and one.lead + one.count <= room:
            self._add(Line(one.line.lead, own_line=True), one.lead)

    def _add(self, line: Line, count: int) -> None:
        self._lines.append(line)
        self._size += count
        self._length += 1 + len(line.text)

    def _ended(self) -> Iterator[tuple[str, str]]:
        """Yield the passage that is being packed, if there is any, and begin another under the same heading."""
        if self._lines or (self._heading and self._whole):
            yield self._front(), _joined(self._lines)
        self._lines, self._size, self._length, self._since = [], 0, 0, 0

    def _front(self) -> str:
        if self._heading is None:
            return self._title
        return f"{self._title}{UNDER}{self._heading.line.text}" if self._title else self._heading.line.text


def _joined(found: list[Line]) -> str:
    """Return lines as a text: code, rows and headings on lines of their own."""
    text = found[0].text if found else ""
    for before, line in pairwise(found):
        apart = line.own_line or before.own_line or line.heading or before.heading
        text += ("\n" if apart else " ") + line.text
    return text
