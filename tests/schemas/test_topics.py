import re
from pathlib import Path

import pytest

from schemas.topics import LEARNING, TOPIC_OF, TOPICS, Topic, key_of, tenant_of_key
from tests.schemas.samples import cited, opened

README = (Path(__file__).parents[2] / "README.md").read_text()


def test_every_event_belongs_to_one_topic() -> None:
    listed = [event.__name__ for topic in TOPICS.values() for event in topic.events]
    assert sorted(listed) == sorted(set(listed)) == sorted(TOPIC_OF)
    assert all(event in TOPIC_OF[event.__name__].events for topic in TOPICS.values() for event in topic.events)


def test_decisions_keep_their_order() -> None:
    assert LEARNING.partitions == 1
    assert {topic.dead for topic in TOPICS.values()} == {f"{name}.dead" for name in TOPICS}


@pytest.mark.parametrize("topic", TOPICS.values(), ids=TOPICS)
def test_the_readme_names_the_topic_with_its_events_unless_services_send_them(topic: Topic) -> None:
    if topic is LEARNING:
        return
    (row,) = re.findall(rf"^\| `{re.escape(topic.name)}` \| .*$", README, re.MULTILINE)
    assert all(event.__name__ in row for event in topic.events)


def test_an_event_is_keyed_by_its_tenant_and_who_did_it() -> None:
    assert key_of(opened(user="robin")) == b"acme\x1frobin"
    assert key_of(cited(tenant="globex", user="u")) == b"globex\x1fu"


@pytest.mark.parametrize("key", [b"acme\x1fd", b"acme\x1fd\x1fmore", b"acme"])
def test_the_tenant_is_read_from_the_key(key: bytes) -> None:
    assert tenant_of_key(key) == "acme"


def test_a_key_of_no_text_names_a_tenant_that_nobody_is() -> None:
    assert tenant_of_key(b"\xff\x1fd") == "\N{REPLACEMENT CHARACTER}"
