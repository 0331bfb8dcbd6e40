"""A stack that a benchmark runs on: its settings, its processes' environment, and a real Apache Kafka beside it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from embedded import launch
from schemas.topics import TOPICS
from stores import kafka
from stores.errors import Misconfigured, TidewheelError
from stores.settings import Settings, environment_with

ROOT = Path(__file__).parents[1]
"""The directory from which processes are started: the packages are found there."""

START_S = 60.0
"""Seconds that a broker may take to answer."""


@dataclass(frozen=True)
class Stack:
    """A running stack: `endpoints` are settings by name, `rules` those of the streams that are not the default."""

    endpoints: dict[str, str]
    rules: dict[str, Any]

    @property
    def bootstrap(self) -> str:
        """Return the broker's address."""
        return self.endpoints["kafka_bootstrap"]

    @property
    def home(self) -> Path:
        """Return the home directory of the embedded stack."""
        return Path(self.endpoints["home"])

    def settings(self) -> Settings:
        """Return the settings of a process here."""
        return Settings.model_validate(self.endpoints)

    def environment(self) -> dict[str, str]:
        """Return the environment of a process here."""
        named = {f"TIDEWHEEL_{name.upper()}": value for name, value in self.endpoints.items()}
        return environment_with({**named, "TIDEWHEEL_STREAMS": orjson.dumps(self.rules).decode()})


def tied(command: list[str]) -> list[str]:
    """Return the command for a process that the kernel ends with this one, however this one ends (on Linux)."""
    return [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), *command]


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def apache_command(kafka_home: Path, port: int, data: Path, *properties: str) -> list[str]:
    """Return the command of a real Apache Kafka on a port, with its data and broker properties (`name=value`).

    Raises `Misconfigured` when there is none at `kafka_home`.
    """
    server = kafka_home.absolute() / "kafka-server"
    if not server.exists():
        raise Misconfigured(f"no Apache Kafka: {server} is not there; set KAFKA_HOME or --kafka-home")
    flags = [part for given in ("message.max.bytes=16777216", *properties) for part in ("--property", given)]
    return [str(server), "--port", str(port), "--data", str(data), *flags]


@contextmanager
def broker(command: list[str], bootstrap: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a broker in a process group of its own until the end of the block; its topics are made."""
    process = started(command, bootstrap)
    try:
        yield process
    finally:
        kill(process)


def started(command: list[str], bootstrap: str) -> "subprocess.Popen[bytes]":
    """Start a broker and make its topics. Raises `Misconfigured` when it does not answer within `START_S`."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(tied(command), stdout=quiet, stderr=quiet, start_new_session=True)
    deadline = time.monotonic() + START_S
    while True:
        try:
            kafka.ensure_topics(bootstrap, TOPICS.values())
        except TidewheelError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                kill(process)
                raise Misconfigured(f"the broker at {bootstrap} did not start: {error}") from error
            time.sleep(0.2)
        else:
            return process


def kill(process: "subprocess.Popen[bytes]") -> None:
    """End a process and its group at once, and wait for it; harmless when it has ended."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
