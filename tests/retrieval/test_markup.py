"""What a document is made of, by its signs."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.lines import Line, sentences
from retrieval.markup import LONGEST_HEADING, lines


def headings(text: str) -> list[str]:
    return [line.text for line in lines(text) if line.heading]


def texts(text: str) -> list[str]:
    return [line.text for line in lines(text)]


@given(st.text(st.sampled_from("abc .!?\n,;()'") | st.characters(categories=["L", "N"]), max_size=300))
def test_prose_is_its_sentences(text: str) -> None:
    assert list(lines(text)) == list(sentences(text))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("## Leave\ntext", ["Leave"]),
        ("text\n### Leave ##\ntext", ["Leave"]),
        ("# Title\ntext", ["Title"]),
        ("text\n\n# Part\n\ntext", ["Part"]),
        ("Leave\n=====\ntext", ["Leave"]),
        ("text\n\nLeave days\n~~~~~~~~~~\n", ["Leave days"]),
        ("## A <b>bold</b> R&amp;D heading", ["A bold R&D heading"]),
        ("## Crlf\r\ntext\r\n", ["Crlf"]),
    ],
)
def test_headings(text: str, found: list[str]) -> None:
    assert headings(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n# a comment\ny = 2",
        "import os\n\n# a comment\ny = 2",
        "#hashtag\ntext",
        "##\ntext",
        "---\ntitle: x\n---\ntext",
        "a long line of a paragraph\nand another one\n---\n",
        "| a |\n---\n",
        "* * *\n***\n",
        f"## {'long ' * LONGEST_HEADING}",
        "```\n## not one\n```",
    ],
)
def test_what_is_no_heading(text: str) -> None:
    assert headings(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("\n \n# Title\ntext", ["Title"]), ("\n\ntext\n# comment\ntext", []), ("\n# Title\n# comment\ntext", ["Title"])],
)
def test_a_single_sign_makes_a_heading_of_the_first_row_that_says_anything(text: str, found: list[str]) -> None:
    assert headings(text) == found


def test_blank_rows_before_many_single_signs_cost_no_more_than_rows() -> None:
    began = time.process_time()
    assert len(texts("\n" * 10_000 + "# a\n" * 10_000)) == 10_000
    assert time.process_time() - began < 3, "and not a time that grows with the square"


def test_code_stays_as_it_is() -> None:
    text = "Before.\n```sh\n# x. y\nls &amp; <b>x</b>\n```\nAfter. <br>\n~~~\nopen"
    assert list(lines(text)) == [
        Line("Before."), Line("# x. y", own_line=True), Line("ls &amp; <b>x</b>", own_line=True), Line("After."),
        Line("open", own_line=True),
    ]  # fmt: skip
    assert texts("Write `<p>` or `a&b` in <b>HTML</b>.") == ["Write `<p>` or `a&b` in HTML."]


def test_rows_of_a_table_know_their_header() -> None:
    header = "| city | rate |"
    assert list(
        lines(f"Rates:\n{header}\n|---|:-:|\n| Rome | 9 |\n| Oslo | 12 |\n\n| no | header |\n| 1 | 2 |\nEnd.")
    ) == [
        Line("Rates:"),
        Line(header, own_line=True),
        Line("| Rome | 9 |", own_line=True, lead=header),
        Line("| Oslo | 12 |", own_line=True, lead=header),
        Line("| no | header |", own_line=True),
        Line("| 1 | 2 |", own_line=True),
        Line("End."),
    ]
    assert [line.lead for line in lines("city | rate\n--- | ---\nRome | 9\n")] == ["", "city | rate"]
    assert texts("a | b\nor c") == ["a | b", "or c"], "a bar alone makes no table"


def test_tags_and_entities_are_gone_from_prose() -> None:
    assert texts("One <span class='x'>two</span>\n\n<!-- no -->R&amp;D &#233; & co; &nosuch;") == [
        "One two", "R&D é & co; &nosuch;",
    ]  # fmt: skip
    assert texts("AT&amp;T and a &lt; b") == ["AT&T and a < b"]


def test_a_page_of_html_is_read_as_one() -> None:
    assert list(lines("<h1>Leave</h1>\n<p>Ten\ndays.</p>")) == [Line("Leave", heading=True), Line("Ten days.")]
    assert headings("<p align=center>logo</p>\n\n## Leave\n") == ["Leave"], "Markdown that begins with a tag"
