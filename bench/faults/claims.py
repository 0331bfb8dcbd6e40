"""What stores and commands say that they did, held against what is so: each that is not counts once.

insert    rows that a store answered to have taken are absent once it has room again
status    `tidewheel status` says that what is live is complete while its collection is away or empty, or that a
          tenant which has documents is none
rollback  `tidewheel rollback` says what is live now, and searches fail or find nothing right after
approve   `tidewheel approve` says what is live now, and the serving record says something else
search    an answer that knows of no documents, or finds none of them without a word, while the tenant has them
"""

import time
from collections import Counter

from clickhouse_connect.driver.exceptions import DatabaseError

from bench.documents.second_model import MODEL
from bench.faults.readers import Readers
from bench.faults.stack import FaultStack
from bench.output import say
from bench.tidewheel import tidewheel
from stores.errors import Retryable, TidewheelError
from stores.serving import Serving, ServingRecord
from stores.vectors import Vectors
from stores.warehouse import Warehouse

_PROBES = "CREATE TABLE IF NOT EXISTS bench_probes (number UInt64, padding String) ENGINE = MergeTree ORDER BY number"
_PROBE_ROWS = 50
_PADDING = "x" * 2_000
ANSWER_S = 3.0
BEGINS_S = 60.0
SEARCHES_WORK_S = 3.0
MOST_MOVES = 1_000_000
"""No run moves the serving record so often."""

FORGED = "forged"
"""Stands in the names of models that a forged event speaks of."""


