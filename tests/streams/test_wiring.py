"""What a worker makes of a transport's batch, and of the partitions that it reads."""

from typing import Any, cast

import pytest
from faust.types import TP

from schemas.topics import CLICKS, TOPICS
from streams.agents import Agent
from streams.batch import RecordBatch
from streams.config import StreamsConfig
from streams.topic_ids import Behind, TopicIds
from streams.wiring import Worker, pace
from tests.schemas.samples import NOW
from tests.streams.world import Given


def _worker(ends: int = 0, agents: dict[str, Agent] | None = None) -> Worker:
    ids = TopicIds(lambda: {name: f"id-{name}" for name in TOPICS}, lambda topic, topic_id, partition: ends)
    absent = cast(Any, None)
    return Worker(StreamsConfig(), ids, agents or {}, absent, absent, absent, absent, absent)


def _records(first: int, count: int = 3) -> list[Given]:
    return [Given("clicks", 1, first + n, b"k", b"v") for n in range(count)]


def test_a_batch_has_the_topic_s_id_and_what_was_read_before_it() -> None:
    worker = _worker()
    first, second = (worker.batch(CLICKS, _records(at), NOW) for at in (0, 3))
    assert (first.source, first.span, first.previous) == ("clicks/id-clicks/1", (0, 2), None)
    assert (second.span, second.previous) == ((3, 5), 2)


def test_a_batch_behind_which_something_was_never_stored_is_not_taken() -> None:
    with pytest.raises(Behind) as behind:
        _worker(ends=4).batch(CLICKS, _records(10), NOW)
    assert behind.value.offset == 4


def test_a_batch_goes_to_its_topic_s_agent() -> None:
    taken: list[RecordBatch] = []

    class Clicks:
        TOPIC = CLICKS

        def process(self, batch: RecordBatch, context: object) -> None:
            taken.append(batch)

    worker = _worker(agents={"clicks": Clicks()})
    batch = worker.batch(CLICKS, _records(0), NOW)
    worker.process(batch)
    assert taken == [batch]


PEOPLE = ("clicks", "citation.clicks", "searches", "impressions", "reactions")


def test_only_what_people_do_moves_time() -> None:
    found = _worker().sources([TP(topic, 2) for topic in TOPICS])
    assert found == {f"{topic}/id-{topic}/2" for topic in PEOPLE}


def test_partitions_whose_rows_end_earlier_are_named_with_where_they_end() -> None:
    positions = {TP("clicks", 0): 10, TP("clicks", 1): 4, TP("clicks", 2): 0}
    assert _worker(ends=4).behind(positions) == {TP("clicks", 0): 4}


def test_the_pace_of_redis_is_in_milliseconds() -> None:
    rules = StreamsConfig().sessions
    assert pace(rules).gap == rules.gap_s * 1_000
    assert pace(rules).lease == rules.lease_s * 1_000
    assert pace(rules).long == 2 * rules.max_accesses
