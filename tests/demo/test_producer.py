"""The demo's events as a producer's program has them: nothing is lost on the way, and what is not taken is said."""

from pathlib import Path

import pytest

from demo import producer
from demo.producer import Producer, as_producers_have_it
from schemas.codec import decode
from schemas.topics import TOPICS
from stores.errors import Retryable
from tests.schemas.samples import EXAMPLES, NOW, opened
from tests.stores.keyed import settings_of
from tests.tidewheel_sdk.targets import QUICK, Scripted
from tidewheel_sdk import Client, Verdict
from tidewheel_sdk.wire import item, record

OF_PRODUCERS = [path for path in EXAMPLES if path.parent.name != "learning"]


@pytest.mark.parametrize("path", OF_PRODUCERS, ids=lambda path: path.stem)
def test_an_event_says_the_same_on_both_ways(path: Path) -> None:
    topic = TOPICS[path.parent.name]
    event = decode(topic, None, path.read_bytes(), NOW)
    body = item(as_producers_have_it(event)).body
    assert decode(topic, None, body, NOW) == event
    assert record(body)[0] == topic.name


def test_what_the_gateway_takes_is_counted_and_what_it_refuses_is_said() -> None:
    target = Scripted()
    with Client(target, options=QUICK) as client:
        sending = Producer(client)
        sending.send([opened(1), opened(2)])
        assert (sending.sent, target.ids) == (2, ["click-1", "click-2"])
        target.judge = lambda item: Verdict(item.event_id != "click-4", "a document that long")
        with pytest.raises(Retryable, match="did not take all of 2 events: a document that long"):
            sending.send([opened(3), opened(4)])
        assert sending.sent == 2


def test_a_gateway_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(producer, "_WITHIN_S", 0.05)
    target = Scripted(up=False)
    client = Client(target, options=QUICK)
    with pytest.raises(Retryable, match="did not take all of 1 events: nobody is there"):
        Producer(client).send([opened(1)])
    target.up = True
    client.close()


def test_without_a_gateway_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(Retryable, match="the gateway has not said its address"):
        Producer.of(settings_of(tmp_path), "acme", NOW)
