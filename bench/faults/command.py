"""`python -m bench faults`: faults injected into a running flow; nothing may be missing, doubled or different.

Workers (`python -m streams`, two or three, started again when they end) read a broker behind a TCP proxy, while events
of a population flow without a pause. Faults come in a random order that the seed fixes (`bench.faults.kinds`). After
each, everything that was sent up to then must arrive, and the ledger must miss nothing. At the end all sessions are
closed, and sessions and pairs are compared row for row with SQL over the raw events (`streams.sessions.oracle`).

faults             how many were injected, each recovered from; `by_kind` counts them
missing            offsets, events and dead letters that are nowhere
doubled            offsets accepted twice or both accepted and dead, sessions and pairs that count twice
sessions_differing, pairs_differing  from the oracle's
unclosed           people with open sessions long after everything fell silent
longest_stall_s    the longest that any event waited from being sent until it was seen in the warehouse; a frozen store
                   or a stalled connection is part of it. `stall_s` by the kind of fault
restarts           of stores, by the supervisor; `exits` of workers by status (negative: signal)

Exit code 1 unless missing, doubled, differing and unclosed are all 0. `--sabotage` runs a wrong implementation
(`bench.faults.sabotage`), which must end with 1. Progress is told on stderr; the last line of stdout is JSON.
"""

import argparse
import logging
import os
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from bench.faults.fleet import Fleet, command
from bench.faults.flow import Flow
from bench.faults.kinds import KINDS, Scene, plan
from bench.faults.sabotage import SABOTAGE
from bench.faults.stack import FaultStack, running
from bench.faults.watch import Verdict, Watch
from bench.output import say
from embedded import control
from stores import redis_client
from stores.access_log import AccessLog
from stores.errors import Misconfigured, Retryable
from stores.settings import kafka_home
from stores.warehouse import Warehouse
from streams.config import streams_config
from streams.sessions.oracle import Differences, differences
from streams.wiring import pace

