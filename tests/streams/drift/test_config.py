"""Drift's rules come from a setting, and what they share with sessions and pairs from the streams."""

import pytest

from stores.errors import Misconfigured
from streams.config import streams_config
from streams.drift.config import DriftConfig, drift_config

CONFIG = DriftConfig()
DEFAULTS = {
    "query_drift": 0.25, "vocabulary_novelty": 0.2, "query_fit": 0.2, "click_through": 0.1, "click_rank": 0.2,
    "zero_click": 0.2, "reformulation": 0.2, "session_satisfaction": 0.2, "citation_click": 0.2,
    "negative_reaction": 0.2, "corpus_drift": 0.3,
}  # fmt: skip


def test_each_signals_threshold_is_the_default_effect() -> None:
    assert CONFIG.effects.model_dump() == DEFAULTS
    with pytest.raises(Misconfigured, match=r"effects\.query_drif: Extra inputs"):
        drift_config({"effects": {"query_drif": 0.3}})
    with pytest.raises(Misconfigured, match=r"effects\.query_drift: Input should be greater than 0"):
        drift_config({"effects": {"query_drift": 0}})


def test_gap_dwell_and_reactions_are_the_streams_own() -> None:
    streams = streams_config({"sessions": {"gap_s": 600}, "search_click": {"satisfied_s": 10}})
    config = drift_config({"window_s": 3600}, streams)
    assert (config.sessions, config.search_click) == (streams.sessions, streams.search_click)
    assert config.reaction is streams.reaction
    for twin in ({"session_gap_s": 900}, {"satisfied_dwell_s": 9.0}, {"sessions": {"gap_s": 600}}):
        with pytest.raises(Misconfigured, match="TIDEWHEEL_DRIFT"):
            drift_config(twin)


def test_rules_come_from_a_setting_and_wrong_ones_are_named() -> None:
    config = drift_config({"window_s": 3600, "effects": {"query_drift": 0.4}})
    assert (config.window_ms, config.effects.of("query_drift"), config.effects.of("zero_click")) == (
        3_600_000,
        0.4,
        0.2,
    )
    with pytest.raises(Misconfigured, match=r"TIDEWHEEL_DRIFT.*windows: Extra inputs"):
        drift_config({"windows": 3})
    with pytest.raises(Misconfigured, match="of_windows"):
        drift_config({"trip_windows": 4})
    with pytest.raises(Misconfigured, match="permutations"):
        drift_config({"permutations": 299})


def test_every_rule_says_why() -> None:
    for name, rule in (DriftConfig.model_fields | type(CONFIG.effects).model_fields).items():
        assert rule.description, name
