"""`python -m bench streams`: events a second, beside plain Faust, Quix Streams, and a floor that reads and decodes.

One broker, the same events, the same job for all but the floor: decode, validate, sessions, pairs, rows in ClickHouse
(`bench.streams.same_job`), each with databases of its own, one after the other. Ours is a real worker
(`python -m streams`).

events_per_s   from the first record read until every event is in `events` or `dead_letters`; `closed_s` tells when the
               last session was closed too (6 s of them are the wait for more events)
vs_plain_faust against Faust's own `take_events`, its quickest way; `vs_plain_faust_per_event` against an agent that
               stores event by event. A slow contestant runs for `--limit` seconds; its rate is that of this time.
vs_quix        against Quix Streams, in an environment of its own; null with a reason when it cannot be installed
vs_floor       of the speed of confluent-kafka + orjson, which store nothing
rss_mib_start  resident memory of the worker when a tenth of the events was stored; rss_mib_end when all were

Progress goes to stderr; the last line of stdout is JSON.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import orjson

from bench.output import load, say
from bench.stack import Stack
from bench.streams import measure, quix_venv
from bench.streams.events import produce
from bench.streams.measure import Failed, Measured
from bench.streams.stack import apart, running
from stores.errors import Misconfigured
from stores.settings import home_directory, kafka_home

OURS = [sys.executable, "-m", "streams"]
CONTESTANTS = ("floor", "quix", "take", "event")


def main(arguments: list[str]) -> int:
    """Run the benchmark, print its figures, and return 0; 1 when ours failed, 2 when something must be set up."""
    given = _parser().parse_args(arguments)
    report: dict[str, Any] = {
        "broker": given.broker,
        "users": given.users,
        "cpus": os.cpu_count(),
        "load_start": load(),
    }
    try:
        if given.soak:
            report |= _ours(given, given.soak, 1, soak=True)
        elif given.workers:
            scaled = {str(count): _ours(given, given.events, count) for count in given.workers}
            report |= scaled[str(given.workers[0])] | {"workers": scaled}
        else:
            report |= _compared(given)
    except (Failed, Misconfigured) as error:
        say(str(error))
        return 1 if isinstance(error, Failed) else 2
    report["load_end"] = load()
    print(orjson.dumps(report).decode(), flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench streams", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    home = kafka_home()
    parser.add_argument("--events", type=int, default=300_000, help="default: %(default)s")
    parser.add_argument("--users", type=int, default=20_000, help="default: %(default)s")
    parser.add_argument("--broker", choices=("embedded", "kafka"), default="embedded", help="kafka: a real one")
    parser.add_argument("--kafka-home", type=Path, default=home, help="default: KAFKA_HOME or ../shared/kafka")
    parser.add_argument("--workers", type=_counts, default=[], help="such as 1,2: ours alone, with so many processes")
    parser.add_argument("--soak", type=int, default=0, help="such as 2000000: ours alone, memory every 5 s")
    parser.add_argument("--limit", type=float, default=30.0, help="seconds for a slow contestant (default: 30)")
    parser.add_argument(
        "--against", type=lambda text: text.split(","), default=list(CONTESTANTS), help="default: floor,quix,take,event"
    )
    return parser


def _counts(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _produced(stack: Stack, events: int, users: int) -> None:
    say(f"{events:,} events of {users:,} people sent in {produce(stack.bootstrap, events, users):.1f} s")


def _told(name: str, measured: Measured) -> dict[str, Any]:
    figures = measured.figures()
    say(f"{name}: {measured.rate:,.0f} events/s, {figures['cpu_s_per_million']} CPU-s a million (load {load()})")
    return figures | {"load": load()}


def _ours(given: argparse.Namespace, events: int, workers: int, soak: bool = False) -> dict[str, Any]:
    """Measure this project alone, on a fresh stack."""
    with running(given.broker, given.kafka_home) as stack:
        _produced(stack, events, given.users)
        measured = measure.measure(stack, OURS, events, workers)
    figures = _told(f"tidewheel, workers: {workers}", measured)
    if soak:
        first = measured.samples[0].at
        chosen = [s for n, s in enumerate(measured.samples) if s.events and n % round(5 / measure.EVERY_S) == 0]
        figures["rss_mib"] = [[round(s.at - first), s.events, round(s.rss_mib, 1)] for s in chosen]
    return figures


def _compared(given: argparse.Namespace) -> dict[str, Any]:
    """Measure everybody on one stack."""
    with running(given.broker, given.kafka_home) as stack:
        _produced(stack, given.events, given.users)
        ours = measure.measure(stack, OURS, given.events)
        report = _told("tidewheel", ours)
        others: dict[str, dict[str, Any]] = {}
        for number, name in enumerate(given.against, 1):
            others[name] = _other(name, apart(stack, number), given)
    rates = {name: found["events_per_s"] for name, found in others.items() if "events_per_s" in found}
    ratios = {
        ratio: round(ours.rate / rates[name], 3) if name in rates else None
        for ratio, name in {
            "vs_quix": "quix",
            "vs_plain_faust": "take",
            "vs_plain_faust_per_event": "event",
            "vs_floor": "floor",
        }.items()
    }
    return report | ratios | {"contestants": others}


def _other(name: str, stack: Stack, given: argparse.Namespace) -> dict[str, Any]:
    """Return a contestant's figures, or why there are none."""
    interpreter: Path | None = Path(sys.executable)
    if name == "quix":
        interpreter, reason = quix_venv.python(home_directory() / "bench" / "quix-venv")
        if interpreter is None:
            say(f"quix: {reason}")
            return {"reason": reason}
    module, *options = {
        "floor": ["floor", str(given.events)],
        "quix": ["quix"],
        "take": ["plain_faust", "take"],
        "event": ["plain_faust", "event"],
    }[name]
    command = [str(interpreter), "-m", f"bench.streams.{module}", *options]
    try:
        if name == "floor":
            return _told(name, measure.floor(stack, command, given.events))
        return _told(name, measure.measure(stack, command, given.events, limit_s=given.limit, closing=False))
    except Failed as failure:
        say(str(failure))
        return {"reason": str(failure).splitlines()[0]}