LOOK_S = 0.2
CLOSE_S = 300.0
SETTLE_S = 150.0
"""Two audits of the open sessions: until then what a crashed store forgot is found and mended."""


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when all is right, 1 when not, 2 when something must be set up."""
    given = _parser().parse_args(arguments)
    load = os.getloadavg()[0]
    logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)  # a killed server is no news here
    try:
        with running(given.broker, given.kafka_home, "auto") as stack:
            report = _Run(stack, given).report()
    except Misconfigured as error:
        say(str(error))
        return 2
    report |= {"load_start": round(load, 2), "load_end": round(os.getloadavg()[0], 2), "cpus": os.cpu_count()}
    print(orjson.dumps(report).decode(), flush=True)
    wrong = ("missing", "doubled", "sessions_differing", "pairs_differing", "unclosed")
    return 1 if any(report[name] for name in wrong) or report["faults"] < given.count else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    home = kafka_home()
    parser.add_argument("--count", type=int, default=100, help="faults (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the faults' order and the events (default: 1)")
    parser.add_argument("--kinds", type=lambda text: text.split(","), default=[], help="these only, such as poison,cut")
    parser.add_argument("--broker", choices=("embedded", "kafka"), default="embedded", help="kafka: a real one")
    parser.add_argument("--kafka-home", type=Path, default=home, help="default: KAFKA_HOME or ../shared/kafka")
    parser.add_argument("--patience", type=float, default=180.0, help="seconds to recover from a fault (default: 180)")
    parser.add_argument("--sabotage", choices=("", *SABOTAGE), default="", help="run a wrong implementation instead")
    parser.add_argument("--keep-log", type=Path, help="file for the workers' log")
    return parser


class _Run:
    """One run on one stack."""

    def __init__(self, stack: FaultStack, given: argparse.Namespace) -> None:
        self._stack = stack
        self._given = given
        self._rng = random.Random(given.seed)
        self._config = streams_config(stack.settings().streams)
        Warehouse.connect(stack.settings()).migrate()
        self._flow = Flow(stack.bootstrap, given.seed)
        self._watch = Watch(stack, self._flow)
        self._verdict = Verdict(stack)
        log = given.keep_log or Path(tempfile.gettempdir()) / f"tidewheel-faults-{os.getpid()}.log"
        self._log = log.absolute()
        self._fleet = Fleet(stack, command(given.sabotage), self._log)
        self._stall: dict[str, float] = {}
        self._done: Counter[str] = Counter()
        self._missing = self._unclosed = 0

    def report(self) -> dict[str, Any]:
        """Inject all faults, compare, and return the figures; nothing runs afterwards."""
        began = time.monotonic()
        try:
            self._fleet.tend()
            self._flow.burst(100)
            self._recover("start")
            self._stall.clear()
            self._flow.start()
            self._inject()
            self._flow.stop()
            self._recover("end")
            flowed = time.monotonic() - began
            differing = self._compare()
        finally:
            self._fleet.stop()
            if not self._given.keep_log:
                self._log.unlink(missing_ok=True)
        doubled = self._verdict.doubled()
        missing = max(self._missing, self._verdict.missing(self._flow))
        return {
            "faults": self._done.total(),
            "missing": missing,
            "doubled": sum(doubled.values()),
            "sessions_differing": differing.sessions,
            "pairs_differing": differing.pairs,
            "unclosed": self._unclosed,
            "longest_stall_s": round(max(self._stall.values()), 1),
            "stall_s": {kind: round(seconds, 1) for kind, seconds in sorted(self._stall.items())},
            "by_kind": dict(sorted(self._done.items())),
            "events": len(self._flow.sent_at),
            "records": self._flow.records,
            "accepted": self._verdict.accepted(),
            "dead": len(self._flow.poison),
            "restarts": {part.name: part.restarts for part in control.status(self._stack.home) if part.restarts},
            "exits": {str(status): times for status, times in sorted(self._fleet.exits.items())},
            "seconds": round(flowed),
            "seed": self._given.seed,
            "broker": self._given.broker,
            **({"sabotage": self._given.sabotage} if self._given.sabotage else {}),
        }

    def _inject(self) -> None:
        """Inject faults until all are done, or one was not recovered from."""
        scene = Scene(self._stack, self._fleet, self._flow, self._watch, self._rng, self._live)
        allowed = self._given.kinds
        kinds = [self._rng.choice(allowed) for _ in range(self._given.count)] if allowed else []
        for number, kind in enumerate(kinds or plan(self._given.count, self._rng), 1):
            began = time.monotonic()
            KINDS[kind][1](scene)
            injected = time.monotonic()
            if not self._recover(kind):
                return
            self._done[kind] += 1
            took = f"{injected - began:.1f} s, recovered after {time.monotonic() - injected:.1f} s"
            say(f"{number}/{self._given.count} {kind}: {took}; {len(self._flow.sent_at):,} events")

    def _recover(self, kind: str) -> bool:
        """Wait until everything that was sent up to now is stored, and the ledger misses nothing; False if it does."""
        mark = time.monotonic()
        while waiting := self._watch.outstanding(mark):
            if time.monotonic() - mark > self._given.patience:
                say(f"{kind}: {waiting} events have not arrived after {self._given.patience:g} s")
                self._missing = max(self._missing, waiting)
                break
            self._live(LOOK_S)
        self._stall[kind] = max(self._stall.get(kind, 0.0), self._watch.longest_s)
        self._watch.longest_s = 0.0
        self._missing = max(self._missing, self._verdict.ledger_missing())
        return not self._missing

    def _live(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while True:
            self._fleet.tend()
            self._watch.look()
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
            found = differences(self._verdict.warehouse, self._config)
            say(f"of the oracle's, {found.sessions} sessions and {found.pairs} pairs differ")
            if found.none or time.monotonic() > deadline:
                return found
            self._live(10.0)

    def _open(self, accesses: AccessLog) -> int:
        try:
            return accesses.open_users()
        except Retryable:
            return 1
