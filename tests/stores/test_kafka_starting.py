"""A reader of a broker that has just started, and does not know yet where the group stopped."""

from typing import Any, ClassVar

import pytest
from confluent_kafka import KafkaError, KafkaException

from stores import kafka
from stores.errors import Misconfigured, Retryable
from stores.kafka import EventReader

NOBODY = "127.0.0.1:9"


class Starting:
    """A consumer whose broker does not know the group's coordinator yet."""

    refusals: ClassVar[list[int]] = []
    asked: ClassVar[int] = 0

    def __init__(self, settings: object) -> None:
        self.assigned: list[object] = []

    def list_topics(self, topic: str, timeout: float) -> Any:  # noqa: ANN401  # a part of the library's
        found = type("Found", (), {"error": None, "partitions": {0: None}})()
        return type("Metadata", (), {"topics": {topic: found}})()

    def committed(self, asked: list[Any], timeout: float) -> list[Any]:
        type(self).asked += 1
        if self.refusals:
            raise KafkaException(KafkaError(self.refusals.pop(0)))
        return asked

    def assign(self, partitions: list[object]) -> None:
        self.assigned = partitions


@pytest.fixture
def starting(monkeypatch: pytest.MonkeyPatch) -> type[Starting]:
    monkeypatch.setattr(kafka, "Consumer", Starting)
    monkeypatch.setattr(kafka, "topic_ids", lambda bootstrap, topics: {"clicks": "one"})
    monkeypatch.setattr(kafka, "_ASK_AGAIN_S", 0.0)
    monkeypatch.setattr(Starting, "asked", 0)
    return Starting


def test_a_broker_that_has_just_started_is_asked_again_where_the_group_stopped(
    starting: type[Starting], monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [
        KafkaError.NOT_COORDINATOR,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    ]
    monkeypatch.setattr(starting, "refusals", refusals)
    EventReader(NOBODY, "group", ["clicks"])
    assert starting.asked == 4


@pytest.mark.parametrize(
    ("error", "within_s", "raised"),
    [(KafkaError.GROUP_AUTHORIZATION_FAILED, 30.0, Misconfigured), (KafkaError.NOT_COORDINATOR, -1.0, Retryable)],
)
def test_any_other_refusal_or_one_that_lasts_is_an_error(
    starting: type[Starting],
    monkeypatch: pytest.MonkeyPatch,
    error: int,
    within_s: float,
    raised: type[Exception],
) -> None:
    monkeypatch.setattr(starting, "refusals", [error])
    monkeypatch.setattr(kafka, "ANSWER_WITHIN_S", within_s)
    with pytest.raises(raised):
        EventReader(NOBODY, "group", ["clicks"])
    assert starting.asked == 1
