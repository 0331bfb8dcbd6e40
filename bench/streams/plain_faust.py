"""Plain Faust, as its documentation shows it: `python -m bench.streams.plain_faust event|take`.

event   an agent handles one event at a time: a batch of one, stored before the next (four at a time, one a partition)
take    Faust's own batches: `stream.take_events(5_000, within=1)`, stored by partition
"""

import asyncio
import logging
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import faust

from bench.streams.same_job import MEASURED, SameJob

TAKE = 5_000
WITHIN_S = 1.0


def per_event(job: SameJob, topic: str) -> Callable[[Any], Awaitable[None]]:
    """Return an agent that does the whole job for each event."""

    async def agent(stream: Any) -> None:  # noqa: ANN401  # Faust's streams carry no types
        async for event in stream.events():
            m, now = event.message, datetime.now(UTC)
            await asyncio.to_thread(job.store, topic, m.partition, [m.offset], [m.key], [m.value], now)

    return agent


def taking(job: SameJob, topic: str) -> Callable[[Any], Awaitable[None]]:
    """Return an agent that does the job for what `take_events` gives it."""

    async def agent(stream: Any) -> None:  # noqa: ANN401
        first: list[datetime] = []

        def note(value: object) -> object:
            if not first:
                first.append(datetime.now(UTC))
            return value

        stream.add_processor(note)
        async for events in stream.take_events(TAKE, within=WITHIN_S):
            received = first.pop() if first else datetime.now(UTC)
            parted: dict[int, list[Any]] = defaultdict(list)
            for event in events:
                parted[event.message.partition].append(event.message)
            for partition, found in parted.items():
                columns = [m.offset for m in found], [m.key for m in found], [m.value for m in found]
                await asyncio.to_thread(job.store, topic, partition, *columns, received)

    return agent


async def main(style: str) -> None:
    """Run until the process is ended."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(16))
    job = SameJob()
    app = faust.App(
        f"bench-faust-{style}",
        broker=f"kafka://{job.settings.kafka_bootstrap}",
        broker_session_timeout=job.settings.kafka_session_timeout_s,
        broker_heartbeat_interval=job.settings.kafka_session_timeout_s / 4,
        broker_max_poll_records=5_000,
        consumer_auto_offset_reset="earliest",
        topic_allow_declare=False,
        topic_disable_leader=True,
        web_enabled=False,
        store="memory://",
        datadir="/nonexistent",
    )
    for topic in MEASURED:
        channel = app.topic(topic.name, key_serializer="raw", value_serializer="raw", internal=False)
        agent, many = (per_event, topic.partitions) if style == "event" else (taking, 1)
        app.agent(channel, name=topic.name, concurrency=many)(agent(job, topic.name))
    job.keep_closing()
    await app.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(main(sys.argv[1]))
