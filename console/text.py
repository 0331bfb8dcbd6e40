"""Text for terminals: whatever anybody stored is shown and never obeyed, and what is too long is cut at its end."""

import re
import shutil

from rich.cells import cell_len, set_cell_size

_OBEYED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
"""Characters that a terminal acts on instead of showing: control characters and line breaks, those that turn the
direction or hide a text, and halves of characters."""
_BREAK = re.compile(r"\s*[\r\n]+\s*")
_LEAST_WIDTH = 40


def printable(text: str) -> str:
    """Return the text with what a terminal would obey written as escapes, line breaks too."""
    return _OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def printable_lines(text: str) -> str:
    """Return the text like `printable`, with its line breaks and tabs as they are."""
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in text.split("\n"))


def one_line(text: str) -> str:
    """Return the text on one line: a space for every line break, and nothing that a terminal obeys."""
    return printable(_BREAK.sub(" ", text.strip()))


def elided(text: str, width: int) -> str:
    """Return the text in at most `width` columns; what is cut is marked by … at the end."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…"


def wrapped(text: str, width: int, most: int) -> list[str]:
    """Return the text as at most `most` lines of `width` columns, broken between words, cut with … at the end."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else ""
        if longer and cell_len(longer) <= width:
            lines[-1] = longer
        elif len(lines) < most:
            lines.append(elided(word, width))
        else:
            lines[-1] = elided(lines[-1], width - 1).removesuffix("…") + "…"
            break
    return lines


def columns() -> int:
    """Return how many columns the reader has: the terminal's or COLUMNS, and 80 where the output is no terminal."""
    return max(_LEAST_WIDTH, shutil.get_terminal_size((80, 24)).columns)


def span(seconds: float | None) -> str:
    """Return a length of time as people say it."""
    if seconds is None:
        return "-"
    minutes, hours = seconds / 60, seconds / 3600
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes:.0f} min" if hours < 2 else f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"


def time_left(seconds: object) -> str:
    """Return an estimate in seconds as `, 35 min left`; empty without one."""
    try:
        return f", {span(float(str(seconds)))} left" if seconds not in (None, "") else ""
    except ValueError:
        return ""
