"""The head of an HTTP request: its first line and headers, read by httptools."""

from dataclasses import dataclass, field
from typing import BinaryIO

import httptools

LIMIT = 1 << 17
"""Bytes of a head at most; a statement may stand in the URL."""


class BadHead(ValueError):
    """The bytes are no head of an HTTP request."""


@dataclass
class Head:
    """A request's method, target and headers, whose names are in lower case; of two of a name the last counts."""

    method: str = ""
    target: str = ""
    version: str = "1.1"
    headers: dict[str, str] = field(default_factory=dict)
    complete: bool = False

    def on_url(self, url: bytes) -> None:
        """Take a piece of the target."""
        self.target += url.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        self.headers[name.decode("latin-1").lower()] = value.decode("latin-1").rstrip(" \t")

    def on_headers_complete(self) -> None:
        """Note that the head is whole."""
        self.complete = True


def read(stream: BinaryIO, first: bytes) -> Head:
    """Return the head that begins with the line `first` and goes on in `stream`. Raises `BadHead`."""
    lines, size = [first], len(first)
    while lines[-1] not in (b"\r\n", b"\n", b""):
        lines.append(stream.readline(LIMIT))
        size += len(lines[-1])
        if size > LIMIT:
            raise BadHead(f"the head of a request may have at most {LIMIT} bytes")
    head = Head()
    parser = httptools.HttpRequestParser(head)
    try:
        parser.feed_data(b"".join(lines))
        head.method, head.version = parser.get_method().decode("latin-1"), parser.get_http_version()
    except httptools.HttpParserError as error:
        raise BadHead(f"no HTTP request: {error}") from error
    if not head.complete or head.version not in ("1.0", "1.1"):
        raise BadHead("no HTTP request: its head is cut short, or its version is neither 1.0 nor 1.1")
    return head


def keeps_alive(head: Head) -> bool:
    """Return whether the client wants to send another request on the connection."""
    wishes = {wish.strip().lower() for wish in head.headers.get("connection", "").split(",")}
    return "keep-alive" in wishes if head.version == "1.0" else "close" not in wishes


def waits_to_send(head: Head) -> bool:
    """Return whether the client sends its body only once it is told to go on."""
    return head.version == "1.1" and head.headers.get("expect", "").lower() == "100-continue"
