"""The story of the streams, in order.

For every batch of every topic: read ▸ decode and validate ▸ apply the rules ▸ store ▸ acknowledge (`_agent`).
Beside that, for as long as the worker runs: close complete sessions ▸ audit them (`_close`), judge drift (`_judge`).

An agent takes a batch of one partition, does the pure work, and waits for every store to answer before it asks for the
next batch, which acknowledges this one. A store that is away is waited for, with the partition at rest. What cannot be
accepted becomes a dead letter. Anything else crashes the worker, which loses nothing.
"""

import asyncio
import time
from collections.abc import AsyncIterable, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import cast

from schemas.topics import CITATIONS, CLICKS, DOCUMENTS, LEARNING, REACTIONS, SEARCHES, TOPICS, Topic
from stores.errors import Retryable
from stores.settings import Settings
from streams.parts import Parts
from streams.raw import Prepared, Raw
from streams.transport import Batch, BatchApp, Limits, build_app, hold
from streams.transport.consumer import BatchConsumer, Place

GROUP = "tidewheel-streams"
AUDIT_EVERY_S = 60.0

BATCH_RECORDS = 20_000
"""More than the transport needs: an INSERT costs ClickHouse 10 ms and a part, whatever its size."""

FETCH_BYTES = 8 * 1024 * 1024
"""Of one partition, so that a backlog fills such a batch."""

Handler = Callable[[AsyncIterable[Batch]], Awaitable[None]]


def build(settings: Settings, parts: Parts, limits: Limits | None = None) -> BatchApp:
    """Return the app with an agent for every topic, and the worker's periodic tasks."""
    limits = limits or Limits(
        batch_records=BATCH_RECORDS, fetch_bytes=FETCH_BYTES, session_timeout_s=settings.kafka_session_timeout_s
    )
    app = build_app(GROUP, settings.kafka_bootstrap, limits)
    prepare = parts.preparation
    for topic, step in {
        CLICKS: prepare.clicks,
        CITATIONS: prepare.citations,
        SEARCHES: prepare.searches,
        REACTIONS: prepare.reactions,
        LEARNING: prepare.learning,
    }.items():
        _listen(app, topic, _agent(topic, parts, step))
    _listen(app, DOCUMENTS, _documents_agent(parts))
    app.task(_threads)
    app.task(_close(app, parts))
    app.task(_judge(app, parts))
    return app


def _listen(app: BatchApp, topic: Topic, handler: Handler) -> None:
    # As many batches at a time as there are partitions: while one waits for its stores, another is decoded.
    app.agent(app.batched(topic.name), name=topic.name, concurrency=topic.partitions)(handler)


def _agent(topic: Topic, parts: Parts, step: Callable[[Raw], Prepared]) -> Handler:
    async def agent(stream: AsyncIterable[Batch]) -> None:
        async for batch in stream:
            raw = await hold(parts.raw, topic, batch, datetime.now(UTC), retry_on=Retryable)
            prepared = await asyncio.to_thread(step, raw)
            await hold(parts.writer.write, prepared, retry_on=Retryable)

    return agent


def _documents_agent(parts: Parts) -> Handler:
    async def agent(stream: AsyncIterable[Batch]) -> None:
        async for batch in stream:
            raw = await hold(parts.raw, DOCUMENTS, batch, datetime.now(UTC), retry_on=Retryable)
            await hold(parts.documents.process, raw, retry_on=Retryable)

    return agent


async def _threads() -> None:
    """Give every batch in flight a thread to wait for its stores in."""
    count = 4 + sum(topic.partitions for topic in TOPICS.values())
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(count, thread_name_prefix="stores"))


def _close(app: BatchApp, parts: Parts) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        audited = time.monotonic()
        while not app.should_stop:
            places = cast(BatchConsumer, app.consumer).watched()
            active = parts.sources(tp for tp, place in places.items() if _active(place))
            closed = await hold(parts.closing.step, parts.sources(places), active, _now(), retry_on=Retryable)
            if time.monotonic() - audited >= AUDIT_EVERY_S:
                audited = time.monotonic()
                await hold(parts.repair.audit, _now(), retry_on=Retryable)
            if not closed.users:
                await asyncio.sleep(parts.config.close_every_s)

    return close


def _active(place: Place) -> bool:
    """Tell whether a partition is worked on or has more to read: then it is not idle, however long that takes."""
    return place.flying is not None or place.position is None or place.position < place.end


def _judge(app: BatchApp, parts: Parts) -> Callable[[], Awaitable[None]]:
    async def judge() -> None:
        while not app.should_stop:
            await asyncio.sleep(parts.config.close_every_s)
            await hold(parts.judging.step, datetime.now(UTC), retry_on=Retryable)

    return judge


def _now() -> int:
    return time.time_ns() // 1_000_000
