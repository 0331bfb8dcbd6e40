"""The story of the streams, in order.

For every batch of every topic: read ▸ decode and validate ▸ apply the rules ▸ store ▸ acknowledge (`_agent`).
Beside that, for as long as the worker runs: go back to what was never stored (`_resume`), close complete sessions ▸
audit them (`_close`), judge drift (`_judge`).

An agent takes a batch of one partition, does the pure work, and waits for every store to answer before it asks for the
next batch, which acknowledges this one. Small batches of clicks and the like take turns (`turns.py`). A store that is
away is waited for, with the partition at rest. What cannot be accepted becomes a dead letter. Anything else crashes the
worker, which loses nothing.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterable, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import cast

from faust.types import TP

from schemas.topics import DOCUMENTS, LEARNING, TOPICS, Topic
from stores.errors import Retryable
from stores.settings import Settings, say_ready
from streams.topic_ids import Behind
from streams.transport import Batch, BatchApp, Limits, build_app, retry_while_unavailable
from streams.transport.consumer import BatchConsumer
from streams.turns import Turns
from streams.wiring import Worker

GROUP = "tidewheel-streams"
AUDIT_EVERY_S = 60.0
LOOK_EVERY_S = 5.0
"""How soon a worker sees that its topics were made anew: sooner than they grow past where it had read the old ones."""
ROWS_EVERY_S = 30.0
"""How soon a worker sees that the warehouse lost rows; rarely, since a look reads all of `batches` (a second for ten
million rows), and every worker looks."""

BATCH_RECORDS = 20_000
"""More than the transport needs: an INSERT costs ClickHouse 10 ms and a part, whatever its size."""

FETCH_BYTES = 8 * 1024 * 1024
"""Of one partition, so that a backlog fills such a batch."""

log = logging.getLogger(__name__)

Handler = Callable[[AsyncIterable[Batch]], Awaitable[None]]


def build(settings: Settings, worker: Worker, limits: Limits | None = None) -> BatchApp:
    """Return the app with an agent for every topic, and the worker's periodic tasks."""
    limits = limits or Limits(
        batch_records=BATCH_RECORDS, fetch_bytes=FETCH_BYTES, session_timeout_s=settings.kafka_session_timeout_s
    )
    app, turns = build_app(GROUP, settings.kafka_bootstrap, limits), Turns()
    for topic in TOPICS.values():
        # As many batches at a time as there are partitions: while one waits for its stores, another is decoded.
        listen = app.agent(app.batched(topic.name), name=topic.name, concurrency=topic.partitions)
        listen(_agent(app, topic, worker, turns))
    app.task(_threads)
    app.task(_resume(app, worker))
    app.task(_close(app, worker))
    app.task(_judge(app, worker))
    app.task(_say_ready)
    return app


def _agent(app: BatchApp, topic: Topic, worker: Worker, turns: Turns) -> Handler:
    at_once = topic in (DOCUMENTS, LEARNING)  # a withdrawn access and a decision wait for nobody

    async def agent(stream: AsyncIterable[Batch]) -> None:
        async for batch in stream:
            await asyncio.sleep(0.0 if at_once else turns.wait_s(len(batch), time.monotonic()))
            try:
                columns = await retry_while_unavailable(
                    worker.batch, topic, batch, datetime.now(UTC), batch.assignment, retry_on=Retryable
                )
                await retry_while_unavailable(worker.process, columns, retry_on=Retryable)
            except Behind as behind:
                await _go_back(app, batch.tp, behind.offset)

    return agent


async def _go_back(app: BatchApp, tp: TP, offset: int) -> None:
    log.warning("%s: the rows end at offset %d; reading on from there", tp, offset)
    await cast(BatchConsumer, app.consumer).seek(tp, offset)


def _resume(app: BatchApp, worker: Worker) -> Callable[[], Awaitable[None]]:
    """Compare where reading begins with where the rows end, also where nothing new comes in; see what was lost."""

    async def resume() -> None:
        looks = [(LOOK_EVERY_S, worker.topic_ids.verify), (ROWS_EVERY_S, worker.rows.verify)]
        due = [time.monotonic() + every_s for every_s, _ in looks]
        while not app.should_stop:
            for n, (every_s, look) in enumerate(looks):
                if time.monotonic() >= due[n]:
                    await retry_while_unavailable(look, retry_on=Retryable)
                    due[n] = time.monotonic() + every_s
            consumer = cast(BatchConsumer, app.consumer)
            assignment, partitions = consumer.assignments, consumer.watched()
            idle = {tp: at.position for tp, at in partitions.items() if at.position and at.in_flight is None}
            behind = await retry_while_unavailable(worker.behind, idle, assignment, retry_on=Retryable)
            for tp, offset in behind.items():
                if consumer.assignments == assignment:  # else it is asked anew
                    await _go_back(app, tp, offset)
            await asyncio.sleep(worker.config.close_every_s)

    return resume


async def _say_ready() -> None:
    """Tell the supervisor: tasks run once the app has started."""
    say_ready()


async def _threads() -> None:
    """Give every batch in flight a thread to wait for its stores in."""
    count = 4 + sum(topic.partitions for topic in TOPICS.values())
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(count, thread_name_prefix="stores"))


def _close(app: BatchApp, worker: Worker) -> Callable[[], Awaitable[None]]:
    async def close() -> None:
        audited = time.monotonic()
        while not app.should_stop:
            partitions = cast(BatchConsumer, app.consumer).watched()
            active = worker.sources(tp for tp, at in partitions.items() if at.has_more)
            closed = await retry_while_unavailable(
                worker.closing.step, worker.sources(partitions), active, _now(), retry_on=Retryable
            )
            if time.monotonic() - audited >= AUDIT_EVERY_S:
                audited = time.monotonic()
                await retry_while_unavailable(worker.repair.audit, _now(), retry_on=Retryable)
            if not closed.users:
                await asyncio.sleep(worker.config.close_every_s)

    return close


def _judge(app: BatchApp, worker: Worker) -> Callable[[], Awaitable[None]]:
    async def judge() -> None:
        while not app.should_stop:
            await asyncio.sleep(worker.config.close_every_s)
            await retry_while_unavailable(worker.drift.step, datetime.now(UTC), retry_on=Retryable)

    return judge


def _now() -> int:
    return time.time_ns() // 1_000_000
