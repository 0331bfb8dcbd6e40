from streams.config import StreamsConfig


def test_the_rules_of_every_part_are_reached_by_name() -> None:
    config = StreamsConfig.model_validate({"sessions": {"gap_s": 60}, "close_every_s": 0.5})
    assert config.sessions.gap_s == 60
    assert config.sessions.max_accesses == StreamsConfig().sessions.max_accesses
