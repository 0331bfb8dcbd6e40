"""Quix Streams with a sink of its batching kind: `python -m bench.streams.quix`, in the environment of `quix_venv`.

Its per-record work is the reading; the sink gets the records of a partition at each checkpoint and does the same job.
"""

import logging
from datetime import UTC, datetime
from typing import Any

from quixstreams import Application
from quixstreams.sinks import BatchingSink

from bench.streams.same_job import MEASURED, SameJob

CHECKPOINT_EVENTS = 80_000
"""Ten thousand a partition: what an INSERT costs whatever its size is little beside that."""
CHECKPOINT_S = 5.0


class _Sink(BatchingSink):  # type: ignore[misc]  # quixstreams is not installed where mypy runs
    def __init__(self, job: SameJob) -> None:
        super().__init__()
        self._job = job
        self._first: datetime | None = None

    def add(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # the sink's own signature
        self._first = self._first or datetime.now(UTC)
        super().add(*args, **kwargs)

    def write(self, batch: Any) -> None:  # noqa: ANN401
        items = list(batch)
        columns = [item.offset for item in items], [item.key for item in items], [item.value for item in items]
        self._job.store(batch.topic, batch.partition, *columns, self._first or datetime.now(UTC))

    def flush(self) -> None:
        super().flush()
        self._first = None


def main() -> None:
    """Run until the process is ended."""
    job = SameJob()
    app = Application(
        broker_address=job.settings.kafka_bootstrap,
        consumer_group="bench-quix",
        auto_offset_reset="earliest",
        commit_every=CHECKPOINT_EVENTS,
        commit_interval=CHECKPOINT_S,
        auto_create_topics=False,
        use_changelog_topics=False,
        consumer_extra_config={"session.timeout.ms": int(job.settings.kafka_session_timeout_s * 1_000)},
        loglevel="WARNING",
    )
    for topic in MEASURED:
        source = app.topic(topic.name, key_deserializer="bytes", value_deserializer="bytes")
        app.dataframe(source).sink(_Sink(job))
    job.keep_closing()
    app.run()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    main()
