"""Kafka as a target, on a real broker: records are those that the gateway would have sent."""

import sys

import pytest

from schemas.topics import CLICKS, key_of
from stores.settings import Settings
from tests.console.running import records, sent
from tests.tidewheel_sdk.targets import QUICK, WAIT_S
from tidewheel_sdk.client import Client
from tidewheel_sdk.errors import Away
from tidewheel_sdk.events import DocumentOpened
from tidewheel_sdk.kafka_target import KafkaTarget
from tidewheel_sdk.wire import item


def test_events_arrive_with_their_keys(stack: Settings, tenant: str) -> None:
    events = [DocumentOpened(tenant=tenant, event_id=f"k{n}", user="ana", document="d") for n in range(5)]
    with Client(KafkaTarget(stack.kafka_bootstrap), options=QUICK) as client:
        assert {each.result(WAIT_S).status for each in client.send_all(events)} == {"accepted"}
    found = sent(stack, tenant, CLICKS, 5)
    assert [event.event_id for event in found] == [event.event_id for event in events]
    assert {raw.key for raw in records(stack, CLICKS, f'"{tenant}"'.encode(), 5)} == {key_of(found[0])}


def test_a_broker_that_does_not_answer_is_away() -> None:
    target = KafkaTarget("127.0.0.1:1", deliver_within_s=0.3)
    with pytest.raises(Away):
        target.send([item(DocumentOpened(tenant="acme", user="ana", document="d"))])
    target.close()


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "confluent_kafka", None)
    with pytest.raises(ImportError, match=r"pip install tidewheel-sdk\[kafka\]"):
        KafkaTarget("127.0.0.1:1")
