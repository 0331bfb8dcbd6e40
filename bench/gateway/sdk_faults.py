"""What is lost of events that the SDK has taken, when everything dies once: gateway, program and broker.

a quarter is taken ▸ kill -9 of the gateway ▸ the rest spills ▸ kill -9 of the program ▸ a second program goes on
▸ the gateway starts ▸ the broker is killed and starts again (Apache Kafka; the embedded one stands still)
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import orjson

from bench.output import say
from bench.stack import ROOT, Stack, apache_command, free_port, kill, started, tied
from embedded import state_files
from schemas.topics import CLICKS
from stores import settings
from stores.errors import Retryable
from stores.kafka import EventReader

STILL_S = 3.0


class Gateway(Protocol):
    """A gateway that can be killed and started again."""

    def url(self) -> str:
        """Return its address."""
        ...

    def kill(self) -> None:
        """End it at once."""
        ...

    def start(self) -> None:
        """Start it anew."""
        ...


@contextmanager
def broker_of(stack: Stack) -> Iterator[tuple[Stack, str, Callable[[], None]]]:
    """Give a stack, what happens to its broker, and how: a real Apache Kafka's where there is one (`KAFKA_HOME`)."""
    if not (settings.kafka_home() / "kafka-server").exists():
        yield stack, f"embedded, stood still for {STILL_S:g} s", lambda: stand_still(stack.home)
        return
    port = free_port()
    command, bootstrap = apache_command(settings.kafka_home(), port, stack.home / "kafka"), f"127.0.0.1:{port}"
    running = [started(command, bootstrap)]

    def restart() -> None:
        kill(running[0])
        running[0] = started(command, bootstrap)

    try:
        yield replace(stack, endpoints={**stack.endpoints, "kafka_bootstrap": bootstrap}), "Apache, kill -9", restart
    finally:
        kill(running[0])


def stand_still(home: Path) -> None:
    """Let the embedded broker stand still for some seconds: it keeps its topics in memory, and must not die."""
    broker = int(state_files.read(home / state_files.STACK)["pids"]["broker"])
    os.kill(broker, signal.SIGSTOP)
    time.sleep(STILL_S)
    os.kill(broker, signal.SIGCONT)


def measured(stack: Stack, gateway: Gateway, break_broker: Callable[[], None], key: str, events: int) -> dict[str, Any]:
    """Send events by two programs while everything dies once; return what the SDK counted and what is missing."""
    run, began = uuid4().hex[:8], time.monotonic()
    with _program(stack, gateway.url(), key, run, 0, events) as first:
        try:
            _taken(first, events // 4)
            say("the SDK sends; kill -9 of the gateway ...")
            gateway.kill()
            reached = _taken(first, events // 2)
            say("kill -9 of the program ...")
        finally:
            first.kill()
        reached = max([reached, *_numbers(first)])
    with _program(stack, gateway.url(), key, run, reached, events) as second:
        try:
            gateway.start()
            say("the broker dies or stands still ...")
            break_broker()
            counts = orjson.loads(second.communicate()[0].splitlines()[-1])
        finally:
            second.kill()
    found = _found(stack, run)
    return {
        "taken": events,
        "lost": events - len(found),
        "spilled": counts.get("spilled", 0),
        "seconds": round(time.monotonic() - began, 1),
    }


def _program(stack: Stack, url: str, key: str, run: str, first: int, count: int) -> "subprocess.Popen[bytes]":
    arguments = [url, str(stack.home / "spill"), run, str(first), str(count)]
    environment = stack.environment()
    command = tied([sys.executable, "-m", "bench.gateway.producer", *arguments])
    program = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
    )
    assert program.stdin is not None
    program.stdin.write(f"{key}\n".encode())
    return program


def _taken(program: "subprocess.Popen[bytes]", least: int) -> int:
    """Return up to which event the program's SDK has taken, once that is `least`."""
    assert program.stdout is not None
    for line in program.stdout:
        if line.strip().isdigit() and int(line) >= least:
            return int(line)
    raise Retryable("the program that sends by the SDK ended early")


def _numbers(program: "subprocess.Popen[bytes]") -> list[int]:
    assert program.stdout is not None
    return [int(line) for line in program.stdout.read().splitlines() if line.isdigit()]


def _found(stack: Stack, run: str) -> set[str]:
    found, prefix = set[str](), f"{run}-"
    with EventReader(stack.bootstrap, f"read-{run}", [CLICKS.name]) as reader:
        while read := reader.poll(5_000, 3.0):
            ids = (str(orjson.loads(each.value or b"{}")["event_id"]) for each in read)
            found |= {each for each in ids if each.startswith(prefix)}
    return found
