"""A request's body, whole and unpacked: bounded as it comes, in size, in time, and together with all others.

Nothing is unpacked beyond its bound: a small body that would become a large one ends where the bound is. What is held
counts, as it was sent and as it is unpacked, for as long as the request works with it: of all requests, and of those of
one key, which may not take the room of the others.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Lock

from starlette.concurrency import run_in_threadpool

from gateway.answers import Answered
from gateway.config import BodyRules

_MIB = 2**20
_GZIP_WINDOW = 31
"""What tells zlib to expect gzip's header."""
_PIECE, _MEMBERS = 8_192, 1_000
"""Bytes that are unpacked at once, and members of one body at most: what is left of a piece is copied at each's end."""
_INLINE = 65_536
"""Bytes up to which a body is unpacked where requests are answered; a larger one would hold the others up."""


class Held:
    """How many bytes of bodies are held at once by all requests of this process, and by those of each key."""

    def __init__(self, most: int, of_a_key: int) -> None:
        self._most, self._of_a_key = most, of_a_key
        self._lock = Lock()
        self._by_key: dict[str, int] = {}
        self.bytes = 0

    def take(self, key: str, size: int) -> None:
        """Count more bytes. Raises `Answered` when there would be too many: 429 of this key's, 503 of all."""
        with self._lock:
            own = self._by_key.get(key, 0) + size
            if own > self._of_a_key:
                text = "this key has too many large requests under way; wait for their answers"
                raise Answered(429, "Too Many Requests", text, retry_after_s=1, unread=True)
            if self.bytes + size > self._most:
                raise Answered(503, "Busy", "too many large requests are under way; try again", retry_after_s=1)
            self.bytes += size
            self._by_key[key] = own

    def give(self, key: str, size: int) -> None:
        """Count bytes no more."""
        with self._lock:
            self.bytes -= size
            self._by_key[key] = self._by_key.get(key, 0) - size
            if not self._by_key[key]:
                del self._by_key[key]


class Share:
    """What one request, of some key, holds of the bytes that all hold."""

    def __init__(self, held: Held, key: str) -> None:
        self._held, self._key = held, key
        self._lock = Lock()
        self._bytes, self._ended = 0, False

    def take(self, size: int) -> None:
        """Hold more bytes. Raises `Answered` as `Held.take` does, and (503) when the request has ended."""
        with self._lock:
            if self._ended:
                raise Answered(503, "Busy", "the request has ended", retry_after_s=1)
            self._held.take(self._key, size)
            self._bytes += size

    def give(self, size: int) -> None:
        """Hold fewer bytes."""
        with self._lock:
            self._held.give(self._key, size)
            self._bytes -= size

    def end(self) -> None:
        """Hold nothing any more, whatever a thread still unpacks."""
        with self._lock:
            self._held.give(self._key, self._bytes)
            self._bytes, self._ended = 0, True


class Bodies:
    """Reads bodies by the rules, for all requests of one process."""

    def __init__(self, rules: BodyRules) -> None:
        self._rules = rules
        self._held = Held(rules.held_mib * _MIB, int(rules.held_mib * _MIB * rules.key_share))

    @asynccontextmanager
    async def whole(
        self, key: str, chunks: AsyncIterator[bytes], encoding: str, most: int | None = None
    ) -> AsyncIterator[bytes]:
        """Give the block the body, of at most so many bytes as it is sent and unpacked; the rules' own hold, too.

        `key` is the id of the key that sends it. Raises `Answered`: 413 too large, 408 too slow, 415 another coding,
        400 damaged gzip, 429 too many of this key at once, 503 too many of all.
        """
        share = Share(self._held, key)
        try:
            yield await self._read(chunks, encoding, most, share)
        finally:
            share.end()

    async def _read(self, chunks: AsyncIterator[bytes], encoding: str, most: int | None, share: Share) -> bytes:
        coding = encoding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise Answered(415, "Unsupported Media Type", "Content-Encoding: gzip is read, or none")
        sent, bound = bytearray(), min(self._rules.sent_mib * _MIB, most or self._rules.sent_mib * _MIB)
        try:
            async with asyncio.timeout(self._rules.within_s):
                async for chunk in chunks:
                    share.take(len(chunk))
                    sent += chunk
                    if len(sent) > bound:
                        raise _too_large(f"{_size(bound)} as it is sent")
        except TimeoutError as error:
            text = f"the body did not come whole within {self._rules.within_s:g} s"
            raise Answered(408, "Request Timeout", text) from error
        if not coding.endswith("gzip"):
            return bytes(sent)
        bound = min(self._rules.inflated_mib * _MIB, most or self._rules.inflated_mib * _MIB, _likely(len(sent)))
        if len(sent) <= _INLINE and bound <= _INLINE:
            found = inflated(bytes(sent), bound, share.take)
        else:
            found = await run_in_threadpool(inflated, bytes(sent), bound, share.take)
        share.give(len(sent))
        return found


def inflated(packed: bytes, most: int, take: Callable[[int], None] = lambda size: None) -> bytes:
    """Return what gzip packed, one member or several; `take` is a callback with the size of each piece.

    Raises `Answered`: 413 beyond `most` bytes, 400 when damaged, and what the callback raises.
    """
    found, members, member = bytearray(), 0, None
    for start in range(0, len(packed), _PIECE):
        piece = packed[start : start + _PIECE]
        while piece:
            if member is None:
                if not (piece := piece.lstrip(b"\0")):  # what fills up a member's last block
                    break
                member, members = zlib.decompressobj(_GZIP_WINDOW), members + 1
                if members > _MEMBERS:
                    raise Answered(400, "Bad Request", f"gzip data of more than {_MEMBERS:,} members are not read")
            try:
                more = member.decompress(piece, most + 1 - len(found))
            except zlib.error as error:
                raise Answered(400, "Bad Request", f"the gzip data are damaged ({error})") from error
            take(len(more))
            found += more
            if len(found) > most:
                raise _too_large(f"{_size(most)} once it is unpacked")
            piece = member.unused_data
            member = None if member.eof else member
    if member is not None:
        raise Answered(400, "Bad Request", "the gzip data end early")
    return bytes(found)


def _likely(packed: int) -> int:
    """Return how large what is packed may become: events become ten or twenty times as large, bombs a thousand."""
    return max(_MIB, 100 * packed)


def _size(size: int) -> str:
    return f"{size // _MIB} MiB" if size >= _MIB else f"{size:,} bytes"


def _too_large(bound: str) -> Answered:
    return Answered(413, "Content Too Large", f"a body has at most {bound}; send several smaller ones")
