"""Drift's rules come from a setting, and what they share with sessions and pairs from the streams."""

import pytest
from pydantic import ValidationError

from streams.config import StreamsConfig
from streams.drift.config import DriftConfig

CONFIG = DriftConfig()
DEFAULTS = {
    "query_drift": 0.25, "vocabulary_novelty": 0.2, "query_fit": 0.2, "click_through": 0.1, "click_rank": 0.2,
    "zero_click": 0.2, "reformulation": 0.2, "session_satisfaction": 0.2, "citation_click": 0.2,
    "negative_reaction": 0.2, "corpus_drift": 0.3,
}  # fmt: skip


def test_each_signals_threshold_is_the_default_effect() -> None:
    assert CONFIG.effects.model_dump().items() >= DEFAULTS.items()
    with pytest.raises(ValidationError, match=r"effects\.query_drif\n.*Extra inputs"):
        DriftConfig.model_validate({"effects": {"query_drif": 0.3}})
    with pytest.raises(ValidationError, match=r"effects\.query_drift\n.*Input should be greater than 0"):
        DriftConfig.model_validate({"effects": {"query_drift": 0}})


def test_gap_dwell_and_reactions_are_the_streams_own() -> None:
    streams = StreamsConfig.model_validate({"sessions": {"gap_s": 600}, "search_click": {"satisfied_s": 10}})
    config = DriftConfig(window_s=3600).sharing(streams)
    assert (config.sessions, config.search_click) == (streams.sessions, streams.search_click)
    assert config.reaction is streams.reaction
    for twin in ({"session_gap_s": 900}, {"satisfied_dwell_s": 9.0}, {"sessions": {"gap_s": 600}}):
        with pytest.raises(ValidationError, match=r"Extra inputs|Input should be"):
            DriftConfig.model_validate(twin)


def test_rules_come_from_a_setting_and_wrong_ones_are_named() -> None:
    config = DriftConfig.model_validate({"window_s": 3600, "effects": {"query_drift": 0.4}})
    assert (config.window_ms, config.effects.of("query_drift"), config.effects.of("zero_click")) == (
        3_600_000,
        0.4,
        0.2,
    )
    with pytest.raises(ValidationError, match=r"windows\n.*Extra inputs"):
        DriftConfig.model_validate({"windows": 3})
    nonsense = {"window_s": 1, "min_people": 10**9, "false_alarm_days": 0, "effects": {"query_drift": 5}}
    for name, value in nonsense.items():
        with pytest.raises(ValidationError, match=name):
            DriftConfig.model_validate({name: value})
    with pytest.raises(ValidationError, match="permutations"):
        DriftConfig.model_validate({"permutations": 299})


def test_rules_have_a_name_that_follows_from_all_of_them() -> None:
    assert CONFIG.hash == DriftConfig().hash
    assert CONFIG.hash != DriftConfig(allowance=0.9).hash
    assert CONFIG.shape.cases == CONFIG.window_cases


def test_every_rule_says_why() -> None:
    for name, rule in (DriftConfig.model_fields | type(CONFIG.effects).model_fields).items():
        assert rule.description, name
