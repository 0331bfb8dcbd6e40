"""One run: the flow begins, faults are injected one after another, everything comes to rest, and is compared."""

import argparse
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from clickhouse_connect.driver.exceptions import DatabaseError

from bench.documents import second_model
from bench.documents.oracle import Wrong
from bench.documents.searching import searcher
from bench.documents.wrong import RowCopySearch
from bench.faults.claims import Claims
from bench.faults.fleet import Fleet, command
from bench.faults.flow import Flow
from bench.faults.kinds import KINDS, LOSSES, NEED_A_STANDBY, plan
from bench.faults.kinds.scene import Scene
from bench.faults.readers import BOUND_S, Readers
from bench.faults.sabotage import BY_ROW_COPY
from bench.faults.stack import FaultStack
from bench.faults.verdict import Verdict
from bench.faults.watch import Watch
from bench.output import say
from bench.tidewheel import tidewheel
from embedded import control
from stores import redis_client
from stores.access_log import AccessLog
from stores.errors import Misconfigured, Retryable, TidewheelError
from stores.warehouse import Warehouse
from streams.config import StreamsConfig
from streams.sessions.oracle import Differences, differences
from streams.wiring import pace

T = TypeVar("T")

LOOK_S = 0.2
CLOSE_S = 300.0
SETTLE_S = 150.0
"""Two audits of the open sessions: until then what a crashed store forgot is found and mended."""

START_S = 300.0
"""How long the system may take until everything works before the first fault."""

UNAIDED_S = 30.0
"""How long a lost store may take to be mended by itself before `tidewheel rebuild` is run."""


