"""Where the faults happen: a stack in a temporary home, and a broker that advertises the proxy in front of it.

The stack's own broker stands unused: a client follows the address that a broker advertises, so the one under test must
be started with the proxy's. The stack's supervisor restarts the stores that are killed.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import stack
from bench.faults.disk import Disk
from bench.faults.proxy import Proxy
from embedded import control, servers

RULES = {"sessions": {"idle_after_s": 10, "idle_close_s": 20, "lease_s": 40}, "close_every_s": 0.5}
"""As in production but for the waits on the wall's clock, so that the end of the run is closed in seconds."""

SESSION_TIMEOUT_S = {"embedded": 3.0, "kafka": 6.0}
"""Until a dead worker's partitions go to another; the shortest that real Kafka takes is 6 s."""


class Broker:
    """The broker under test: a process that can be replaced by a new one that knows no topics."""

    def __init__(self, kind: str, kafka_home: Path, directory: Path, front: int, behind: int) -> None:
        self._kind, self._kafka_home, self._directory = kind, kafka_home, directory
        self._front, self._behind = front, behind
        self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it on an empty directory and make the topics, as `tidewheel emit` does before it sends."""
        self._starts += 1
        data = self._directory / f"broker-{self._starts}"
        data.mkdir(parents=True)
        self._process = stack.started(self._command(data), f"127.0.0.1:{self._front}")

    def stop(self) -> None:
        """Kill it; what it held is never read again."""
        if self._process is not None:
            stack.kill(self._process)

    def _command(self, data: Path) -> list[str]:
        if self._kind == "kafka":
            listener = f"advertised.listeners=PLAINTEXT://127.0.0.1:{self._front}"
            return stack.apache_command(self._kafka_home, self._behind, data / "log", listener)
        command = list(servers.broker(data, self._behind).argv)
        command[command.index("--advertised-listener-url") + 1] = f"tcp://127.0.0.1:{self._front}"
        return command


@dataclass(frozen=True)
class FaultStack(stack.Stack):
    """A running stack with the proxy in front of its broker and a disk of ClickHouse's own that can be filled."""

    proxy: Proxy
    broker: Broker
    disk: Disk
    session_timeout_s: float

    def environment(self) -> dict[str, str]:
        """Return the environment of a process here."""
        return {**super().environment(), "TIDEWHEEL_KAFKA_SESSION_TIMEOUT_S": str(self.session_timeout_s)}

    def store_process(self, name: str) -> int | None:
        """Return the process id of a store, which leads a process group of its own; None while there is none."""
        return next((program.pid for program in control.status(self.home) if program.name == name), None)

    def data(self, store: str) -> Path:
        """Return a store's data directory."""
        return self.home / "data" / store


@contextmanager
def running(kind: str, kafka_home: Path, disk: str) -> Iterator[FaultStack]:
    """Run a stack with an embedded or a real broker behind a proxy; everything is gone afterwards.

    `disk` says how ClickHouse's disk is filled (`bench.faults.disk`). Raises `Misconfigured` when there is no Kafka at
    `kafka_home` and one is asked for.
    """
    with tempfile.TemporaryDirectory(prefix="tidewheel-faults-") as directory:
        home = Path(directory) / "home"
        with Disk.under(home / "data" / "clickhouse", disk) as clickhouse_disk:
            started = control.start_in_background(home, tied=True)
            front, behind = stack.free_port(), stack.free_port()
            broker = Broker(kind, kafka_home, Path(directory), front, behind)
            try:
                with Proxy(front, behind) as proxy:
                    broker.start()
                    addresses = {"home": str(home), **started, "kafka_bootstrap": f"127.0.0.1:{front}"}
                    wait = SESSION_TIMEOUT_S[kind]
                    yield FaultStack(addresses, RULES, proxy, broker, clickhouse_disk, wait)
            finally:
                broker.stop()
                control.down(home)
