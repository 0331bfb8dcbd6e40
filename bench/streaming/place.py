"""Where a run happens: a fresh embedded stack in a temporary home, its broker or a real Apache Kafka's."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

from embedded import control
from schemas.topics import TOPICS
from stores import kafka
from stores.errors import Misconfigured, TidewheelError
from stores.settings import Settings, environment_with

RULES = {"sessions": {"idle_after_s": 5, "idle_close_s": 6}}
"""All contestants wait 6 s instead of a minute for more events before the last sessions count as complete."""

START_S = 60.0


@dataclass(frozen=True)
class Place:
    """A running stack, as settings by name."""

    endpoints: dict[str, str]

    @property
    def bootstrap(self) -> str:
        """Return the broker's address."""
        return self.endpoints["kafka_bootstrap"]

    def apart(self, number: int) -> "Place":
        """Return the same stack with another Redis database and another ClickHouse database: nothing is shared."""
        redis = f"{self.endpoints['redis_url'].rpartition('/')[0]}/{number}"
        return Place({**self.endpoints, "redis_url": redis, "clickhouse_database": f"bench{number}"})

    def settings(self) -> Settings:
        """Return the settings of a process here."""
        return Settings.model_validate(self.endpoints)

    def environment(self) -> dict[str, str]:
        """Return the environment of a process here."""
        named = {f"TIDEWHEEL_{name.upper()}": value for name, value in self.endpoints.items()}
        return environment_with({**named, "TIDEWHEEL_STREAMS": orjson.dumps(RULES).decode()})


@contextmanager
def running(broker: str, kafka_home: Path) -> Iterator[Place]:
    """Run a stack on the embedded or a real broker, its topics made; everything is gone afterwards.

    Raises `Misconfigured` when there is no Kafka at `kafka_home` and one is asked for.
    """
    with tempfile.TemporaryDirectory(prefix="tidewheel-bench-") as directory:
        home = Path(directory) / "home"
        endpoints = control.start_in_background(home, tied=True)
        try:
            if broker == "embedded":
                yield _with_topics(Place({"home": str(home), **endpoints}))
            else:
                with _apache(kafka_home, Path(directory) / "kafka") as bootstrap:
                    yield _with_topics(Place({"home": str(home), **endpoints, "kafka_bootstrap": bootstrap}))
        finally:
            control.down(home)


def _with_topics(place: Place) -> Place:
    kafka.ensure_topics(place.bootstrap, TOPICS.values())
    return place


@contextmanager
def _apache(kafka_home: Path, data: Path) -> Iterator[str]:
    server = kafka_home.absolute() / "kafka-server"
    if not server.exists():
        raise Misconfigured(f"no Apache Kafka: {server} is not there; set KAFKA_HOME or --kafka-home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(server), "--port", str(port), "--data", str(data), "--property", "message.max.bytes=16777216"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_it_answers(f"127.0.0.1:{port}", process)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(data, ignore_errors=True)


def _until_it_answers(bootstrap: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            kafka.ensure_topics(bootstrap, TOPICS.values())
            return
        except TidewheelError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise Misconfigured(f"the Kafka at {bootstrap} did not start: {error}") from error
            time.sleep(0.2)
