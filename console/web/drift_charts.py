"""A drift signal as a chart: its score beside what to expect, and its evidence on the way to the limit. Pure."""

from collections.abc import Sequence

from console.web.charts import Chart, Line, Mark, Panel
from console.web.signal_words import VERDICTS, words
from operations.drift_history import Happening, Signal, Window


def chart(signal: Signal, happenings: Sequence[Happening]) -> Chart:
    """Return the chart of a signal, with marks of what was done meanwhile."""
    windows = signal.windows
    score = Line("score", tuple((each.end, each.score if each.judged else None) for each in windows))
    evidence = Line("evidence", tuple((each.end, each.evidence) for each in windows))
    limit = Line("limit", tuple((each.end, each.limit) for each in windows if each.limit > 0), dashed=True)
    return Chart(
        title=words(signal.name).title,
        words=described(signal),
        panels=(
            Panel("Score, in spreads of a quiet window", (score,), band=(-1.0, 1.0), from_zero=False),
            Panel("Evidence, and where it trips", (evidence, limit)),
        ),
        alarms=tuple(each.end for each in signal.alarms),
        marks=marks(happenings),
    )


def marks(happenings: Sequence[Happening]) -> tuple[Mark, ...]:
    """Return the marks of what was done."""
    return tuple(Mark(each.at, each.kind) for each in happenings)


def described(signal: Signal) -> str:
    """Return in words what the chart of a signal shows."""
    newest, alarms = signal.newest, signal.alarms
    tripped = f"tripped in {len(alarms)} of them, last {_day(alarms[-1])}" if alarms else "tripped in none of them"
    return (
        f"{len(signal.windows)} windows from {_day(signal.windows[0])} to {_day(newest)}, {tripped}. Newest: "
        f"{VERDICTS.get(newest.verdict, newest.verdict)}; {now(newest)}."
    )


def now(window: Window) -> str:
    """Return a window's figures in words."""
    if not window.judged:
        return f"{window.cases} cases"
    return (
        f"{window.value:.3g} now, {window.reference:.3g} before; score {window.score:+.1f}, "
        f"evidence {window.evidence:.1f} of {window.limit:.1f}"
    )


def _day(window: Window) -> str:
    return f"{window.end:%Y-%m-%d}"
