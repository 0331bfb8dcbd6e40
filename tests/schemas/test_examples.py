"""Every example message decodes, and every event type has one."""

import json
from pathlib import Path

import pytest

from schemas.codec import Rejection, decode, encode
from schemas.envelope import Event
from schemas.topics import TOPIC_OF, TOPICS, key_of, tenant_of_key
from tests.schemas.samples import EXAMPLES, NOW


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_is_an_event_of_its_topic(path: Path) -> None:
    topic = TOPICS[path.parent.name]
    event = decode(topic, None, path.read_bytes(), NOW)
    assert isinstance(event, Event), event
    assert path.stem.split("-")[0] == type(event).__name__
    assert TOPIC_OF[type(event).__name__] is topic
    assert tenant_of_key(key_of(event)) == event.tenant


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_an_example_says_all_that_its_event_says(path: Path) -> None:
    event = decode(TOPICS[path.parent.name], None, path.read_bytes(), NOW)
    assert isinstance(event, Event)
    again = decode(TOPICS[path.parent.name], key_of(event), encode(event), NOW)
    assert again == event
    assert set(json.loads(path.read_bytes())) <= set(json.loads(encode(event)))


def test_every_event_type_has_an_example() -> None:
    shown = {(path.parent.name, path.stem.split("-")[0]) for path in EXAMPLES}
    assert shown == {(topic.name, event.__name__) for topic in TOPICS.values() for event in topic.events}


def test_event_ids_of_the_examples_are_distinct() -> None:
    ids = [json.loads(path.read_bytes())["event_id"] for path in EXAMPLES]
    assert len(ids) == len(set(ids))


def test_an_example_is_a_rejection_on_another_topic() -> None:
    click = next(path for path in EXAMPLES if path.stem == "DocumentOpened")
    assert isinstance(decode(TOPICS["searches"], None, click.read_bytes(), NOW), Rejection)
