"""The lag-age watchdog: a partition with more to read that makes no progress ends the process.

It trusts nothing that may be stuck: it runs in a thread with an event loop and a broker connection of its own, and
ends the process with `os._exit`. A broker that does not answer, or a store that an agent waits for, is no stall: the
clocks start again when they are back.
"""

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth, server_list
from faust.types import TP

from stores.exit_codes import EXIT_TRY_AGAIN
from streams.transport.consumer import BatchConsumer, BatchTransport, PartitionProgress

if TYPE_CHECKING:
    from streams.transport.app import BatchApp

ANSWER_WITHIN_S = 10.0

log = logging.getLogger(__name__)


@dataclass
class LagClock:
    """How long each partition with lag has stood still. Pure: time is an argument, seconds on any steady clock."""

    stall_after_s: float
    _since: dict[TP | None, tuple[PartitionProgress | None, float]] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget everything: whatever stood still had a reason."""
        self._since.clear()

    def stalled(self, now: float, flowing: bool, partitions: Mapping[TP, PartitionProgress]) -> list[TP | None]:
        """Return the partitions that stand still for too long; `None` stands for a rebalance that does not end.

        `flowing` is false from the moment partitions are given up until the new ones are read.
        """
        lagging: dict[TP | None, PartitionProgress | None] = {}
        for tp, at in partitions.items():
            if at.has_more:
                lagging[tp] = at._replace(end=0)  # a growing end is no progress
        if not flowing:
            lagging = {None: None}
        before, self._since = self._since, {}
        for key, progress in lagging.items():
            last = before.get(key)
            self._since[key] = last if last is not None and last[0] == progress else (progress, now)
        return [tp for tp, (_, since) in self._since.items() if now - since >= self.stall_after_s]


def end_process(reason: str) -> None:
    """Say why and end the process at once."""
    log.critical("%s; ending the process, to be started again", reason)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(EXIT_TRY_AGAIN)


class Watchdog:
    """Watches one app from `start` to `stop`."""

    def __init__(self, app: "BatchApp", on_stall: Callable[[str], None] = end_process) -> None:
        self._app = app
        self._on_stall = on_stall
        self._clock = LagClock(app.limits.stall_after_s)
        self._interval_s = min(5.0, app.limits.stall_after_s / 5)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            asyncio.run(self._watch())
        except Exception:
            log.exception("the watchdog failed; this worker goes on unwatched")

    async def _watch(self) -> None:
        observer: AIOKafkaConsumer | None = None
        while not await self._pause():
            try:
                observer = observer or await self._connect()
                await self._look(observer)
            except (KafkaError, TimeoutError, OSError) as error:
                log.info("no answer from the broker: %r", error)
                self._clock.reset()
            except ConsumerNotStarted:
                continue
        if observer is not None:
            await observer.stop()

    async def _pause(self) -> bool:
        until = monotonic() + self._interval_s
        while monotonic() < until and not self._stopped.is_set():
            await asyncio.sleep(min(0.2, self._interval_s))
        return self._stopped.is_set()

    async def _connect(self) -> AIOKafkaConsumer:
        conf, transport = self._app.conf, cast(BatchTransport, self._app.transport)
        observer = AIOKafkaConsumer(
            bootstrap_servers=server_list(transport.url, transport.default_port),
            client_id=f"{conf.broker_client_id}-watchdog",
            **credentials_to_aiokafka_auth(conf.broker_credentials, conf.ssl_context),
        )
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                await observer.start()
        except BaseException:
            await observer.stop()
            raise
        return observer

    async def _look(self, observer: AIOKafkaConsumer) -> None:
        consumer = cast(BatchConsumer, self._app.consumer)
        partitions = consumer.watched()
        async with asyncio.timeout(ANSWER_WITHIN_S):
            ends = await observer.end_offsets([TopicPartition(tp.topic, tp.partition) for tp in partitions])
        if consumer.waits_for_store:
            self._clock.reset()
        # Two witnesses: a stuck consumer fetches no news, and some brokers list the end one batch too low.
        for tp, at in partitions.items():
            partitions[tp] = at._replace(end=max(at.end, ends.get(TopicPartition(tp.topic, tp.partition), 0)))
        stalled = self._clock.stalled(monotonic(), consumer.flow_active, partitions)
        if stalled:
            names = ", ".join(f"{tp.topic}[{tp.partition}]" if tp else "the group's rebalance" for tp in stalled)
            self._on_stall(f"no progress for {self._app.limits.stall_after_s:g} s although there is more: {names}")
