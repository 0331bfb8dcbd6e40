"""HTML as people see it."""

import re
import time

import pytest

from retrieval.html_text import has_tags, html_lines, is_page
from retrieval.lines import Line


def texts(html: str, spaced: bool = False) -> list[str]:
    return [line.text for line in html_lines(html, spaced)]


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p>One\n two.</p><p>Three", ["One two.", "Three"]),
        ("<div>a<div>b</div>c</div>d", ["a", "b", "c", "d"]),
        ("x<b>y</b>z <i>w</i>", ["xyz w"]),
        ("AT&amp;T &lt;b&gt; &eacute;", ["AT&T <b> é"]),
        ("a<script>no</script><style>no</style><!-- no -->b<svg><text>no</text></svg>", ["ab"]),
        ("<head><title>no</title></head><body>yes</body>", ["yes"]),
        ("one<br>two<hr>three", ["one", "two", "three"]),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("<img src='x' alt='A map of Rome'>", ["A map of Rome"]),
        ("List<String> and a < b, <your-name>", ["List<String> and a < b, <your-name>"]),
        ("<p onclick='x'>shown</p>", ["shown"]),
        ("<p>\u200b</p>", []),
        ("lone \ud800 surrogate<p>x", ["lone ?", "surrogate", "x"]),
    ],
)
def test_what_is_seen(html: str, seen: list[str]) -> None:
    assert texts(html) == seen


def test_headings_code_and_tables_are_told() -> None:
    page = (
        "<h2>The <i>rates</i></h2><pre>a = 1. + 2\n  b</pre><table><tr><th>city<th>euro"
        "<tr><td>Rome<td>9 <b>or</b> 10</table><table><tr><td>x</table>"
    )
    assert list(html_lines(page)) == [
        Line("The rates", heading=True),
        Line("a = 1. + 2", own_line=True),
        Line("b", own_line=True),
        Line("city | euro", own_line=True),
        Line("Rome | 9 or 10", own_line=True, lead="city | euro"),
        Line("x", own_line=True),
    ]


def test_in_markdown_the_ends_of_lines_are_those_of_the_text() -> None:
    assert texts("one\ntwo <b>x</b>", spaced=True) == ["one", "two x"]
    assert texts("one\ntwo <b>x</b>") == ["one two x"]


@pytest.mark.parametrize("text", ["a<b>c</b>", "x<br/>y", "<p>x", "a <!-- b -->", "<IMG SRC=x>", "</Div>"])
def test_tags_are_known(text: str) -> None:
    assert has_tags(text)


@pytest.mark.parametrize("text", ["a < b > c", "List<String>", "</your-name>", "use <b> sparingly", "x <- y", "<3"])
def test_what_is_no_tag_is_text(text: str) -> None:
    assert not has_tags(text)


def test_a_page_is_html_from_its_beginning() -> None:
    assert all(map(is_page, ["<!DOCTYPE html><p>", " \n<html>", "<!-- a -->\n<div class=x>", "<p>x", "<h1>x</h1>"]))
    assert not any(map(is_page, ["text <p>x", "<String>", "<b>x</b>", "<pa>"]))


@pytest.mark.parametrize(
    "repeated",
    [
        "<p><font size={n}>x",
        "<p><big a='>{n}'>x",
        "<p><font size={n}></b>x",
        "<div><font size={n}>x<!--</font>--></div>",
        "<div><font size={n}>x<table><td></font></table></div>",
    ],
)
def test_formatting_that_nothing_closes_is_not_opened_again_and_again(repeated: str) -> None:
    began = time.process_time()
    read = texts("".join(repeated.format(n=n) for n in range(2_500)))
    assert "".join(read).count("x") == 2_500
    assert time.process_time() - began < 1, "and not a time that grows with the square"


@pytest.mark.parametrize("page", ["<div></ul>" * 40_000, "<q>" * 40_000 + "<hr>" * 40_000, "<q></b>" * 40_000])
def test_what_nothing_ends_is_not_walked_past_at_every_tag(page: str) -> None:
    began = time.process_time()
    assert texts(f"{page}seen") == ["seen"]
    assert time.process_time() - began < 2, "and not a time that grows with the square"


def test_many_short_elements_that_nothing_ends_keep_their_structure() -> None:
    page = "<h2>The rates</h2>" + "<p><span>x" * 3_000
    assert list(html_lines(page)) == [Line("The rates", heading=True), *[Line("x")] * 3_000]


def test_formatting_read_as_plain_spans_says_the_same() -> None:
    page = (
        '<h2>The <i>rates</i></h2><p>One <b class="x">two</b>three.<table><tr><th>city<th>euro</tr>'
        "<tr><td>H<u>2</u>O<td>9 <TT>or</TT> 10</table><pre>a = <code>b</code></pre><b><p>misnested</b> end</p>"
    )
    spans = re.sub(r"<(/?)(?:b|i|u|tt|code)\b", r"<\1span", page, flags=re.IGNORECASE)
    many = "".join(f"<font size={n}></font>" for n in range(1_000))
    assert list(html_lines(page)) == list(html_lines(spans)) == list(html_lines(page + many))


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["<div>", "<b>", "<table><tr><td>", "<p><font>", "<!--", "<p "])
def test_however_deep_it_is_read_in_little_time(tag: str) -> None:
    began = time.process_time()
    read = texts("begun " + tag * 200_000 + "x</b>")
    assert read[0].startswith("begun")
    assert time.process_time() - began < 20, "and not in a time that grows with the square"
