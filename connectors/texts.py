"""Bytes of a file as text: UTF-8, or UTF-16 where a byte order mark says so. Pure."""

import codecs

from stores.errors import Poison


class NoText(Poison):
    """Bytes that are no text; the message says where and what to do."""


def text_of(content: bytes) -> str:
    """Return the text with line feeds as line ends. Raises `NoText`."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        coding = "utf-16"
    else:
        coding = "utf-8-sig"
        if b"\x00" in content:
            raise NoText("binary, no text")
    try:
        return content.decode(coding).replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        byte = content[error.start]
        raise NoText(
            f"not UTF-8: byte 0x{byte:02x} at {error.start:,}; write it as UTF-8 (iconv -f CP1252 -t UTF-8)"
        ) from error
