"""Where a run happens: a fresh embedded stack in a temporary home, its broker or a real Apache Kafka's."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.stack import Stack, apache_command, broker, free_port
from embedded import control
from schemas.topics import TOPICS
from stores import kafka

RULES = {"sessions": {"idle_after_s": 5, "idle_close_s": 6}}
"""All contestants wait 6 s instead of a minute for more events before the last sessions count as complete."""


@contextmanager
def running(kind: str, kafka_home: Path) -> Iterator[Stack]:
    """Run a stack on the embedded or a real broker, its topics made; everything is gone afterwards.

    Raises `Misconfigured` when there is no Kafka at `kafka_home` and one is asked for.
    """
    with tempfile.TemporaryDirectory(prefix="tidewheel-bench-") as directory:
        home = Path(directory) / "home"
        endpoints = {"home": str(home), **control.start_in_background(home, tied=True)}
        try:
            if kind == "embedded":
                kafka.ensure_topics(endpoints["kafka_bootstrap"], TOPICS.values())
                yield Stack(endpoints, RULES)
            else:
                port = free_port()
                bootstrap = f"127.0.0.1:{port}"
                with broker(apache_command(kafka_home, port, Path(directory) / "kafka"), bootstrap):
                    yield Stack({**endpoints, "kafka_bootstrap": bootstrap}, RULES)
        finally:
            control.down(home)


def apart(stack: Stack, number: int) -> Stack:
    """Return the same stack with another Redis database and another ClickHouse database: nothing is shared."""
    redis = f"{stack.endpoints['redis_url'].rpartition('/')[0]}/{number}"
    return Stack({**stack.endpoints, "redis_url": redis, "clickhouse_database": f"bench{number}"}, stack.rules)
