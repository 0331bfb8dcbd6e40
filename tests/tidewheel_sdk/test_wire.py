"""Events as they travel: the topic and the key are the server's, and the JSON is one line."""

import json
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.envelope import Event
from schemas.limits import clipped
from schemas.topics import MAX_EVENT_BYTES, PRODUCED, TOPIC_OF, key_of
from tests.tidewheel_sdk.targets import opened
from tests.tidewheel_sdk.test_events import NOW, PRODUCED_EXAMPLES, made
from tidewheel_sdk import wire


@pytest.mark.parametrize("path", PRODUCED_EXAMPLES, ids=lambda path: path.stem)
def test_topic_and_key_are_the_server_s(path: Path) -> None:
    content = json.loads(path.read_text())
    content.setdefault("type", path.stem.partition("-")[0])
    found = wire.item(made(content))
    topic, key = wire.record(found.body)
    event = decode(PRODUCED[content["type"]], key, found.body, NOW)
    assert isinstance(event, Event)
    assert (topic, key) == (TOPIC_OF[content["type"]].name, key_of(event))
    assert wire.tenant_of(found.body) == event.tenant
    assert found.event_id == event.event_id


def test_a_long_text_travels_whole() -> None:
    event = opened(user="u")
    assert clipped(json.loads(wire.item(event).body), "DocumentOpened")[1] == {}
    assert wire.MAX_EVENT_BYTES == MAX_EVENT_BYTES


def test_absent_fields_are_left_out_and_it_is_one_line() -> None:
    body = wire.item(opened(user="Ünal\u2028x")).body
    assert b"\n" not in body
    assert set(json.loads(body)) == {
        "type", "tenant", "event_id", "occurred_at", "schema_version", "user", "document",
    }  # fmt: skip
    assert wire.written(wire.plain({"a": 1})) == b'{"a":1}'
