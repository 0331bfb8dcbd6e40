"""Rules about stores, topics, schema, services, clocks and tenants."""

from typing import Any

import pytest

from operations.doctor import stack
from operations.doctor.finding import Finding, is_wrong

WELL: dict[str, Any] = {
    "tenant": "acme", "lost": [], "unsigned": "", "audits": [], "live": {"collection": "c1"}, "waiting": 0,
}  # fmt: skip
PROGRAM = {"part": "streams", "up": True, "problem": "", "restarts": 0}
WANTED = {"clicks": {"retention.ms": "1"}, "documents.changes": {"cleanup.policy": "compact"}}
FOUND = {"clicks": {"max.message.bytes": "16777216"}, "documents.changes": {"cleanup.policy": "compact,delete"}}


def levels(found: list[Finding]) -> list[str]:
    return [each.level for each in found]


@pytest.mark.parametrize("store", ["Kafka", "Redis", "ClickHouse", "Milvus"])
def test_a_store_answers_or_says_what_stands_still(store: str) -> None:
    assert stack.answers(store, "x", "").level == "well"
    away = stack.answers(store, "redis_url", "no route")
    assert away.level == "wrong"
    assert "no route" in away.what
    assert away.why
    assert "TIDEWHEEL_REDIS_URL" in away.mend


def test_topics_are_there_with_their_settings() -> None:
    assert levels(stack.topics(WANTED, FOUND)) == ["well"]
    assert levels(stack.topics(WANTED, {"clicks": None, "documents.changes": None})) == ["well"]
    (missing,) = stack.topics(WANTED, {"clicks": {}})
    assert (missing.level, missing.what) == ("wrong", "missing: documents.changes")
    wrong = stack.topics(
        WANTED, {"clicks": {"max.message.bytes": "1048588"}, "documents.changes": {"cleanup.policy": "delete"}}
    )
    assert levels(wrong) == ["watch", "wrong"]


def test_the_schema_is_that_of_this_release() -> None:
    assert stack.schema([1, 2], [1, 2]).level == "well"
    assert "0002" in stack.schema([1, 2], [1]).what
    assert "later release" in stack.schema([1, 2], [1, 2, 3]).what


def test_programs_are_up_and_an_indexer_has_said_so() -> None:
    assert levels(stack.services([PROGRAM], ["i1"], True)) == ["well"]
    down = stack.services([{**PROGRAM, "up": False, "problem": "no port"}], ["i1"], True)
    assert (down[0].level, down[0].what) == ("wrong", "streams is down no port")
    assert levels(stack.services([{**PROGRAM, "problem": "no room"}], ["i1"], True)) == ["watch"]
    assert levels(stack.services([{**PROGRAM, "restarts": 9}], ["i1"], True)) == ["watch"]
    (alone,) = stack.services([], [], False)
    assert "python -m indexer" in alone.mend


@pytest.mark.parametrize(("ahead", "level"), [(0.5, "well"), (-8.0, "watch"), (301.0, "wrong"), (-400.0, "wrong")])
def test_clocks_agree(ahead: float, level: str) -> None:
    assert stack.clock("ClickHouse", ahead).level == level


@pytest.mark.parametrize(
    ("change", "level"),
    [
        ({}, "well"),
        ({"lost": ["c1 is gone from Milvus"]}, "wrong"),
        ({"unsigned": "another model"}, "wrong"),
        ({"audits": [{"collection": "c1", "found": 2, "mended": 1}]}, "wrong"),
        ({"audits": [{"collection": "c1", "found": 2, "mended": 2}]}, "well"),
        ({"live": None, "waiting": 7}, "watch"),
    ],
)
def test_a_tenant_has_something_live_whole_and_signed(change: dict[str, Any], level: str) -> None:
    assert levels(stack.tenant({**WELL, **change})) == [level]


def test_what_is_missing_is_wrong_and_waiting_letters_are_to_be_watched() -> None:
    assert stack.ledger([{"topic": "clicks", "missing": 0}]).level == "well"
    assert is_wrong([stack.ledger([{"topic": "clicks", "missing": 2}])])
    row = {"topic": "clicks", "code": "invalid", "letters": 3, "replayed": 1}
    assert "2 of clicks (invalid)" in stack.letters([row]).what
    assert stack.letters([{**row, "replayed": 3}, {**row, "code": "forgotten"}]).level == "well"
