"""The worker's story: what becomes of a batch, of rows that end too early, and of the steps that go on beside it."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, repeat
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from schemas.topics import CLICKS, DOCUMENTS, LEARNING, TOPICS, Topic
from stores.errors import Poison, Retryable
from streams import app
from streams.topic_ids import Behind
from streams.transport import Batch
from streams.transport.consumer import PartitionProgress
from streams.turns import Turns
from tests.stores.keyed import settings_of

pytestmark = pytest.mark.anyio


@dataclass
class Story:
    """An app, its consumer and a worker in one; keeps what was done, and stops after so many steps of one kind."""

    partitions: dict[TP, PartitionProgress] = field(default_factory=dict)
    behind_at: dict[TP, int] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)
    users: int = 0
    assignments: int = 7
    given_out_anew: bool = False
    done: list[tuple[Any, ...]] = field(default_factory=list)
    should_stop: bool = False

    def __post_init__(self) -> None:
        self.consumer = self.closing = self.repair = self.topic_ids = self.rows = self.drift = self
        self.config = SimpleNamespace(close_every_s=0.0)

    def watched(self) -> dict[TP, PartitionProgress]:
        return dict(self.partitions)

    async def seek(self, tp: TP, offset: int) -> None:
        self.done.append(("seek", tp, offset))

    def batch(self, topic: object, batch: Batch, now: object, assignment: int) -> tuple[str, int]:
        self.done.append(("batch", batch.tp))
        assert assignment == batch.stamp[0]
        if self.errors:
            raise self.errors.pop(0)
        return "columns", batch.partition

    def process(self, columns: object) -> None:
        self.done.append(("process", columns))

    def behind(self, positions: dict[TP, int], assignment: int) -> dict[TP, int]:
        self.done.append(("behind", positions))
        assert assignment == self.assignments
        self.assignments += self.given_out_anew
        self.should_stop = True
        return self.behind_at

    def sources(self, tps: Any) -> frozenset[TP]:  # noqa: ANN401  # any partitions
        return frozenset(tps)

    def step(self, *given: Any) -> SimpleNamespace:  # noqa: ANN401  # closing's or drift's
        self.done.append(("step", *given[:-1]))
        if self.errors:
            raise self.errors.pop(0)
        self.should_stop = True
        return SimpleNamespace(users=self.users)

    def audit(self, now: int) -> None:
        self.done.append(("audit",))

    def verify(self) -> None:
        self.done.append(("verify",))

    def names(self) -> list[str]:
        return [name for name, *_ in self.done]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that is away is tried again at once, and turns follow at once."""
    monkeypatch.setattr(random, "uniform", lambda least, most: 0.0)
    monkeypatch.setattr("streams.turns.Turns.wait_s", lambda self, records, now: 0.0)


async def stream(partitions: Sequence[int]) -> AsyncIterator[Batch]:
    for partition in partitions:
        yield Batch(TP("clicks", partition), (7, 3))


async def taken(story: Story, *partitions: int, topic: Topic = CLICKS) -> list[str]:
    any_story: Any = story
    await app._agent(any_story, topic, any_story, Turns())(stream(partitions))
    return story.names()


async def test_a_batch_is_made_into_columns_and_processed() -> None:
    story = Story()
    assert await taken(story, 0, 1) == ["batch", "process", "batch", "process"]
    assert story.done[1] == ("process", ("columns", 0))


async def test_a_store_that_is_away_is_waited_for_with_the_same_batch() -> None:
    story = Story(errors=[Retryable("away"), Retryable("away")])
    assert await taken(story, 0) == ["batch", "batch", "batch", "process"]


async def test_rows_that_end_before_a_batch_are_read_first_and_the_batch_is_not_stored() -> None:
    story = Story(errors=[Behind(4)])
    assert await taken(story, 0, 1) == ["batch", "seek", "batch", "process"]
    assert story.done[1] == ("seek", TP("clicks", 0), 4)


async def test_any_other_error_crashes_the_worker() -> None:
    with pytest.raises(Poison):
        await taken(Story(errors=[Poison("too large")]), 0)


