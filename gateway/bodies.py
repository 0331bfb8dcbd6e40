"""A request's body, whole and unpacked: bounded as it comes, in size, in time, and together with all others.

Nothing is unpacked beyond its bound: a small body that would become a large one ends where the bound is.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator

from gateway.answers import Answered
from gateway.config import BodyRules

_MIB = 2**20
_GZIP_WINDOW = 31
"""What tells zlib to expect gzip's header."""


class Held:
    """How many bytes of bodies are held at once by all requests of this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.bytes = 0

    def take(self, size: int) -> None:
        """Count more bytes. Raises `Answered` (503) when there would be too many."""
        if self.bytes + size > self._most:
            raise Answered(503, "Busy", "too many large requests are under way; try again", retry_after_s=1)
        self.bytes += size

    def give(self, size: int) -> None:
        """Count bytes no more."""
        self.bytes -= size


class Bodies:
    """Reads bodies by the rules, for all requests of one process."""

    def __init__(self, rules: BodyRules) -> None:
        self._rules = rules
        self._held = Held(rules.held_mib * _MIB)

    async def read(self, chunks: AsyncIterator[bytes], encoding: str) -> bytes:
        """Return the body. Raises `Answered`: 413 too large, 408 too slow, 415 another coding, 400 damaged gzip."""
        coding = encoding.strip().lower()
        if coding not in ("", "identity", "gzip", "x-gzip"):
            raise Answered(415, "Unsupported Media Type", "Content-Encoding: gzip is read, or none")
        sent = bytearray()
        try:
            async with asyncio.timeout(self._rules.within_s):
                async for chunk in chunks:
                    self._held.take(len(chunk))
                    sent += chunk
                    if len(sent) > self._rules.sent_mib * _MIB:
                        raise _too_large(f"{self._rules.sent_mib} MiB as it is sent")
        except TimeoutError as error:
            text = f"the body did not come whole within {self._rules.within_s:g} s"
            raise Answered(408, "Request Timeout", text) from error
        finally:
            self._held.give(len(sent))
        return self._inflated(sent) if coding.endswith("gzip") else bytes(sent)

    def _inflated(self, packed: bytearray) -> bytes:
        return inflated(bytes(packed), self._rules.inflated_mib * _MIB)


def inflated(packed: bytes, most: int) -> bytes:
    """Return what gzip packed, one member or several. Raises `Answered`: 413 beyond `most` bytes, 400 when damaged."""
    found = bytearray()
    while packed:
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            found += member.decompress(packed, most + 1 - len(found))
        except zlib.error as error:
            raise Answered(400, "Bad Request", f"the gzip data are damaged ({error})") from error
        if len(found) > most:
            raise _too_large(f"{most // _MIB} MiB once it is unpacked")
        if not member.eof:
            raise Answered(400, "Bad Request", "the gzip data end early")
        packed = member.unused_data.lstrip(b"\0")
    return bytes(found)


def _too_large(bound: str) -> Answered:
    return Answered(413, "Content Too Large", f"a body has at most {bound}; send several smaller ones")
