"""Charts over time, drawn on the server: an SVG that carries neither a script nor a style.

Drawn by Matplotlib. Compared were Altair with vl-convert, which brings a JavaScript engine of 33 MB packed that would
run in the console's process, and Pygal, which is small, writes a script and a style sheet into every picture, and has
no bands and no marks in time. Matplotlib (10 MB packed, 95 MB installed with what it needs) has all that a chart of
ours has as calls with names (`axhspan`, `axvline`), is typed, and leaves one thing to do: its inline styles become
presentation attributes (`console.web.svg`), because the pages' policy refuses styles.

A chart is a picture of its own (`<img>`), so that nothing in it can touch the page. One size serves all: as wide as a
phone, several in a row on a wide screen. A dark page asks for the dark picture (`<picture>`). No text of anybody's is
drawn, only ours; who asked, which model and which words, the page says beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

WIDTH, PANEL, MARGIN = 360, 110, 34
"""Units of the picture, each a CSS pixel at its natural size: all of it, and the height of a panel and of the axis."""

MarkKind = Literal["retrain", "cutover", "rollback"]


class Line(NamedTuple):
    """Values over time; None leaves a gap. A dashed line is a limit, not a measurement."""

    name: str
    points: tuple[tuple[datetime, float | None], ...]
    dashed: bool = False


class Mark(NamedTuple):
    """A moment at which something was done."""

    at: datetime
    kind: MarkKind


@dataclass(frozen=True, slots=True)
class Panel:
    """One pair of axes. `band` is what to expect; `share` shows values from 0 to 1 as percentages."""

    label: str
    lines: tuple[Line, ...]
    band: tuple[float, float] | None = None
    share: bool = False
    from_zero: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """Panels over one axis of time, with alarms (on the last panel's first line) and marks across all of them.

    `title` and `words` are what a screen reader says of the picture.
    """

    title: str
    words: str
    panels: tuple[Panel, ...]
    alarms: tuple[datetime, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def height(self) -> int:
        """Return the height of the picture in its units."""
        return len(self.panels) * PANEL + MARGIN

    @property
    def span(self) -> tuple[datetime, datetime] | None:
        """Return the first and last instant that is measured; None when nothing is."""
        times = [at for panel in self.panels for line in panel.lines for at, _ in line.points]
        return (min(times), max(times)) if times else None

    @property
    def visible(self) -> Sequence[Mark]:
        """Return the marks from a day before what is measured on; those of before have nothing beside them."""
        if self.span is None:
            return ()
        first = self.span[0] - timedelta(days=1)
        return [mark for mark in self.marks if mark.at >= first]


@lru_cache(maxsize=256)
def drawn(chart: Chart, dark: bool = False) -> bytes:
    """Return the chart as an SVG document, for a light or a dark page. The same chart gives the same bytes."""
    from console.web import drawing  # Matplotlib takes seconds to load, which a page without a chart does without

    return drawing.picture(chart, dark)
