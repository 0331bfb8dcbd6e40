"""What a tenant's earlier windows left, read from their rows: a restart between any two steps changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.instants import instant
from streams.drift.config import DriftConfig
from streams.drift.detectors.baseline import Quiet
from streams.drift.judgement import Span, Watch
from streams.drift.windows import Due, Epoch

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """A judged window: from when until when, in how many days, how many searches it held, what it asked for.

    `revision` of its rows never falls from one window to the next, unless an earlier one was judged again.
    """

    start_ms: int
    end_ms: int
    days: int
    searches: int
    asked: str = ""
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """The windows judged against one reference, in order of time, and the watch that each of them left."""

    seen: tuple[Seen, ...] = ()
    watches: tuple[Watch, ...] = ()

    def after(self, window: Seen, watch: Watch) -> "Memory":
        """Return the memory with one more window."""
        return Memory((*self.seen, window), (*self.watches, watch.asked() if window.asked else watch))

    def before(self, start_ms: int) -> "Memory":
        """Return the memory of the windows that ended by then."""
        count = sum(window.end_ms <= start_ms for window in self.seen)
        return Memory(self.seen[:count], self.watches[:count])

    def revision(self, now_ms: int) -> int:
        """Return the revision of the next rows: the time now, or the newest one should the clock have been put back."""
        return max((now_ms, *(window.revision for window in self.seen)))

    def watch(self, begun: Watch) -> Watch:
        """Return the watch for the next window; `begun` is what the reference alone knows."""
        return self.watches[-1] if self.watches else begun

    def redo(self, searches: dict[int, int], epoch: Epoch) -> list[Due]:
        """Return the judged windows from the first on that holds another number of searches now, to be judged again.

        `searches` are by start, of the windows that can still be counted. Their bounds stay as they are. So does a
        window whose predecessor was judged again after it: a crash in between leaves no half of a correction.
        """
        newest, changed = 0, []
        for w in self.seen:
            if searches.get(w.start_ms, w.searches) != w.searches or w.revision < newest:
                changed.append(w.start_ms)
            newest = max(newest, w.revision)
        return [
            Due(w.start_ms, w.end_ms, w.days, searches.get(w.start_ms, w.searches), epoch, late=True)
            for w in self.seen
            if changed and w.start_ms >= changed[0]
        ]


@dataclass(slots=True)
class _Window:
    seen: Seen
    rows: list[Row] = field(default_factory=list)


def recalled(rows: Sequence[Row], begun: Watch, config: DriftConfig) -> Memory:
    """Return the memory that the rows of a reference's windows, in order of time, hold."""
    windows: dict[int, _Window] = {}
    for row in rows:
        seen = Seen(row["start_ms"], row["end_ms"], row["days"], row["searches"], row["asked"], row["revision"])
        windows.setdefault(row["end_ms"], _Window(seen)).rows.append(row)
    memory = Memory()
    for window in windows.values():
        watch = memory.watch(begun)
        memory = memory.after(window.seen, _watch(window, watch, config))
    return memory


def _watch(window: _Window, before: Watch, config: DriftConfig) -> Watch:
    span = Span.of(instant(window.seen.start_ms), window.seen.days)
    quiet = dict(before.quiet)
    for row in window.rows:
        known = quiet.get(row["signal"], ())
        if row["verdict"] == "steady" and len(known) < config.calibration_windows:
            quiet[row["signal"]] = (*known, Quiet(row["learned"], row["variance"], span.weekday))
    return Watch(quiet, {**before.evidence, **{row["signal"]: row["evidence"] for row in window.rows}})
