"""The thread that sends what waits, in order, a batch at a time, and tells what became of every event.

    idle ──full, or lingered──▶ sending ──verdicts──▶ idle
                                  │ Away
                                  ▼
                                waiting ──back-off over──▶ sending

On the first failure everything that waits on disk is reported as spilled; in memory it goes on waiting. A failure is
also whatever goes wrong here, such as a disk that cannot be read: the thread outlives it, and `problem` tells of it.
"""

import logging
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from time import monotonic

from tidewheel_sdk.backoff import wait_s
from tidewheel_sdk.buffers import Buffer
from tidewheel_sdk.errors import Away
from tidewheel_sdk.options import Options
from tidewheel_sdk.reports import Delivery, Report
from tidewheel_sdk.targets import Target, Verdict
from tidewheel_sdk.wire import Item

LOG = logging.getLogger("tidewheel_sdk")

_TEND_EVERY_S = 1.0


class Sender:
    """Sends from one thread; `hand` is for several. `screen` returns what of an item may be sent, None for nothing."""

    def __init__(
        self,
        target: Target,
        buffer: Buffer,
        options: Options,
        screen: Callable[[Item], Item | None],
        on_report: Callable[[Report], None] | None,
    ) -> None:
        self._target, self._buffer, self._options = target, buffer, options
        self._screen, self._on_report = screen, on_report
        self._changed = threading.Condition()
        self._deliveries: dict[str, deque[Delivery]] = defaultdict(deque)
        self._first_at, self._not_before, self._failures = monotonic(), 0.0, 0
        self._urgent, self._until = 0, float("inf")
        self._over, self._telling = False, False
        self.counts: Counter[str] = Counter()
        self._away, self._untended = "", ""
        self._thread = threading.Thread(target=self._run, name="tidewheel-sdk", daemon=True)
        self._thread.start()

    @property
    def problem(self) -> str:
        """Return why no events can be delivered at the moment, or what is wrong with the buffer."""
        return self._away or self._untended

    def hand(self, items: Sequence[Item], deliveries: Sequence[Delivery]) -> None:
        """Take events, all or none. Raises `Full`."""
        with self._changed:
            idle = not self._buffer.waiting
            self._buffer.append(items)
            for item, delivery in zip(items, deliveries, strict=True):
                self._deliveries[item.event_id].append(delivery)
            reports = self._spilled() if self._failures and self._buffer.on_disk else []
            if idle:
                self._first_at = monotonic()
            if idle or self._buffer.waiting >= self._options.batch_events:
                self._changed.notify_all()
        self._tell(reports)

    def refuse(self, event_id: str, reason: str, delivery: Delivery) -> None:
        """Report on an event that is not taken."""
        with self._changed:
            report = self._counted(Report(event_id, "refused", reason), [delivery])
        self._tell([report])

    def flush(self, within_s: float) -> bool:
        """Send without lingering until nothing waits; False when the time is over before that."""
        with self._changed:
            self._urgent += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: not self._buffer.waiting and not self._telling, within_s)
            finally:
                self._urgent -= 1

    def close(self, within_s: float) -> int:
        """Deliver what can be within the time, and end; return how many events are lost with this process.

        A request that is under way is waited for. On disk nothing is lost: what waits is the next process's.
        """
        with self._changed:
            self._over, self._until = True, monotonic() + within_s
            self._changed.notify_all()
        self._thread.join()
        with self._changed:
            rest = [] if self._buffer.on_disk else self._buffer.peek(self._buffer.waiting, 2**63)
            why = f"the end came first; {self._away}"
            reports = [self._judged(item, Report(item.event_id, "dropped", why)) for item in rest]
            reports += self._spilled()
            self._buffer.close()
        self._tell(reports)
        self._target.close()
        return len(rest)

    def _run(self) -> None:
        over = False
        while not over:
            try:
                over = self._stepped()
            except Exception as error:
                LOG.exception("events were not delivered")
                self._failed(f"{type(error).__name__}: {error}", None)

    def _stepped(self) -> bool:
        """Deliver the next batch; return whether that was the end."""
        items = self._next()
        if items:
            self._deliver(items)
        return items is None

    def _next(self) -> list[Item] | None:
        """Return the next batch once it is due; None at the end. An empty one is for another look."""
        with self._changed:
            while not self._due(now := monotonic()):
                self._count_damage()
                if self._ended(now):
                    return None
                self._changed.wait(self._pause(now))
                self._tend()
            items = self._buffer.peek(self._options.batch_events, self._options.batch_bytes)
            self._count_damage()
            if not items:
                self._changed.notify_all()
            return items

    def _tend(self) -> None:
        """Have the buffer do what is due. A disk that fails at it is told of, and keeps no event from being sent."""
        try:
            self._buffer.tend()
        except Exception as error:
            if not self._untended:
                LOG.error("the spill cannot be tended (%s: %s)", type(error).__name__, error)
            self._untended = f"{type(error).__name__}: {error}"
        else:
            self._untended = ""

    def _count_damage(self) -> None:
        if damaged := self._buffer.damaged():
            self.counts["dropped"] += damaged
            LOG.error("%d events of the spill are lost: their records are damaged", damaged)

    def _due(self, now: float) -> bool:
        if not self._buffer.waiting or now < self._not_before or (self._over and now >= self._until):
            return False
        full = self._buffer.waiting >= self._options.batch_events
        return bool(full or self._over or self._urgent or now >= self._first_at + self._options.linger_s)

    def _ended(self, now: float) -> bool:
        hopeless = self._buffer.on_disk and self._failures > 0
        return self._over and (not self._buffer.waiting or hopeless or now >= self._until)

    def _pause(self, now: float) -> float:
        """Return for how long nothing can be due."""
        until = max(self._not_before, self._first_at + self._options.linger_s) if self._buffer.waiting else now + 60
        return max(0.001, min(until, self._until, now + _TEND_EVERY_S) - now)

    def _deliver(self, items: Sequence[Item]) -> None:
        """Send a batch; note and tell what became of each event."""
        sent = [self._screen(item) for item in items]
        wanted = [item for item in sent if item is not None]
        try:
            verdicts = iter(self._target.send(wanted) if wanted else [])
        except Away as away:
            self._failed(str(away), away.retry_after_s)
            return
        if self._failures:
            LOG.warning("%s takes events again", self._target.name)
        refused = Verdict(False, SUPPRESSED)
        reports = [_report(item, next(verdicts) if kept else refused) for item, kept in zip(items, sent, strict=True)]
        taken = next((item for item, report in zip(items, reports, strict=True) if report.status == "accepted"), None)
        with self._changed:
            self._buffer.done(len(items), taken)
            self._failures, self._away, self._first_at, self._telling = 0, "", monotonic(), True
            for item, report in zip(items, reports, strict=True):
                self._judged(item, report)
        self._tell(reports)
        with self._changed:
            self._telling = False
            self._changed.notify_all()
        if reasons := [report.reason for report in reports if report.status == "refused"]:
            LOG.warning("%d of %d events were refused, the first one: %s", len(reasons), len(items), reasons[0])

    def _failed(self, problem: str, retry_after_s: float | None) -> None:
        with self._changed:
            self._failures, self._away = self._failures + 1, problem
            rules = self._options
            wait = wait_s(self._failures, retry_after_s, rules.first_wait_s, rules.longest_wait_s)
            self._not_before = monotonic() + wait
            if self._failures == 1:
                LOG.warning("%s; events wait %s", problem, "on disk" if self._buffer.on_disk else "in memory")
            reports = self._spilled() if self._buffer.on_disk else []
        self._tell(reports)

    def _spilled(self) -> list[Report]:
        """Give every delivery that is open the report that the disk has its event."""
        reports = [
            self._counted(Report(event_id, "spilled", self._away), [delivery])
            for event_id, waiting in self._deliveries.items()
            for delivery in waiting
        ]
        self._deliveries.clear()
        return reports

    def _judged(self, item: Item, report: Report) -> Report:
        waiting = self._deliveries.get(item.event_id)
        self._counted(report, [waiting.popleft()] if waiting else [])
        if not waiting:
            self._deliveries.pop(item.event_id, None)
        return report

    def _counted(self, report: Report, deliveries: Sequence[Delivery]) -> Report:
        self.counts[report.status] += 1
        self.counts["suppressed"] += report.reason == SUPPRESSED
        for delivery in deliveries:
            delivery.tell(report)
        return report

    def _tell(self, reports: Sequence[Report]) -> None:
        """Call the caller's function, without the lock: it may send more."""
        if (call := self._on_report) is None:
            return
        for report in reports:
            try:
                call(report)
            except Exception:  # of the caller's: it must not end the delivery of other events
                LOG.exception("on_report failed")


SUPPRESSED = "this person's events are suppressed"
"""Why an event is refused here; who it is stands nowhere."""


def _report(item: Item, verdict: Verdict) -> Report:
    return Report(item.event_id, "accepted" if verdict.accepted else "refused", verdict.reason, verdict.cut)
