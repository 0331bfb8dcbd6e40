"""A document's text as lines: Markdown, HTML, both in one another, or neither. Pure.

Nothing says what a document is written in, so its signs do. Headings are lines that begin with `#` (a single one only
between blank lines: in programs it is a comment) or are underlined; fences keep code as it is, rows of a table its
header. A text without any of these is prose, and so are the sentences between them.
"""

import html
import re
from collections.abc import Iterator, Sequence

from retrieval.html_text import has_tags, html_lines, is_page
from retrieval.lines import Line, code, one_line, sentences
from retrieval.text import visible

LONGEST_HEADING = 150
"""Characters of a heading; a longer line is a sentence."""

_LONGEST_ROW = 1_000
"""Characters, tags among them, up to which a row may be a heading."""

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r"([=\-~*^\"+])\1{2,}[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})[^`]*$")
_STRUCTURE = re.compile(r"^ {0,3}(?:#{1,6}[ \t]|`{3}|~{3})", re.MULTILINE)
_SIGN = re.compile(r"^ {0,3}(?:#{1,6}[ \t]|`{3}|~{3})|^[=\-~*^\"+]{3}|\|", re.MULTILINE)
"""Without any of these a text has no structure."""

_CODE_SPAN = re.compile(r"`[^`\n]+`")
_ENTITY = re.compile(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")


def lines(text: str) -> Iterator[Line]:
    """Yield what the text is made of, in order."""
    if is_page(text) and not _STRUCTURE.search(text):
        yield from html_lines(text)
        return
    if not _SIGN.search(text):
        yield from _prose([text])
        return
    rows, at, prose = text.replace("\r\n", "\n").split("\n"), 0, list[str]()
    first = next((n for n, row in enumerate(rows) if row.strip()), 0)
    while at < len(rows):
        found, after = _structure(rows, at, first)
        if after == at:
            prose.append(rows[at])
            at += 1
            continue
        yield from _prose(prose)
        prose.clear()
        yield from found
        at = after
    yield from _prose(prose)


def _structure(rows: Sequence[str], at: int, first: int) -> tuple[list[Line], int]:
    """Return the lines of what begins at a row and the row after it; the same row where there is prose.

    `first` is the first row that says anything.
    """
    row = rows[at]
    if fence := _FENCE.match(row):
        end = next((n for n in range(at + 1, len(rows)) if _closes(rows[n], fence[1])), len(rows))
        return list(code("\n".join(rows[at + 1 : end]))), end + 1
    if heading := _heading(rows, at, first):
        return [Line(heading[0], heading=True)], at + heading[1]
    if "|" in row and _begins_table(rows, at):
        end = next((n for n in range(at, len(rows)) if "|" not in rows[n]), len(rows))
        return list(_table(rows[at:end])), end
    return [], at


def _closes(row: str, fence: str) -> bool:
    bare = row.strip()
    return len(bare) >= len(fence) and not bare.strip(fence[0])


def _heading(rows: Sequence[str], at: int, first: int) -> tuple[str, int] | None:
    """Return the heading at a row and how many rows it takes, None when there is none."""
    row, alone = rows[at], at == 0 or not rows[at - 1].strip()
    after = rows[at + 1].strip() if at + 1 < len(rows) else ""
    if len(row) > _LONGEST_ROW:
        return None
    if marked := _HEADING.match(row):
        text = one_line(_plain(marked[2]))
        fits = visible(text) and len(text) <= LONGEST_HEADING
        return (text, 1) if fits and (len(marked[1]) > 1 or (alone and not after) or at == first) else None
    text = one_line(row)
    underlined = alone and after and _UNDERLINE.match(after) and len(after) * 2 >= len(text)
    if underlined and visible(text) and len(text) <= LONGEST_HEADING and text[0] not in "|-*>" and not _bare(text):
        return one_line(_plain(text)), 2
    return None


def _bare(text: str) -> bool:
    return not any(sign.isalnum() for sign in text)


def _begins_table(rows: Sequence[str], at: int) -> bool:
    after = rows[at + 1] if at + 1 < len(rows) else ""
    return "|" in after and (_rules(after) or (_framed(rows[at]) and _framed(after)))


def _rules(row: str) -> bool:
    """Return whether a row parts the header of a table from what is below."""
    return "-" in row and not row.strip(" \t:|-")


def _framed(row: str) -> bool:
    bare = row.strip()
    return len(bare) > 1 and bare[0] == bare[-1] == "|"


def _table(rows: Sequence[str]) -> Iterator[Line]:
    """Yield the rows of a table; the one over a rule is the header of those below."""
    header = ""
    for row, after in zip(rows, [*rows[1:], ""], strict=True):
        text, is_header = one_line(_plain(row)), _rules(after)
        if not _rules(row) and visible(text):
            yield Line(text, own_line=True, lead="" if is_header else header)
        header = text if is_header else header


def _prose(rows: Sequence[str]) -> Iterator[Line]:
    text = "\n".join(rows)
    if has_tags(text):
        yield from html_lines(_CODE_SPAN.sub(lambda span: html.escape(span[0], quote=False), text), spaced=True)
    elif text:
        yield from sentences(_unescaped(text))


def _plain(text: str) -> str:
    """Return a text of one line without tags, entities as characters."""
    if has_tags(text):
        return " ".join(line.text for line in html_lines(text, spaced=True))
    return _unescaped(text)


def _unescaped(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text) if "&" in text else text
