"""The JSON objects of a text, however it is laid out: a line each, in an array, pretty-printed, or one after the other.

Lines of one object each, the common case, are parsed as they are. Anything else is cut where brackets close: outside of
objects brackets, commas and white space only separate. A line feed cannot stand within a JSON string, so no string
reaches over the end of its line, and what is wrong is wrong within one line, or one object. Pure.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from operations.event_files import LongLine
from schemas.topics import MAX_EVENT_BYTES

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|["{}\[\]]')
_BETWEEN = re.compile(rb"[\s,\[\]]*")


@dataclass(frozen=True, slots=True)
class Found:
    """An object: the line in which it begins, counted from 1, its text without line ends, and what it says."""

    line: int
    text: bytes
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Problem:
    """A line, counted from 1, of which something is no event, and why."""

    line: int
    reason: str


def objects(lines: Iterable[bytes]) -> Iterator[Found | Problem]:
    """Yield the objects of a text, and what is in it that is none; blank lines are passed over."""
    cutter = _Cutter()
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if isinstance(line, LongLine):
            yield from cutter.end()
            yield Problem(number, f"{line.length:,} bytes in one line; write one JSON object a line")
        elif line[:1] == b"{" and (content := _parsed(text)) is not None:
            yield from cutter.end()
            yield Found(number, text, content)
        elif text:
            yield from cutter.take(number, line)
    yield from cutter.end()


class _Cutter:
    """Cuts lines into objects. It holds the lines of the object that has begun and is not at its end yet."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._size = 0
        self._depth = 0
        self._began, self._offset = 0, 0
        self._broken_at: int | None = None
        """How far the lines of a broken object are indented, until the next one begins."""

    def end(self) -> Iterator[Problem]:
        """Say so if an object is not at its end, and be ready for the next one."""
        if self._held:
            words = self._words() or "it does not end"
            yield Problem(self._began, f"the object that begins here is cut off: {words}")
        self._forget()
        self._broken_at = None

    def take(self, number: int, line: bytes) -> Iterator[Found | Problem]:
        """Yield the objects that end in this line, and what is no object."""
        if self._broken_at is not None:
            if not line.lstrip().startswith(b"{") or _indent(line) > self._broken_at:
                return
            self._broken_at = None
        position = 0
        while True:
            if not self._held:
                position = _end_of(_BETWEEN, line, position)
                if position == len(line):
                    return
                if line[position : position + 1] != b"{":
                    yield Problem(number, "not a JSON object")
                    return
                self._began, self._offset = number, position
            begins, position = position, self._close(line, position)
            self._hold(line[begins : position or len(line)])
            if position == 0:
                yield from self._unfinished(number, line)
                return
            yield self._object()

    def _close(self, line: bytes, position: int) -> int:
        """Return where the object ends in this line; 0 when it does not."""
        for token in _TOKEN.finditer(line, position):
            mark = token[0]
            if mark in b"{[":
                self._depth += 1
            elif mark in b"}]":
                self._depth -= 1
                if self._depth == 0:
                    return token.end()
            elif mark == b'"':
                self._depth = -1
                return 0
        return 0

    def _unfinished(self, number: int, line: bytes) -> Iterator[Problem]:
        """Give up an object with a string that does not end, and one that is larger than any event."""
        if self._depth < 0:
            yield Problem(self._began, self._words() or "not a JSON object")
        elif self._size > MAX_EVENT_BYTES:
            yield Problem(
                self._began, f"more than {MAX_EVENT_BYTES:,} bytes in one object; an event may not have so many"
            )
        else:
            return
        self._broken_at = self._offset if number > self._began else None
        self._forget()

    def _object(self) -> Found | Problem:
        text, words = b"".join(self._held), self._words()
        self._forget()
        content = _parsed(text)
        if content is None:
            return Problem(self._began, words)
        return Found(self._began, text.replace(b"\r", b" ").replace(b"\n", b" "), content)

    def _words(self) -> str:
        """Return what the parser says of the object, and where; an empty string when it is JSON."""
        text = b"".join(self._held).rstrip(b"\r\n")
        try:
            text.decode()
            orjson.loads(text)
        except UnicodeDecodeError as error:
            before = text[: error.start].decode()
            column = len(before) - before.rfind("\n") + (0 if "\n" in before else self._offset)
            where = f"line {self._began + before.count(chr(10))}, column {column}"
            return f"not UTF-8: byte 0x{text[error.start]:02x} ({where})"
        except orjson.JSONDecodeError as error:
            column = error.colno + (self._offset if error.lineno == 1 else 0)
            return f"not JSON: {error.msg} (line {self._began + error.lineno - 1}, column {column})"
        return ""

    def _hold(self, piece: bytes) -> None:
        self._held.append(piece)
        self._size += len(piece)

    def _forget(self) -> None:
        self._held, self._size, self._depth = [], 0, 0


def _parsed(text: bytes) -> dict[str, Any] | None:
    try:
        content = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return content if isinstance(content, dict) else None


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip(b" \t"))


def _end_of(pattern: re.Pattern[bytes], line: bytes, position: int) -> int:
    found = pattern.match(line, position)
    return found.end() if found else position
