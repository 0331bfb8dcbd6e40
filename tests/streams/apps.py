"""Apps of the batched transport inside the test's own process, and what their agents finished."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any, cast

from faust.types import TP

from streams.transport import Batch, BatchApp, Limits, build_app, serve
from streams.transport.consumer import BatchConsumer
from tests.streams.brokers import Broker

Handler = Callable[[Batch], Awaitable[None]]
_groups = count()


class Worker:
    """One app in this process, with what its agent finished."""

    def __init__(
        self, broker: Broker, topics: list[str], group: str, handler: Handler | None, concurrency: int, **limits: object
    ) -> None:
        settings = cast(dict[str, Any], limits.pop("settings", {}))
        defaults: dict[str, Any] = {"session_timeout_s": broker.session_timeout_s, "commit_interval_s": 0.1}
        self.app: BatchApp = build_app(group, broker.bootstrap, Limits(**(defaults | limits)), **settings)
        self.stop = asyncio.Event()
        self.finished: dict[TP, list[Batch]] = defaultdict(list)
        self.status: int | None = None
        for topic in topics:
            self.app.agent(self.app.batched(topic), name=topic, concurrency=concurrency)(self._agent(handler))

    def _agent(self, handler: Handler | None) -> Callable[[Any], Awaitable[None]]:
        async def agent(stream: AsyncIterator[Batch]) -> None:
            async for batch in stream:
                if handler is not None:
                    await handler(batch)
                self.finished[batch.tp].append(batch)

        return agent

    @property
    def consumer(self) -> BatchConsumer:
        consumer = self.app.consumer
        assert isinstance(consumer, BatchConsumer)
        return consumer

    def offsets(self, topic: str) -> dict[int, list[int]]:
        found = {
            tp.partition: [r.offset for b in bs for r in b] for tp, bs in self.finished.items() if tp.topic == topic
        }
        return {p: offsets for p, offsets in found.items() if offsets}

    def seen(self, topic: str) -> int:
        return sum(len(offsets) for offsets in self.offsets(topic).values())


@asynccontextmanager
async def worker(
    broker: Broker,
    *topics: str,
    group: str | None = None,
    handler: Handler | None = None,
    concurrency: int = 1,
    **limits: object,
) -> AsyncIterator[Worker]:
    one = Worker(broker, list(topics), group or f"g{next(_groups)}", handler, concurrency, **limits)
    serving = asyncio.create_task(serve(one.app, one.stop))
    serving.add_done_callback(lambda task: setattr(one, "status", task.result() if not task.cancelled() else None))
    try:
        yield one
    finally:
        one.stop.set()
        await asyncio.wait_for(serving, 40)


async def until(condition: Callable[[], object], within_s: float = 30.0) -> None:
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"not within {within_s} s"
        await asyncio.sleep(0.02)


def values(n: int, size: int = 100) -> Iterator[bytes]:
    return (b"%0*d" % (size, i) for i in range(n))
