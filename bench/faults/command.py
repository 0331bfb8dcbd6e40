"""`python -m bench faults`: faults injected into a running system; nothing may be lost, wrong, shown or claimed.

Workers (`python -m streams`, two or three) and an indexer (`python -m indexer`), started again when they end, read a
broker behind a TCP proxy, while events of a population flow without a pause. Beside that, a tenant's documents change,
lose readers and are deleted, and people search for them; the benchmark knows every document's list. Every kind of fault
(`bench.faults.kinds`) comes once before any comes again, in an order that the seed fixes. After each, everything that
was sent up to then must arrive, the ledger must miss nothing, and every document that somebody may see must be found,
one among them that is new. At the end all sessions are closed, and sessions and pairs are compared row for row with SQL
over the raw events (`streams.sessions.oracle`). The base model is the packaged MiniLM on very short texts.

faults             how many were injected, each recovered from; `by_kind` counts them
missing            offsets, events and dead letters that are nowhere. After a fault that destroys a store: of those that
                   are still in a topic or a store; `destroyed` counts the events that are in neither any more
doubled            offsets accepted twice or both accepted and dead, sessions and pairs that count twice
sessions_differing, pairs_differing  from the oracle's
unclosed           people with open sessions long after everything fell silent
resurrected        answers with a document `bound_s` seconds after its deletion was stored, or after a search showed the
                   deletion once
leaked             answers with a document that its list did not show to that person, `bound_s` after that was stored
false_success      what a store or command said and was not so; `false_by` kind (`bench.faults.claims`)
obeyed             unsigned decisions that had an effect
unfound            documents that were not found again within the patience; then the run ends early
longest_stall_s    the longest that any event waited from being sent until it was seen in the warehouse; a frozen store
                   or a stalled connection is part of it. `stall_s` by the kind of fault
restarts           of stores, by the supervisor; `exits` of workers and `indexer_exits` by status (negative: signal)
unreadable         what the warehouse said when it could not read what it holds; then all events count as missing
disk               how ClickHouse's disk was filled (`bench.faults.disk`)

Exit code 1 unless all from `missing` to `unfound` are 0 and all faults were injected. `--sabotage` runs a wrong
implementation (`bench.faults.sabotage`), which must end with 1. Progress goes to stderr; the last line is JSON.
"""

import argparse
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import orjson

from bench.faults import disk
from bench.faults.kinds import KINDS
from bench.faults.run import Run
from bench.faults.sabotage import SABOTAGE, SWALLOW
from bench.faults.stack import FaultStack, running
from bench.faults.swallow import swallowing
from bench.output import load, machine, say
from stores.errors import Misconfigured
from stores.exit_codes import command_status
from stores.settings import kafka_home

WRONG = (
    "missing", "doubled", "sessions_differing", "pairs_differing", "unclosed", "resurrected", "leaked",
    "false_success", "obeyed", "unfound",
)  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures; return 0 when all is right, 1 when not, 2 when something must be set up."""
    given = _parser().parse_args(arguments)
    began = load()
    logging.getLogger("clickhouse_connect").setLevel(logging.CRITICAL)  # a killed server is no news here
    try:
        with running(given.broker, given.kafka_home, given.disk) as stack, _served(stack, given.sabotage) as used:
            report = Run(used, given).report()
    except Misconfigured as error:
        say(str(error))
        return command_status(error)
    report |= {"load_start": began, "load_end": load(), "cpus": os.cpu_count(), "machine": machine()}
    print(orjson.dumps(report).decode(), flush=True)
    return 1 if any(report[name] for name in (*WRONG, "unreadable")) or report["faults"] < given.count else 0


@contextmanager
def _served(stack: FaultStack, sabotage: str) -> Iterator[FaultStack]:
    if sabotage != SWALLOW:
        yield stack
        return
    with swallowing(stack.endpoints["clickhouse_url"]) as url:
        yield replace(stack, endpoints={**stack.endpoints, "clickhouse_url": url})


def _kinds(text: str) -> list[str]:
    kinds = text.split(",")
    if unknown := set(kinds) - set(KINDS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    return kinds


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    home = kafka_home()
    parser.add_argument("--count", type=int, default=100, help="faults (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the faults' order and the events (default: 1)")
    parser.add_argument("--kinds", type=_kinds, default=[], help=f"these only, of {', '.join(KINDS)}")
    parser.add_argument("--broker", choices=("embedded", "kafka"), default="embedded", help="kafka: a real one")
    parser.add_argument("--kafka-home", type=Path, default=home, help="default: KAFKA_HOME or ../shared/kafka")
    parser.add_argument("--disk", choices=disk.KINDS, default="auto", help="how ClickHouse's disk is filled")
    parser.add_argument("--patience", type=float, default=180.0, help="seconds to recover from a fault (default: 180)")
    parser.add_argument("--keep-going", action="store_true", help="go on after a fault that was not recovered from")
    parser.add_argument("--sabotage", choices=("", *SABOTAGE), default="", help="run a wrong implementation instead")
    parser.add_argument("--keep-log", type=Path, help="file for the log of workers and indexer")
    return parser
