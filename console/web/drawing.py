"""How a chart is drawn: by Matplotlib's axes, without its `pyplot` and so without a state between two pictures."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from math import inf
from threading import Lock
from typing import Any, NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import Locator, MaxNLocator, PercentFormatter

from console.web import svg
from console.web.charts import WIDTH, Chart, Mark, MarkKind, Panel

_MARKS: dict[MarkKind, tuple[str, str]] = {"retrain": ("R", ":"), "cutover": ("C", "-"), "rollback": ("B", "--")}

_ROOM_ABOVE = 0.12
"""Share of a panel between its highest value and its upper edge, so that no marker is cut."""
_LETTER, _ROWS, _INSTANT = 0.05, 4, timedelta(microseconds=1)
"""A mark's letter as a share of the time that is shown, and the rows that letters which would overlap stand in."""
_FORMATS = ["%Y", "%b", "%d %b", "%H:%M", "%H:%M", "%S.%f"]
_ZERO_FORMATS = ["", "%Y", "%d %b", "%d %b", "%H:%M", "%H:%M"]
"""Of ticks at years, months, days, hours, minutes and seconds: a day never stands without its month."""


class _Palette(NamedTuple):
    ink: str
    soft: str
    paper: str
    band: str
    lines: tuple[str, ...]
    alarm: str


_LIGHT = _Palette("#1c2529", "#55636a", "#ffffff", "#dcebf1", ("#0f6482", "#8a5a00", "#6b3fa0"), "#a3221a")
_DARK = _Palette("#e6ecee", "#a3b1b7", "#1a2226", "#263d47", ("#74c3dd", "#f0c270", "#c3a5f0"), "#ff9e94")

_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tidewheel",
    "text.parse_math": False,
    "font.size": 11.0,
}
_DRAWING = Lock()
"""Matplotlib's settings and fonts are the process's."""


def picture(chart: Chart, dark: bool) -> bytes:
    """Return the chart as an SVG document. Safe to call from several threads, which wait for each other."""
    colours = _DARK if dark else _LIGHT
    with _DRAWING, matplotlib.rc_context(_SETTINGS):
        figure = Figure(figsize=(WIDTH / 72, chart.height / 72), facecolor=colours.paper, layout="constrained")
        axes = figure.subplots(len(chart.panels), 1, sharex=True, squeeze=False)[:, 0]
        for number, (ax, panel) in enumerate(zip(axes, chart.panels, strict=True)):
            _panel(ax, panel, colours)
            _moments(ax, chart, colours, named=number == 0)
        _alarms(axes[-1], chart, colours)
        _time(axes[-1], chart)
        out = BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return svg.plain(out.getvalue(), chart.title, chart.words)


def _panel(ax: Axes, panel: Panel, colours: _Palette) -> None:
    ax.set_facecolor(colours.paper)
    ax.set_title(panel.label, loc="left", fontsize=11, color=colours.ink)
    ax.tick_params(colors=colours.soft, length=3)
    for side, spine in ax.spines.items():
        spine.set_visible(side in {"left", "bottom"})
        spine.set_color(colours.soft)
    ax.margins(y=_ROOM_ABOVE)
    if panel.band:
        ax.axhspan(*panel.band, color=colours.band, linewidth=0)
    for number, line in enumerate(panel.lines):
        values = [float("nan") if value is None else value for _, value in line.points]
        style, colour = ("--", colours.soft) if line.dashed else ("-", colours.lines[number % len(colours.lines)])
        dots = "o" if not line.dashed and len(values) < 40 else ""
        times = [_number(at) for at, _ in line.points]
        ax.plot(times, values, style, marker=dots, markersize=3, color=colour, linewidth=1.6, label=line.name)
    if panel.from_zero:
        top = float(ax.dataLim.y1)
        ax.set_ylim(0, top * (1 + _ROOM_ABOVE) if 0 < top < inf else None)
    ax.yaxis.set_major_locator(MaxNLocator(3))
    if panel.share:
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    if len(panel.lines) > 1:
        # Beside the title, not on a line.
        ax.legend(
            loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1, fontsize=9, frameon=False,
            labelcolor=colours.ink, ncols=3,
        )  # fmt: skip


def _moments(ax: Axes, chart: Chart, colours: _Palette, named: bool) -> None:
    for row, (at, kind) in _stacked(chart):
        letter, style = _MARKS[kind]
        ax.axvline(_number(at), linestyle=style, linewidth=1, color=colours.soft)
        if named:
            corner, beside = (_number(at), 1.0), (2, -9 * (row + 1))
            ax.annotate(
                letter, corner, beside, ("data", "axes fraction"), "offset points", color=colours.ink, fontsize=9
            )


def _stacked(chart: Chart) -> Iterator[tuple[int, Mark]]:
    """Yield the visible marks in order of time, each with its row: below the mark before it that it would cover."""
    marks = sorted(chart.visible, key=lambda mark: mark.at)
    if chart.span is None or not marks:
        return
    close = (max(chart.span[1], marks[-1].at) - min(chart.span[0], marks[0].at)) * _LETTER
    row, before = 0, None
    for mark in marks:
        row = (row + 1) % _ROWS if before is not None and mark.at - before < max(close, _INSTANT) else 0
        before = mark.at
        yield row, mark


def _alarms(ax: Axes, chart: Chart, colours: _Palette) -> None:
    values = dict(chart.panels[-1].lines[0].points) if chart.panels[-1].lines else {}
    found = [(at, value) for at in chart.alarms if (value := values.get(at)) is not None]
    if found:
        ax.plot(
            [_number(at) for at, _ in found],
            [value for _, value in found],
            "v",
            color=colours.alarm,
            markersize=8,
            zorder=5,
        )


def _time(ax: Axes, chart: Chart) -> None:
    if chart.span is None:
        ax.set_xticks([])
        return
    times = [*chart.span, *(mark.at for mark in chart.visible)]
    room = max((max(times) - min(times)) * 0.03, timedelta(hours=6))
    ax.set_xlim(_number(min(times) - room), _number(max(times) + room))
    locator: Locator = AutoDateLocator(minticks=2, maxticks=5)  # type: ignore[no-untyped-call]  # it has no types
    ax.xaxis.set_major_locator(locator)
    said = {"formats": _FORMATS, "zero_formats": _ZERO_FORMATS, "show_offset": False}
    formatter = ConciseDateFormatter(locator, **said)  # type: ignore[no-untyped-call]  # it has no types
    ax.xaxis.set_major_formatter(formatter)


def _number(at: datetime) -> float:
    """Return a time as the axes count it: days since the beginning of 1970, UTC."""
    return at.timestamp() / 86_400
