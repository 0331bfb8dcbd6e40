"""Watching the flow arrive: which events are stored, and how long each waited for it."""

import time
from typing import Any

from bench.faults.flow import Flow
from bench.faults.stack import FaultStack
from schemas.topics import TOPICS
from stores import kafka
from stores.errors import Retryable
from stores.warehouse import Warehouse

ANSWER_S = 3.0
"""A frozen warehouse must not stop the watching."""

_STORED = "SELECT DISTINCT event_id FROM events WHERE event_id >= {low:String}"
_DEAD = "SELECT DISTINCT key FROM dead_letters"
_WORKERS = "SELECT DISTINCT worker FROM batches"
_DOUBLED = """
SELECT
    (SELECT count() FROM (
        SELECT topic, log, partition, offset FROM
        (
            SELECT topic, log, partition, offset FROM events FINAL
            UNION ALL SELECT topic, log, partition, offset FROM dead_letters FINAL
        )
        GROUP BY topic, log, partition, offset HAVING count() > 1)) AS offsets,
    (SELECT count() FROM (SELECT session FROM live_sessions GROUP BY session HAVING count() > 1)) AS sessions,
    (SELECT count() FROM (SELECT pair FROM live_pairs GROUP BY pair HAVING count() > 1)) AS pairs
"""


class Watch:
    """What of the flow has arrived so far, by looking at the warehouse every now and then."""

    def __init__(self, stack: FaultStack, flow: Flow) -> None:
        self._stack = stack
        self._flow = flow
        self._warehouse = Warehouse.connect(stack.settings(), timeout_s=ANSWER_S)
        self._stored = bytearray()
        self._low = 0
        self._dead: set[str] = set()
        self.workers: set[int] = set()
        """Process ids of the workers that have stored a batch."""
        self.longest_s = 0.0
        """The longest that an event waited from being sent to being seen stored, since this was last set to 0."""

    def look(self) -> bool:
        """Note what has arrived; False when the warehouse does not answer."""
        try:
            rows = self._warehouse.rows(_STORED, low=f"{self._low:09d}")
            if self._flow.poison - self._dead:
                self._dead = {row["key"] for row in self._warehouse.rows(_DEAD)}
            self.workers = {int(row["worker"].rpartition("-")[2]) for row in self._warehouse.rows(_WORKERS)}
        except Retryable:
            return False
        now = time.monotonic()
        self._stored.extend(bytes(max(0, len(self._flow.sent_at) - len(self._stored))))
        for number in (int(row["event_id"]) for row in rows):
            if not self._stored[number]:
                self._stored[number] = 1
                self.longest_s = max(self.longest_s, now - self._flow.sent_at[number])
        found = self._stored.find(0, self._low)
        self._low = len(self._stored) if found < 0 else found
        return True

    def outstanding(self, sent_before: float) -> int:
        """Return how many events sent before a moment (monotonic seconds), and dead letters, have not arrived."""
        known = len(self._stored)
        waiting = sum(
            1
            for number in range(self._low, len(self._flow.sent_at))
            if self._flow.sent_at[number] <= sent_before and not (number < known and self._stored[number])
        )
        return waiting + len(self._flow.poison - self._dead)


class Verdict:
    """What the warehouse says, asked for as long as it takes to answer; every figure must be 0."""

    def __init__(self, stack: FaultStack) -> None:
        self._stack = stack
        self.warehouse = Warehouse.connect(stack.settings(), timeout_s=300.0)

    def ledger_missing(self) -> int:
        """Return the offsets that lie between two stored ones and are nowhere; good while workers run."""
        rows = self._rows("SELECT sum(greatest(missing, 0)) AS missing FROM ledger")
        return int(rows[0]["missing"])

    def missing(self, flow: Flow) -> int:
        """Return how many offsets, events and dead letters are not where they belong, once all workers are stopped."""
        rows = self._rows("SELECT topic, partition, first_read, last_read, missing FROM ledger")
        read = {(row["topic"], row["partition"]): row for row in rows}
        lost = sum(abs(int(row["missing"])) + int(row["first_read"]) for row in rows)
        for topic in TOPICS:
            for partition, end in kafka.end_offsets(self._stack.bootstrap, topic).items():
                row = read.get((topic, partition))
                lost += max(0, end - (int(row["last_read"]) + 1 if row else 0))
        stored = {int(row["event_id"]) for row in self._rows(_STORED, low="0") if row["event_id"].isdigit()}
        dead = {row["key"] for row in self._rows(_DEAD)}
        return lost + len(set(range(len(flow.sent_at))) - stored) + len(flow.poison - dead)

    def doubled(self) -> dict[str, int]:
        """Return the offsets, sessions and pairs that count more than once."""
        return {name: int(count) for name, count in self._rows(_DOUBLED)[0].items()}

    def accepted(self) -> int:
        """Return how many offsets were accepted."""
        return int(self._rows("SELECT count() AS n FROM events FINAL")[0]["n"])

    def _rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:  # noqa: ANN401  # the query's own
        deadline = time.monotonic() + 120
        while True:
            try:
                return self.warehouse.rows(sql, **parameters)
            except Retryable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
