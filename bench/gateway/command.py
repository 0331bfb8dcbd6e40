"""`python -m bench gateway`: one gateway process beside a bare FastAPI endpoint, and what faults lose.

Both take the same bodies of a hundred real events, a line each, over connections that stay open, from as many clients,
in turn. The bare one parses JSON and produces; the gateway also finds the key, validates every event, counts limits,
gives each a verdict, and answers only when the broker has all of them.

per_s          acknowledged events a second of each; `vs_bare`: ours to the bare one's (goal 0.6)
cpu_us         processor time of each for one event, in microseconds: load beside them changes it less than times
p50_ms, p95_ms of one answer, of each
slow           events a second of the same clients while fifty slow ones hold connections open; `slow_ratio` to before
lost           of the events that were acknowledged, how many the broker does not have, after the gateway was killed
               (kill -9) and started anew and the broker stood still for some seconds; `tried_again` answers meanwhile
sdk            `lost` of the events that the SDK has taken, with its spill on disk, after a kill -9 of the gateway, of
               the sending program, and of the `broker` (a real Apache Kafka where KAFKA_HOME has one; the embedded one
               keeps its topics in memory and only stands still); `spilled` waited on disk

The clients share the processors with the contestants, and load beside them falsifies the times. The last line is JSON.
"""

import argparse
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import orjson
import psutil

from bench.gateway import sdk_faults
from bench.gateway.senders import Sent, batches, send
from bench.output import load, machine, say
from bench.stack import ROOT, Stack, tied
from embedded import control
from operations import api_keys
from schemas.topics import CLICKS, TOPICS
from stores import gateway_address, kafka
from stores.errors import Retryable
from stores.kafka import EventReader

TENANT = "bench"
BATCH = 100
CLIENTS = 4
SLOW = 50
PATIENCE_S = 120.0

FULL = {"rounds": 5, "events": 40_000, "faults": 200_000}
QUICK = {"rounds": 2, "events": 4_000, "faults": 8_000}


def main(arguments: list[str]) -> int:
    """Run the benchmark and print its figures."""
    parser = argparse.ArgumentParser(
        prog="python -m bench gateway", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few events: under a minute")
    sizes = QUICK if parser.parse_args(arguments).quick else FULL
    report: dict[str, Any] = {"load_start": load(), "machine": machine(), "clients": CLIENTS, "batch": BATCH, **sizes}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tidewheel-gateway-") as directory, _stack(Path(directory)) as stack:
        report |= _measured(stack, sizes)
    report |= {"seconds": round(time.monotonic() - began), "load_end": load()}
    print(orjson.dumps(report).decode(), flush=True)
    return 0


@contextmanager
def _stack(directory: Path) -> Iterator[Stack]:
    home = directory / "home"
    endpoints = {"home": str(home), **control.start_in_background(home, tied=True)}
    try:
        kafka.ensure_topics(endpoints["kafka_bootstrap"], TOPICS.values())
        yield Stack(endpoints, {})
    finally:
        control.down(home)


def _measured(stack: Stack, sizes: dict[str, int]) -> dict[str, Any]:
    key = api_keys.add(stack.settings(), TENANT, ("events",), "bench", datetime.now(UTC))[0]
    with ExitStack() as running:
        bare = running.enter_context(_bare(stack))
        gateway = _Gateway(stack)
        running.callback(gateway.kill)
        systems = {"ours": System(gateway.url, gateway.process.pid), "bare": bare}
        report = _compared(systems, key, sizes)
        report |= _beside_slow_ones(gateway, key, sizes["events"], report["per_s"]["ours"])
    gateway = _Gateway(stack)
    try:
        report |= _faults(stack, gateway, key, sizes["faults"])
    finally:
        gateway.kill()
    return {**report, "sdk": _by_sdk(stack, key, sizes["faults"])}


def _by_sdk(stack: Stack, key: str, events: int) -> dict[str, Any]:
    with sdk_faults.broker_of(stack) as (where, fault, break_broker):
        gateway = _Gateway(where)
        try:
            return {"broker": fault, **sdk_faults.measured(where, gateway, break_broker, key, events)}
        finally:
            gateway.kill()


@dataclass(frozen=True)
class System:
    """One of the contestants: its address, and its process, whose processor time is counted."""

    url: Callable[[], str]
    pid: int

    def cpu_s(self) -> float:
        """Return the processor time that it took so far, in seconds."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


class _Gateway:
    """A gateway process, which can be killed and started again; it keeps its address."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._rules = {"TIDEWHEEL_GATEWAY": orjson.dumps(_UNLIMITED).decode()}
        self.process = self._started()

    def url(self) -> str:
        """Return its address."""
        return gateway_address.url_of(self._stack.home)

    def kill(self) -> None:
        """End it at once (kill -9)."""
        self.process.kill()
        self.process.wait()

    def start(self) -> None:
        """Start it anew."""
        self.process = self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        command = tied([sys.executable, "-m", "gateway"])
        process = subprocess.Popen(command, cwd=ROOT, env={**self._stack.environment(), **self._rules})
        deadline = time.monotonic() + PATIENCE_S
        while not _answers(self.url()):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Retryable("the gateway did not start")
            time.sleep(0.1)
        return process


_UNLIMITED = {"limits": {"events_per_s": 1e9, "events_burst": 1_000_000_000}}


def _answers(url: str) -> bool:
    if not url:
        return False
    try:
        parts = urlsplit(url)
        socket.create_connection((parts.hostname, parts.port), timeout=1.0).close()
    except OSError:
        return False
    return True


@contextmanager
def _bare(stack: Stack) -> Iterator[System]:
    port_file = stack.home / "bare.port"
    command = tied([sys.executable, "-m", "bench.gateway.bare", stack.bootstrap, str(port_file)])
    process = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=ROOT, env=stack.environment())
    try:
        deadline = time.monotonic() + PATIENCE_S
        while not port_file.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Retryable("the bare endpoint did not start")
            time.sleep(0.1)
        url = f"http://127.0.0.1:{port_file.read_text()}"
        yield System(lambda: url, process.pid)
    finally:
        process.kill()
        process.wait()