async def test_reading_goes_back_where_nothing_new_comes_in_and_only_there() -> None:
    idle, working, unknown, fresh = (TP("clicks", n) for n in range(4))
    story: Any = Story(
        {
            idle: PartitionProgress(10, None, 10),
            working: PartitionProgress(10, 9, 10),
            unknown: PartitionProgress(None, None, 0),
            fresh: PartitionProgress(0, None, 0),
        },
        behind_at={idle: 3},
    )
    await app._resume(story, story)()
    assert story.done == [("behind", {idle: 10}), ("seek", idle, 3)]


async def test_where_partitions_were_given_out_anew_meanwhile_reading_does_not_go_back_by_what_was_before() -> None:
    idle = TP("clicks", 0)
    story: Any = Story({idle: PartitionProgress(10, None, 10)}, behind_at={idle: 3}, given_out_anew=True)
    await app._resume(story, story)()
    assert story.done == [("behind", {idle: 10})]


async def test_sessions_are_closed_with_what_is_still_being_read_and_audited_from_time_to_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    busy, idle = TP("clicks", 0), TP("clicks", 1)
    partitions = {busy: PartitionProgress(5, None, 9), idle: PartitionProgress(9, None, 9)}
    story: Any = Story(partitions)
    await app._close(story, story)()
    assert story.done == [("step", frozenset({busy, idle}), frozenset({busy}))]

    times = iter([0.0, app.AUDIT_EVERY_S, app.AUDIT_EVERY_S])
    monkeypatch.setattr(app, "time", SimpleNamespace(monotonic=lambda: next(times), time_ns=lambda: 0))
    due: Any = Story(partitions, errors=[Retryable("away")])
    await app._close(due, due)()
    assert due.names() == ["step", "step", "audit"]


async def test_topics_made_anew_and_rows_lost_are_looked_for_from_time_to_time(monkeypatch: pytest.MonkeyPatch) -> None:
    often, rarely = app.LOOK_EVERY_S, app.ROWS_EVERY_S
    for waited, looks in ((often - 0.1, 0), (often, 1), (rarely - 0.1, 1), (rarely, 2)):
        times = chain([0.0, 0.0], repeat(waited))
        monkeypatch.setattr(app, "time", SimpleNamespace(monotonic=lambda times=times: next(times)))
        story: Any = Story()
        await app._resume(story, story)()
        assert story.names() == [*["verify"] * looks, "behind"]


async def test_drift_is_judged_again_while_its_stores_are_away() -> None:
    story: Any = Story(errors=[Retryable("away")])
    await app._judge(story, story)()
    assert story.names() == ["step", "step"]


async def test_every_topic_has_an_agent_with_as_many_batches_at_a_time_as_it_has_partitions(tmp_path: Path) -> None:
    built = app.build(settings_of(tmp_path, kafka_bootstrap="127.0.0.1:9", kafka_session_timeout_s=8), _absent())
    at_a_time = {name: agent.concurrency for name, agent in built.agents.items()}
    assert at_a_time == {topic.name: topic.partitions for topic in TOPICS.values()}
    limits = built.limits
    assert (limits.session_timeout_s, limits.batch_records) == (8, app.BATCH_RECORDS)
    assert limits.fetch_bytes == app.FETCH_BYTES


async def test_each_batch_in_flight_has_a_thread_to_wait_in() -> None:
    await app._threads()
    loop, in_flight = asyncio.get_running_loop(), sum(topic.partitions for topic in TOPICS.values())
    entered: list[int] = []

    def wait(n: int) -> None:
        entered.append(n)
        while len(entered) < in_flight:
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop).result(5)

    async with asyncio.timeout(20):
        await asyncio.gather(*(asyncio.to_thread(wait, n) for n in range(in_flight)))
    assert sorted(entered) == list(range(in_flight))


def _absent() -> Any:  # noqa: ANN401  # a worker that nobody asks
    return None


@pytest.mark.parametrize(("topic", "waits"), [(CLICKS, True), (DOCUMENTS, False), (LEARNING, False)])
async def test_small_batches_take_turns_but_a_withdrawn_access_and_a_decision_wait_for_nobody(
    topic: Topic, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def wait(_: Turns, records: int, now: float) -> float:
        asked.append(now)
        return 0.0

    monkeypatch.setattr("streams.turns.Turns.wait_s", wait)
    assert await taken(Story(), 0, topic=topic) == ["batch", "process"]
    assert bool(asked) == waits
