"""Watching the flow arrive: which events are stored, and how long each waited for it."""

import time

from clickhouse_connect.driver.exceptions import DatabaseError

from bench.faults.events import TENANT
from bench.faults.flow import Flow
from bench.faults.stack import FaultStack
from stores.errors import TidewheelError
from stores.warehouse import Warehouse

ANSWER_S = 3.0
"""A frozen warehouse must not stop the watching."""

STORED = """
SELECT DISTINCT event_id FROM events
WHERE tenant = {tenant:String} AND topic != 'learning' AND event_id >= {low:String}
"""
DEAD = "SELECT DISTINCT key FROM dead_letters"
_WORKERS = "SELECT DISTINCT worker FROM batches"


class Watch:
    """What of the flow has arrived so far, by looking at the warehouse every now and then."""

    def __init__(self, stack: FaultStack, flow: Flow) -> None:
        self._stack = stack
        self._flow = flow
        self._warehouse = Warehouse.connect(stack.settings(), timeout_s=ANSWER_S)
        self._stored = bytearray()
        self._low = 0
        self._dead: set[str] = set()
        self._again = self._epoch = 0
        self._epoch_poison: set[str] = set()
        self.excused: set[int] = set()
        """Numbers of events that were destroyed with every store that had them."""
        self.workers: set[int] = set()
        """Process ids of the workers that have stored a batch."""
        self.longest_s = 0.0
        """The longest that an event waited from being sent to being seen stored, since this was last set to 0."""

    def look(self) -> bool:
        """Note what has arrived; False when the warehouse does not answer."""
        try:
            rows = self._warehouse.rows(STORED, tenant=TENANT, low=f"{self._low:09d}")
            if self._flow.poison - self._dead:
                self._dead = {row["key"] for row in self._warehouse.rows(DEAD)}
            self.workers = {int(row["worker"].rpartition("-")[2]) for row in self._warehouse.rows(_WORKERS)}
        except (TidewheelError, DatabaseError):  # it is away, lacks its tables, or has damaged ones
            return False
        now = time.monotonic()
        self._stored.extend(bytes(max(0, len(self._flow.sent_at) - len(self._stored))))
        for number in (int(row["event_id"]) for row in rows):
            if not self._stored[number]:
                self._stored[number] = 1
                if number >= self._again:
                    self.longest_s = max(self.longest_s, now - self._flow.sent_at[number])
        found = self._stored.find(0, self._low)
        self._low = len(self._stored) if found < 0 else found
        return True

    def topics_lost(self) -> None:
        """Note that what is not stored by now is gone with its topics; nothing may be sent meanwhile."""
        self.look()
        self.excused |= {number for number, stored in enumerate(self._stored) if not stored}
        self._stored[:] = bytes([1]) * len(self._stored)
        self._flow.poison &= self._dead
        self._epoch, self._epoch_poison = len(self._stored), set(self._flow.poison)

    def warehouse_emptied(self) -> None:
        """Note that all must be stored again whose topics are still there, and that the rest is gone."""
        self._stored.extend(bytes(max(0, len(self._flow.sent_at) - len(self._stored))))
        self.excused |= set(range(self._epoch))
        self._stored[self._epoch :] = bytes(len(self._stored) - self._epoch)
        self._low, self._again = self._epoch, len(self._stored)
        self._flow.poison -= self._epoch_poison
        self._epoch_poison, self._dead = set(), set()
        self.workers = set()

    def outstanding(self, sent_before: float) -> int:
        """Return how many events sent before a moment (monotonic seconds), and dead letters, have not arrived."""
        known = len(self._stored)
        waiting = sum(
            1
            for number in range(self._low, len(self._flow.sent_at))
            if self._flow.sent_at[number] <= sent_before and not (number < known and self._stored[number])
        )
        return waiting + len(self._flow.poison - self._dead)
