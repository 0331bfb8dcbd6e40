"""Where the faults happen: a stack in a temporary home, and a broker that advertises the proxy in front of it.

The stack's own broker stands unused: a client follows the address that a broker advertises, so the one under test must
be started with the proxy's. The stack's supervisor restarts the stores that are killed.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.fault_proxy import Proxy
from embedded import control, launch, servers
from schemas.topics import TOPICS
from stores import kafka
from stores.errors import Misconfigured, TidewheelError
from stores.settings import Settings, environment_with

RULES = {"sessions": {"idle_after_s": 10, "idle_close_s": 20, "lease_s": 40}, "close_every_s": 0.5}
"""As in production but for the waits on the wall's clock, so that the end of the run is closed in seconds."""

SESSION_TIMEOUT_S = {"embedded": 3.0, "kafka": 6.0}
"""Until a dead worker's partitions go to another; the shortest that real Kafka takes is 6 s."""

START_S = 60.0


@dataclass(frozen=True)
class Place:
    """A running stack, as settings by name, with the proxy in front of its broker."""

    home: Path
    endpoints: dict[str, str]
    proxy: Proxy
    session_timeout_s: float

    @property
    def bootstrap(self) -> str:
        """Return the broker's address, which is the proxy's."""
        return self.endpoints["kafka_bootstrap"]

    def settings(self) -> Settings:
        """Return the settings of a process here."""
        return Settings.model_validate(self.endpoints)

    def environment(self) -> dict[str, str]:
        """Return the environment of a process here."""
        named = {f"TIDEWHEEL_{name.upper()}": value for name, value in self.endpoints.items()}
        rules = {"TIDEWHEEL_STREAMS": orjson.dumps(RULES).decode()}
        return environment_with({**named, **rules, "TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S": str(self.session_timeout_s)})

    def store_process(self, name: str) -> int | None:
        """Return the process id of a store, which leads a process group of its own; None while there is none."""
        return next((program.pid for program in control.status(self.home) if program.name == name), None)


@contextmanager
def running(broker: str, kafka_home: Path) -> Iterator[Place]:
    """Run a stack with an embedded or a real broker behind a proxy; everything is gone afterwards.

    Raises `Misconfigured` when there is no Kafka at `kafka_home` and one is asked for.
    """
    with tempfile.TemporaryDirectory(prefix="tidewheel-faults-") as directory:
        home = Path(directory) / "home"
        endpoints = control.start_in_background(home, tied=True)
        try:
            front, behind = free_port(), free_port()
            command = _command(broker, kafka_home, Path(directory) / "broker", front, behind)
            with Proxy(front, behind) as proxy, _process(command, f"127.0.0.1:{front}"):
                addresses = {"home": str(home), **endpoints, "kafka_bootstrap": f"127.0.0.1:{front}"}
                yield Place(home, addresses, proxy, SESSION_TIMEOUT_S[broker])
        finally:
            control.down(home)


def tied(command: list[str]) -> list[str]:
    """Return the command for a process that the kernel ends with this one, however this one ends (on Linux)."""
    return [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), *command]


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _command(broker: str, kafka_home: Path, data: Path, front: int, behind: int) -> list[str]:
    data.mkdir(parents=True)
    if broker == "embedded":
        command = list(servers.broker(data, behind).argv)
        command[command.index("--advertised-listener-url") + 1] = f"tcp://127.0.0.1:{front}"
        return command
    server = kafka_home.absolute() / "kafka-server"
    if not server.exists():
        raise Misconfigured(f"no Apache Kafka: {server} is not there; set KAFKA_HOME or --kafka-home")
    properties = [f"advertised.listeners=PLAINTEXT://127.0.0.1:{front}", "message.max.bytes=16777216"]
    flags = [program for given in properties for program in ("--property", given)]
    return [str(server), "--port", str(behind), "--data", str(data / "log"), *flags]


@contextmanager
def _process(command: list[str], bootstrap: str) -> Iterator[None]:
    """Run the broker in a process group of its own until the end of the block; its topics are made."""
    process = subprocess.Popen(
        tied(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + START_S
        while not _answers(bootstrap):
            if process.poll() is not None or time.monotonic() > deadline:
                raise Misconfigured(f"the broker did not start: {' '.join(command)}")
            time.sleep(0.2)
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(bootstrap: str) -> bool:
    try:
        kafka.ensure_topics(bootstrap, TOPICS.values())
    except TidewheelError:
        return False
    return True
