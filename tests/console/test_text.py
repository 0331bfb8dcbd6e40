"""Text that a terminal would obey, and text that is too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.text import elided, one_line, printable, printable_lines, span, time_left, wrapped

HOSTILE = [
    ("\x1b[31mred", "\\x1b[31mred"),
    ("\x1b]8;;http://x\x07y", "\\x1b]8;;http://x\\x07y"),
    ("a\rb\nc\td", "a\\rb\\nc\\td"),
    ("\x07\x08\x00\x7f", "\\x07\\x08\\x00\\x7f"),
    ("\x9b31m", "\\x9b31m"),
    ("abc\u202ecba", "abc\\u202ecba"),
    ("\u2066x\u2069\u200f", "\\u2066x\\u2069\\u200f"),
    ("one\u2028two", "one\\u2028two"),
    ("\udcff", "\\udcff"),
    ("hid\U000e0041den", "hid\\U000e0041den"),
    ("grüße 你好 🙂 [bold] \\x1b", "grüße 你好 🙂 [bold] \\x1b"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_what_a_terminal_would_obey_is_written_as_an_escape_and_nothing_else_is(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_lines_of_a_file_stay_lines() -> None:
    assert printable_lines("a\tb\nc\x1b\r\n") == "a\tb\nc\\x1b\\r\n"


def test_a_length_of_time_is_in_words() -> None:
    assert [span(None), span(90), span(600), span(7200 * 5), span(86400 * 3)] == [
        "-", "90 s", "10 min", "10 h", "3 days",
    ]  # fmt: skip
    assert [time_left(value) for value in ("2103.0", 90, "", None, "soon")] == [
        ", 35 min left",
        ", 90 s left",
        "",
        "",
        "",
    ]


def test_an_error_stays_on_its_line() -> None:
    assert one_line("  first\n   second\r\nthird\x1b ") == "first second third\\x1b"


@pytest.mark.thorough
@given(st.text(max_size=60), st.integers(1, 30))
def test_what_is_cut_fits_and_says_so(text: str, width: int) -> None:
    text = printable(text)
    cut = elided(text, width)
    assert cell_len(cut) <= width
    assert cut == text or cut.endswith("…")
    assert cut == text or text.startswith(cut.removesuffix("…"))


@given(st.lists(st.sampled_from(["to", "the", "indexing", "x" * 40, "日本語の文"]), max_size=30), st.integers(10, 40))
def test_words_are_broken_at_spaces_or_cut(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width, 3)
    assert len(lines) <= 3
    assert all(cell_len(line) <= width for line in lines)
    for word in " ".join(lines).split():
        assert word in words or word.endswith("…")