class Run:
    """One run on one stack."""

    def __init__(self, stack: FaultStack, given: argparse.Namespace) -> None:
        self._stack = stack
        self._given = given
        self._rng = random.Random(given.seed)
        self._kinds = plan(given.count, self._rng, given.kinds or tuple(KINDS))
        self._config = StreamsConfig.model_validate(stack.rules)
        Warehouse.connect(stack.settings()).migrate()
        self._flow = Flow(stack.bootstrap, given.seed)
        self._watch = Watch(stack, self._flow)
        self._verdict = Verdict(stack)
        search = RowCopySearch(stack) if given.sabotage in BY_ROW_COPY else searcher(stack.settings())
        self._readers = Readers(stack, search, given.seed)
        self._claims = Claims(stack, self._readers)
        log = given.keep_log or Path(tempfile.gettempdir()) / f"tidewheel-faults-{os.getpid()}.log"
        self._log = log.absolute()
        self._fleet = Fleet(stack, command("streams", given.sabotage), self._log, 2)
        self._indexer = Fleet(stack, command("indexer", given.sabotage), self._log, 1)
        self._stall: dict[str, float] = {}
        self._done: Counter[str] = Counter()
        self._rebuilds: Counter[str] = Counter()
        self._missing = self._unclosed = self._unfound = 0
        self._unreadable = ""

    def report(self) -> dict[str, Any]:
        """Inject all faults, compare, and return the figures; nothing runs afterwards."""
        began = time.monotonic()
        try:
            if self._begin():
                self._inject()
            self._flow.stop()
            self._readers.end_changes()
            self._recover("end")
            flowed = time.monotonic() - began
            differing = self._compare()
            self._live(BOUND_S)
        finally:
            self._readers.stop()
            self._fleet.stop()
            self._indexer.stop()
            if not self._given.keep_log:
                self._log.unlink(missing_ok=True)
        return self._figures(differing, flowed)

    def _begin(self) -> bool:
        """Start everything, with a second model when a fault needs one; return whether all works before any fault."""
        self._tend()
        self._flow.burst(100)
        self._readers.start()
        whole = self._recover("start")
        self._stall.clear()
        if NEED_A_STANDBY & set(self._kinds):
            second_model.announce(self._stack, self._readers.tenant)
            try:
                second_model.packet(self._stack, self._readers.tenant, self._given.patience, self._live)
            except TidewheelError as error:
                say(f"there is no second model: {error}")
        self._flow.start()
        self._readers.begin_changes()
        return whole

    def _inject(self) -> None:
        """Inject faults until all are done, or one was not recovered from."""
        scene = Scene(
            self._stack, self._fleet, self._indexer, self._flow, self._watch, self._readers, self._claims, self._rng,
            self._live,
        )  # fmt: skip
        for number, kind in enumerate(self._kinds, 1):
            began = time.monotonic()
            KINDS[kind](scene)
            injected = time.monotonic()
            recovered = self._recover(kind)
            self._done[kind] += recovered
            if not recovered and not self._given.keep_going:
                return
            after = f"{'recovered' if recovered else 'not recovered'} after {time.monotonic() - injected:.1f} s"
            took = f"{injected - began:.1f} s, {after}"
            say(f"{number}/{self._given.count} {kind}: {took}; {len(self._flow.sent_at):,} events{self._wrong()}")

    def _wrong(self) -> str:
        """Return what was wrong so far, for the person who waits."""
        readers = self._readers.wrong
        counts = {
            "resurrected": readers[Wrong.RESURRECTED],
            "leaked": readers[Wrong.LEAKED],
            "false": sum(self._claims.total().values()),
            "obeyed": self._claims.obeyed_forgeries,
        }
        result = ", ".join(f"{name} {count}" for name, count in counts.items() if count)
        return f"; {result}" if result else ""

    def _recover(self, kind: str) -> bool:
        """Wait until all that was sent up to now is stored, the ledger misses nothing, and every document is found.

        Returns False when that did not come about within the patience.
        """
        mark, wanted, rebuilt = time.monotonic(), self._readers.fresh(kind in LOSSES or kind == "end"), False
        while True:
            waiting = self._watch.outstanding(mark) or self._read(self._verdict.ledger_missing, 1)
            wanted = self._readers.unfound(wanted)
            if not waiting and not wanted:
                break
            waited = time.monotonic() - mark
            if kind in LOSSES and waited > UNAIDED_S and not rebuilt:
                rebuilt = self._rebuild()
            if waited > (START_S if kind == "start" else self._given.patience):
                say(f"{kind}: {waiting} events have not arrived, {len(wanted)} documents are not found: {waited:.0f} s")
                self._missing, self._unfound = max(self._missing, waiting), max(self._unfound, len(wanted))
                self._watch.longest_s = 0.0
                return False
            self._live(LOOK_S)
        self._stall[kind] = max(self._stall.get(kind, 0.0), self._watch.longest_s)
        self._watch.longest_s = 0.0
        return True

    def _rebuild(self) -> bool:
        """Run `tidewheel rebuild`, as an operator does who sees what is lost."""
        ended = tidewheel(self._stack, "rebuild", timeout_s=self._given.patience)
        self._rebuilds[str(ended.status)] += 1
        say(f"tidewheel rebuild ended with {ended.status}: {(ended.errors or ended.output).strip()[-160:]}")
        return True

    def _tend(self) -> None:
        self._fleet.tend()
        self._indexer.tend()

    def _live(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            self._tend()
            self._watch.look()
            self._readers.look()
            if time.monotonic() >= until:
                return
            time.sleep(min(LOOK_S, max(0.0, until - time.monotonic())))

    def _compare(self) -> Differences:
        """Wait until every session is closed; return what differs from the oracle, once that has settled."""
        accesses = AccessLog(redis_client.connect(self._stack.settings()), pace(self._config.sessions))
        deadline = time.monotonic() + CLOSE_S
        while (left := self._open(accesses)) and time.monotonic() < deadline:
            self._live(0.5)
        self._unclosed = left
        deadline = time.monotonic() + (0 if self._missing else SETTLE_S)  # what is lost never settles
        while True:
            found = self._read(lambda: differences(self._verdict.warehouse, self._config), Differences([], [], [], []))
            say(f"of the oracle's, {found.sessions} sessions and {found.pairs} pairs differ")
            if found.none or time.monotonic() > deadline:
                return found
            self._live(10.0)

    def _read(self, ask: Callable[[], T], otherwise: T) -> T:
        """Return what the warehouse says, or `otherwise` when what it holds is damaged; the figures tell of that."""
        try:
            return ask()
        except (DatabaseError, Misconfigured) as error:
            self._unreadable = str(error)[:400]
            say(f"the warehouse cannot be read: {self._unreadable[:160]}")
            return otherwise

    def _open(self, accesses: AccessLog) -> int:
        try:
            return accesses.open_users()
        except Retryable:
            return 1

    def _figures(self, differing: Differences, flowed: float) -> dict[str, Any]:
        claims, readers = self._claims, self._readers
        claims.obeyed(claims.serving_now())
        sent = len(self._flow.sent_at)
        lost = self._read(lambda: self._verdict.missing(self._flow, self._watch.excused), sent)
        missing = max(self._missing, lost)
        return {
            "faults": self._done.total(),
            "missing": missing,
            "doubled": self._read(lambda: sum(self._verdict.doubled().values()), 0),
            "sessions_differing": differing.sessions,
            "pairs_differing": differing.pairs,
            "unclosed": self._unclosed,
            "resurrected": readers.wrong[Wrong.RESURRECTED],
            "leaked": readers.wrong[Wrong.LEAKED] + readers.wrong[Wrong.UNKNOWN],
            "false_success": sum(claims.total().values()),
            "false_by": {name: count for name, count in sorted(claims.total().items()) if count},
            "obeyed": claims.obeyed_forgeries,
            "unfound": self._unfound,
            "longest_stall_s": round(max(self._stall.values(), default=0.0), 1),
            "stall_s": {kind: round(seconds, 1) for kind, seconds in sorted(self._stall.items())},
            "by_kind": dict(sorted(self._done.items())),
            "events": sent,
            "records": self._flow.records,
            "accepted": self._read(self._verdict.accepted, 0),
            "dead": len(self._flow.poison),
            "destroyed": len(self._watch.excused),
            "searches": readers.searches,
            "searches_failed": readers.failed,
            "said_done": dict(sorted(claims.commands.items())),
            "rebuilds": dict(self._rebuilds),
            "restarts": {one.name: one.restarts for one in control.status(self._stack.home) if one.restarts},
            "exits": {str(status): times for status, times in sorted(self._fleet.exits.items())},
            "indexer_exits": {str(status): times for status, times in sorted(self._indexer.exits.items())},
            "disk": self._stack.disk.kind,
            "unreadable": self._unreadable,
            "bound_s": BOUND_S,
            "seconds": round(flowed),
            "seed": self._given.seed,
            "broker": self._given.broker,
            **({"sabotage": self._given.sabotage} if self._given.sabotage else {}),
        }
