"""Bytes become text, or a sentence that says what to do."""

import pytest

from connectors.texts import NoText, text_of


@pytest.mark.parametrize("content", ["é\nx".encode(), "é\r\nx".encode("utf-8-sig"), "é\rx".encode("utf-16")])
def test_utf_8_and_marked_utf_16_are_read_with_plain_line_ends(content: bytes) -> None:
    assert text_of(content) == "é\nx"


def test_another_coding_is_named_with_the_byte() -> None:
    with pytest.raises(NoText, match=r"0xe9 at 3; write it as UTF-8"):
        text_of("caf\xe9".encode("cp1252"))


def test_binary_is_no_text() -> None:
    with pytest.raises(NoText, match="binary"):
        text_of(b"PK\x03\x04\x00\x00")
