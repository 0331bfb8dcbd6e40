"""Drift as people look at it: each signal over its windows, what was decided and why, and what was done meanwhile."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from operations.periods import Period
from stores.warehouse import Row, Warehouse

QUERY, HAPPENINGS = "drift_signals", "happenings"
"""The queries behind this, in `sql/queries`."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window of one signal. `score` is in spreads; at `limit` the `evidence`, which scores add to, trips.

    `asked` names the training run that the window asked for; `not_asked` says why it asked for none.
    """

    start: datetime
    end: datetime
    days: int
    model: str
    value: float
    reference: float
    effect: float
    score: float
    evidence: float
    limit: float
    cases: int
    searches: int
    verdict: str
    asked: str = ""
    not_asked: str = ""
    new_words: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """Tell whether the window had cases enough to be measured."""
        return self.verdict not in ("too_few", "silent")


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal's windows in order of time; there is at least one."""

    name: str
    windows: tuple[Window, ...]

    @property
    def newest(self) -> Window:
        """Return the newest window."""
        return self.windows[-1]

    @property
    def alarms(self) -> tuple[Window, ...]:
        """Return the windows in which it tripped."""
        return tuple(window for window in self.windows if window.verdict == "tripped")

    @property
    def nearness(self) -> float:
        """Return how near it is to its limit: 0 without evidence, 1 at the limit."""
        return self.newest.evidence / self.newest.limit if self.newest.limit > 0 else 0.0


class Happening(NamedTuple):
    """A retrain that was asked for, a cutover or a rollback. `name` is the run's, or the model's that went live, and
    `version` the serving record's after a move."""

    at: datetime
    kind: Literal["retrain", "cutover", "rollback"]
    name: str
    by: str
    reason: str
    version: int = 0


class Decision(NamedTuple):
    """What became of a window in which signals tripped: the run that it asked for, or why none was."""

    at: datetime
    signals: tuple[str, ...]
    run: str
    not_asked: str


@dataclass(frozen=True, slots=True)
class DriftHistory:
    """A tenant's drift over a period: signals, the nearest to its limit first, and what was done, in order of time."""

    signals: tuple[Signal, ...]
    happenings: tuple[Happening, ...]

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Return what was decided about each window that tripped, the newest first."""
        return decisions(self.signals)

    @property
    def new_words(self) -> tuple[tuple[str, int], ...]:
        """Return words that the reference never used, and in how many windows; the most lasting first."""
        words = Counter(word for signal in self.signals for window in signal.windows for word in window.new_words)
        return tuple(sorted(words.items(), key=lambda each: (-each[1], each[0])))


def read(warehouse: Warehouse, tenant: str, period: Period) -> DriftHistory:
    """Return the drift of a tenant over a period of event time."""
    rows = warehouse.query("drift_signals", tenant=tenant, **period.parameters())
    return DriftHistory(signals(rows), happenings(warehouse, tenant, period))


def happenings(warehouse: Warehouse, tenant: str, period: Period) -> tuple[Happening, ...]:
    """Return what was done about a tenant's models in a period, in order of time."""
    rows = warehouse.query("happenings", tenant=tenant, **period.parameters())
    return tuple(Happening(*(row[name] for name in Happening._fields)) for row in rows)


def signals(rows: Iterable[Row]) -> tuple[Signal, ...]:
    """Return the signals that rows of `drift_signals` tell of, the nearest to its limit first. Pure."""
    found: dict[str, list[Window]] = {}
    for row in rows:
        found.setdefault(row["signal"], []).append(_window(row))
    made = [Signal(name, tuple(sorted(windows, key=lambda each: each.end))) for name, windows in found.items()]
    return tuple(sorted(made, key=lambda each: (-each.nearness, each.name)))


def decisions(found: Sequence[Signal]) -> tuple[Decision, ...]:
    """Return what was decided about each window in which signals tripped, the newest first. Pure."""
    tripped: dict[datetime, list[tuple[str, Window]]] = {}
    for signal in found:
        for window in signal.alarms:
            tripped.setdefault(window.end, []).append((signal.name, window))
    return tuple(
        Decision(
            at,
            tuple(sorted(name for name, _ in those)),
            next((window.asked for _, window in those if window.asked), ""),
            next((window.not_asked for _, window in those if window.not_asked), ""),
        )
        for at, those in sorted(tripped.items(), reverse=True)
    )


def _window(row: Row) -> Window:
    return Window(
        row["window_start"], row["window_end"], row["days"], row["model"], row["value"], row["reference"],
        row["effect"], row["score"], row["evidence"], row["evidence_limit"], row["cases"], row["searches"],
        row["verdict"], row["asked"], row["not_asked"], tuple(row["new_words"]),
    )  # fmt: skip