def _compared(systems: dict[str, System], key: str, sizes: dict[str, int]) -> dict[str, Any]:
    """Measure both in turn, round by round, so that the machine's moods meet both."""
    bodies = batches(TENANT, "warm", BATCH * 10, BATCH)
    seen: dict[str, list[Sent]] = {name: [] for name in systems}
    for system in systems.values():
        send(system.url, key, bodies, CLIENTS)
    cpu_s = {name: -system.cpu_s() for name, system in systems.items()}
    for number in range(sizes["rounds"]):
        bodies = batches(TENANT, uuid4().hex[:8], sizes["events"], BATCH)
        for name, system in list(systems.items())[:: 1 if number % 2 else -1]:
            seen[name].append(send(system.url, key, bodies, CLIENTS))
            say(f"{name}: {seen[name][-1].per_s:,.0f} events a second, p95 {seen[name][-1].at(95)} ms")
    joined = {name: _joined(rounds) for name, rounds in seen.items()}
    return {
        "per_s": {name: round(sent.per_s) for name, sent in joined.items()},
        "vs_bare": round(joined["ours"].per_s / joined["bare"].per_s, 3),
        "cpu_us": {
            name: round(1e6 * (cpu_s[name] + system.cpu_s()) / joined[name].events, 1)
            for name, system in systems.items()
        },
        "p50_ms": {name: sent.at(50) for name, sent in joined.items()},
        "p95_ms": {name: sent.at(95) for name, sent in joined.items()},
    }


def _joined(rounds: list[Sent]) -> Sent:
    return Sent(
        sum(one.seconds for one in rounds),
        sum(one.events for one in rounds),
        sum(one.tried_again for one in rounds),
        [each for one in rounds for each in one.milliseconds],
    )


def _beside_slow_ones(gateway: _Gateway, key: str, events: int, before: float) -> dict[str, Any]:
    """Measure once more while slow clients each send a byte now and then of a body that never comes whole."""
    parts, over = urlsplit(gateway.url()), threading.Event()
    head = f"POST /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\ncontent-length: 100000\r\n\r\n"
    slow = [socket.create_connection((parts.hostname, parts.port)) for _ in range(SLOW)]

    def drip() -> None:
        while not over.wait(0.5):
            for each in slow:
                try:
                    each.send(b" ")
                except OSError:
                    continue  # the gateway ended it: its time was over

    for each in slow:
        each.sendall(head.encode())
    thread = threading.Thread(target=drip)
    thread.start()
    try:
        sent = send(gateway.url, key, batches(TENANT, uuid4().hex[:8], events, BATCH), CLIENTS)
    finally:
        over.set()
        thread.join()
        for each in slow:
            each.close()
    return {"slow": round(sent.per_s), "slow_ratio": round(sent.per_s / before, 3)}


def _faults(stack: Stack, gateway: _Gateway, key: str, events: int) -> dict[str, Any]:
    """Kill the gateway and freeze the broker while events are sent; return what of the acknowledged is missing."""
    run = uuid4().hex[:8]
    bodies = batches(TENANT, run, events, BATCH)
    found, sent = set[str](), list[Sent]()
    sender = threading.Thread(target=lambda: sent.append(send(gateway.url, key, bodies, CLIENTS, until_taken=True)))
    sender.start()
    time.sleep(1.0)
    say("kill -9 of the gateway ...")
    gateway.kill()
    gateway.start()
    say(f"the broker stands still for {sdk_faults.STILL_S:g} s ...")
    sdk_faults.stand_still(stack.home)
    sender.join()
    prefix = f"{run}-"
    with EventReader(stack.bootstrap, f"read-{run}", [CLICKS.name]) as reader:
        while raw := reader.poll(5_000, 3.0):
            ids = (str(orjson.loads(each.value or b"{}")["event_id"]) for each in raw)
            found |= {each for each in ids if each.startswith(prefix)}
    return {"acknowledged": sent[0].events, "lost": events - len(found), "tried_again": sent[0].tried_again}