class Claims:
    """Counts what was said and is not so; for one thread."""

    def __init__(self, stack: FaultStack, readers: Readers) -> None:
        self._stack = stack
        self._readers = readers
        self._serving = Serving.connect(stack.settings())
        self._probed: list[int] = []
        self._probes = 0
        self.false: Counter[str] = Counter()
        self._obeyed = set[str]()
        self.commands: Counter[str] = Counter()
        """How many commands said that they did what was asked, by name."""

    def record(self) -> ServingRecord | None:
        """Return what is live, or None when nothing is or Redis does not say."""
        try:
            return self._serving.record(self._readers.tenant)
        except TidewheelError:
            return None

    def prepare_inserts(self) -> None:
        """Make the table that `insert` inserts into."""
        Warehouse.connect(self._stack.settings()).execute(_PROBES)

    def insert(self) -> None:
        """Insert rows of the benchmark's own, as the workers insert theirs; remember them if they were taken."""
        numbers = list(range(self._probes, self._probes + _PROBE_ROWS))
        self._probes += _PROBE_ROWS
        try:
            warehouse = Warehouse.connect(self._stack.settings(), timeout_s=ANSWER_S)
            warehouse.insert("bench_probes", {"number": numbers, "padding": [_PADDING] * _PROBE_ROWS})
        except Exception as error:  # whatever the driver raises: it did not say that it was done
            say(f"an insert was refused: {str(error)[:80]}")
        else:
            self._probed.append(numbers[0])

    def inserted(self) -> None:
        """Count the inserts that were answered as done and whose rows are not all there."""
        warehouse = self._warehouse()
        try:
            there = {int(row["number"]) for row in warehouse.rows("SELECT DISTINCT number FROM bench_probes")}
        except (TidewheelError, DatabaseError) as error:
            say(f"the rows that were inserted cannot be read: {str(error)[:160]}")
            there = set()
        lost = [first for first in self._probed if not {*range(first, first + _PROBE_ROWS)} <= there]
        say(f"{len(lost)} of {len(self._probed)} inserts that were answered as done are not there")
        self.false["insert"] += len(lost)
        self._probed.clear()

    def _warehouse(self) -> Warehouse:
        """Connect to ClickHouse; after a full disk it begins anew, and has a minute for that."""
        until = time.monotonic() + BEGINS_S
        while True:
            try:
                return Warehouse.connect(self._stack.settings())
            except Retryable:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def warehouse_emptied(self) -> None:
        """Forget what was inserted: it was taken away."""
        self._probed.clear()

    def status(self) -> bool:
        """Ask `tidewheel status`; return whether it said that an absent or empty collection is complete."""
        empty = self._live_is_empty()
        shown = tidewheel(self._stack, "status", "--tenant", self._readers.tenant, "--json", timeout_s=30)
        self.commands["status"] += shown.done
        tenants = shown.json()["tenants"] if shown.done else []
        if shown.done and not tenants:
            say("status knows of no documents")
            self.false["status"] += 1
            return True
        if not (shown.done and empty and self._live_is_empty()):
            return False
        complete = [
            collection
            for tenant in tenants
            for collection in tenant["collections"]
            if collection["state"] == "live" and collection.get("total") and collection["done"] == collection["total"]
        ]
        self.false["status"] += bool(complete)
        if complete:
            say(f"status says complete of what is empty: {complete[0]}")
        return bool(complete)

    def _live_is_empty(self) -> bool:
        """Return whether what the serving record names is known to be absent, or without rows."""
        record = self.record()
        if record is None:
            return False
        try:
            vectors = Vectors.connect(self._stack.settings(), ANSWER_S)
            if not vectors.exists(record.collection):
                return True
            return next(iter(vectors.scan_keys(record.collection)), None) is None
        except TidewheelError:
            return False

    def roll_back(self) -> None:
        """Roll back; what it says to be live must answer searches from then on."""
        ended = tidewheel(self._stack, "rollback", "--tenant", self._readers.tenant)
        if not ended.done:
            say(f"rollback: {ended.errors.strip()[:160]}")
            return
        self.commands["rollback"] += 1
        until = time.monotonic() + SEARCHES_WORK_S
        while time.monotonic() < until:
            if reason := self._readers.unanswered():
                say(f"rollback said live, and {reason}")
                self.false["rollback"] += 1
                return
            time.sleep(0.3)

    def approve(self, wait_s: float) -> None:
        """Approve the second model if it waits for that; what is said to be live must be."""
        try:
            about = self._serving.collections(self._readers.tenant)
            states = self._serving.states(self._readers.tenant)
        except TidewheelError:
            return
        waiting = [one for name, one in about.items() if one.model == MODEL and states.get(name) == "ready"]
        if not waiting or not waiting[0].packet:
            return
        named = ["--tenant", self._readers.tenant, "--packet", waiting[0].packet]
        ended = tidewheel(self._stack, "approve", *named, "--wait", f"{wait_s:g}")
        record = self.record()
        if ended.done:
            self.commands["approve"] += 1
            self.false["approve"] += record is None or record.collection != waiting[0].collection
        else:
            say(f"approve: {ended.errors.strip()[:160]}")

    def serving_now(self) -> tuple[str, int] | None:
        """Return the collection and version of what is live."""
        record = self.record()
        return (record.collection, record.version) if record else None

    def obeyed(self, before: tuple[str, int] | None) -> None:
        """Count forged decisions that had an effect: what is live moved, or a forged model or version is known."""
        now, tenant = self.serving_now(), self._readers.tenant
        if before and now and before != now:
            self._obeyed.add(f"{before} became {now}")
        try:
            known = self._serving.collections(tenant)
            records = [self._serving.record(name) for name in self._serving.tenants()]
        except (TidewheelError, ValueError):  # `unfound` counts a record that cannot be read
            return
        self._obeyed |= {name for name, about in known.items() if FORGED in about.model}
        self._obeyed |= {f"{one.tenant} {one.version}" for one in records if one and one.version > MOST_MOVES}

    @property
    def obeyed_forgeries(self) -> int:
        """Return how many forged decisions had an effect."""
        return len(self._obeyed)

    def total(self) -> dict[str, int]:
        """Return the false claims by kind, those of searches included."""
        return {**self.false, "search": self._readers.false_answers}
