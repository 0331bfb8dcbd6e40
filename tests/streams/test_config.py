from streams.config import StreamsConfig
from streams.wiring import pace


def test_the_rules_of_every_part_are_reached_by_name() -> None:
    config = StreamsConfig.model_validate({"sessions": {"gap_s": 60}, "close_every_s": 0.5})
    assert config.sessions.gap_s == 60
    assert config.sessions.max_accesses == StreamsConfig().sessions.max_accesses


def test_the_pace_of_redis_is_in_milliseconds() -> None:
    rules = StreamsConfig().sessions
    assert pace(rules).gap == rules.gap_s * 1_000
    assert pace(rules).long == 2 * rules.max_accesses
