"""Request bodies as a stream of plain bytes: content length or chunked, compressed or not, never held whole.

A body is read in pieces of at most `PIECE` bytes and unpacked into pieces of at most `UNPACKED`, so that neither a long
upload nor a compression bomb takes more memory than that.
"""

import sys
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any, BinaryIO, Protocol

import lz4.frame

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PIECE = 1 << 18
UNPACKED = 1 << 22


class BadBody(ValueError):
    """The body cannot be read as its headers say."""


class _Unpacker(Protocol):
    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


_UNPACKERS: dict[str, Callable[[], Any]] = {
    "gzip": lambda: zlib.decompressobj(wbits=47),
    "deflate": lambda: zlib.decompressobj(wbits=47),
    "lz4": lz4.frame.LZ4FrameDecompressor,
    "zstd": zstd.ZstdDecompressor,
}


def pieces(stream: BinaryIO, headers: Mapping[str, str]) -> Iterator[bytes]:
    """Yield the body's bytes, unpacked; header names are in lower case.

    Raises `BadBody` when it is cut short, malformed or of an unknown encoding.
    """
    raw = _chunked(stream) if "chunked" in headers.get("transfer-encoding", "").lower() else _sized(stream, headers)
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return raw
    if encoding not in _UNPACKERS:
        raise BadBody(f"Content-Encoding {encoding} is not known here; use one of {', '.join(_UNPACKERS)}")
    return _unpacked(raw, _UNPACKERS[encoding])


def _sized(stream: BinaryIO, headers: Mapping[str, str]) -> Iterator[bytes]:
    try:
        left = int(headers.get("content-length", "0"))
    except ValueError as error:
        raise BadBody("Content-Length is not a number") from error
    while left > 0:
        piece = stream.read(min(left, PIECE))
        if not piece:
            raise BadBody(f"the connection ended {left} bytes before the body did")
        left -= len(piece)
        yield piece


def _chunked(stream: BinaryIO) -> Iterator[bytes]:
    while True:
        line = stream.readline(1024)
        try:
            left = int(line.split(b";", 1)[0], 16)
        except ValueError as error:
            raise BadBody("a chunk of the body has no size") from error
        if left == 0:
            while stream.readline(8192).strip():  # trailers
                pass
            return
        while left:
            piece = stream.read(min(left, PIECE))
            if not piece:
                raise BadBody("the connection ended within a chunk of the body")
            left -= len(piece)
            yield piece
        stream.readline(8)


def _unpacked(raw: Iterator[bytes], new: Callable[[], _Unpacker]) -> Iterator[bytes]:
    """Undo a compression; a body may be several frames, one after the other."""
    unpacker, fed = new(), False
    try:
        for piece in raw:
            while piece:
                if unpacker.eof:
                    unpacker = new()
                fed = True
                yield unpacker.decompress(piece, UNPACKED)
                piece = yield from _drain(unpacker)
    except (zlib.error, zstd.ZstdError, RuntimeError) as error:
        raise BadBody(f"the compressed body is damaged: {error}") from error
    if fed and not unpacker.eof:
        raise BadBody("the compressed body ends too early")


def _drain(unpacker: Any) -> Generator[bytes, None, bytes]:  # noqa: ANN401 - three libraries, no common base class
    """Yield what one input piece still holds; return the bytes that belong to the next frame."""
    while not unpacker.eof:
        if hasattr(unpacker, "unconsumed_tail"):  # zlib hands unread input back instead of keeping it
            if not unpacker.unconsumed_tail:
                return b""
            yield unpacker.decompress(unpacker.unconsumed_tail, UNPACKED)
        elif unpacker.needs_input:
            return b""
        else:
            yield unpacker.decompress(b"", UNPACKED)
    return bytes(unpacker.unused_data or b"")


def form_fields(body: bytes, content_type: str) -> dict[str, bytes]:
    """Return the text fields of a multipart form; a form with files (external tables) raises `BadBody`."""
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    if not message.is_multipart():
        raise BadBody("the multipart body is damaged")
    fields: dict[str, bytes] = {}
    for part in message.iter_parts():
        if part.get_filename():
            raise BadBody("external tables are not served by the embedded ClickHouse; insert into a table instead")
        name = part.get_param("name", header="content-disposition")
        payload = part.get_payload(decode=True)
        fields[str(name)] = payload if isinstance(payload, bytes) else b""
    return fields


def packer(accepted: str) -> tuple[str, Callable[[bytes], bytes], Callable[[], bytes]] | None:
    """Return (encoding, feed, finish) for the best encoding that an Accept-Encoding header allows, or None."""
    offered = {part.split(";")[0].strip().lower() for part in accepted.split(",") if "q=0" not in part.replace(" ", "")}
    if "lz4" in offered:
        frame = lz4.frame.LZ4FrameCompressor()
        head = [frame.begin()]
        return "lz4", lambda data: (head.pop() if head else b"") + frame.compress(data), frame.flush
    if "zstd" in offered:
        strong = zstd.ZstdCompressor(level=1)
        return "zstd", strong.compress, strong.flush
    if "gzip" in offered or "deflate" in offered:
        name = "gzip" if "gzip" in offered else "deflate"
        plain = zlib.compressobj(level=1, wbits=31 if name == "gzip" else 15)
        return name, plain.compress, plain.flush
    return None
