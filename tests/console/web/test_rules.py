"""What counts on the pages is what counts in the streams."""

from console.web.rules import rules_of
from streams.config import StreamsConfig


def test_the_streams_rules_say_what_satisfies_and_what_is_a_yes() -> None:
    found = rules_of(StreamsConfig())
    assert found.satisfied_s == 30.0
    assert {"+1", "helpful"} <= set(found.yes)
    assert {"-1", "not_helpful"} <= set(found.no)
    own = {"search_click": {"satisfied_s": 10}, "reaction": {"meanings": {"shipit": 0.5, "+1": 0.0, "eyes": -0.2}}}
    found = rules_of(StreamsConfig.model_validate(own))
    assert found.satisfied_s == 10.0
    assert "shipit" in found.yes
    assert "+1" not in (*found.yes, *found.no)
    assert "eyes" in found.no
