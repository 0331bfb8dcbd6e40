"""What the warehouse says once all has arrived: offsets, events, sessions and pairs that are missing or count twice."""

import time
from typing import Any

from bench.faults.events import TENANT
from bench.faults.flow import Flow
from bench.faults.stack import FaultStack
from bench.faults.watch import DEAD, STORED
from schemas.topics import TOPICS
from stores import kafka
from stores.errors import Retryable
from stores.warehouse import Warehouse

_DOUBLED = """
SELECT
    (SELECT count() FROM (
        SELECT topic, topic_id, partition, offset FROM
        (
            SELECT topic, topic_id, partition, offset FROM events FINAL
            UNION ALL SELECT topic, topic_id, partition, offset FROM dead_letters FINAL
        )
        GROUP BY topic, topic_id, partition, offset HAVING count() > 1)) AS offsets,
    (SELECT count() FROM (SELECT session FROM live_sessions GROUP BY session HAVING count() > 1)) AS sessions,
    (SELECT count() FROM (SELECT pair FROM live_pairs GROUP BY pair HAVING count() > 1)) AS pairs
"""


class Verdict:
    """What the warehouse says, asked for as long as it takes to answer; every figure must be 0."""

    def __init__(self, stack: FaultStack) -> None:
        self._stack = stack
        self.warehouse = Warehouse.connect(stack.settings(), timeout_s=300.0)

    def ledger_missing(self) -> int:
        """Return the offsets that lie between two stored ones and are nowhere; good while workers run."""
        rows = self._rows("SELECT sum(greatest(missing, 0)) AS missing FROM ledger")
        return int(rows[0]["missing"])

    def missing(self, flow: Flow, excused: set[int]) -> int:
        """Return how many offsets, events and dead letters are not where they belong, once all workers are stopped.

        `excused` are numbers of events that were destroyed.
        """
        rows = self._rows("SELECT topic, topic_id, partition, first_read, last_read, missing FROM ledger")
        now = kafka.topic_ids(self._stack.bootstrap, TOPICS)
        read = {(row["topic"], row["partition"]): row for row in rows if row["topic_id"] == now[row["topic"]]}
        lost = sum(abs(int(row["missing"])) + int(row["first_read"]) for row in rows)
        for topic in TOPICS:
            for partition, end in kafka.end_offsets(self._stack.bootstrap, topic).items():
                row = read.get((topic, partition))
                lost += max(0, end - (int(row["last_read"]) + 1 if row else 0))
        stored = {
            int(row["event_id"]) for row in self._rows(STORED, tenant=TENANT, low="0") if row["event_id"].isdigit()
        }
        dead = {row["key"] for row in self._rows(DEAD)}
        return lost + len(set(range(len(flow.sent_at))) - stored - excused) + len(flow.poison - dead)

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
