from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.envelope import Count, Event, Words

GOOD: dict[str, Any] = {"event_id": "e1", "tenant": "acme", "occurred_at": datetime(2026, 1, 1, tzinfo=UTC)}


class Counted(Words):
    """A value with a number."""

    count: Count = 0
    share: float = 0.0


def test_an_event_carries_id_tenant_and_time_and_never_changes() -> None:
    event = Event(**GOOD)
    assert event.schema_version == 1
    with pytest.raises(ValidationError, match="frozen"):
        event.tenant = "other"


@pytest.mark.parametrize(
    "wrong",
    [
        {"occurred_at": datetime(2026, 1, 1)},  # noqa: DTZ001  # that it has no offset is what is tried
        {"occurred_at": 3},
        {"schema_version": 2},
        {"event_id": ""},
        {"event_id": 3},
        {"tenant": "no such tenant name"},
        {"unknown": 1},
    ],
)
def test_what_is_coerced_unknown_or_without_an_offset_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Event(**{**GOOD, **wrong})


@pytest.mark.parametrize("wrong", [{"count": -1}, {"count": 2**53 + 1}, {"count": 1.0}, {"share": float("nan")}])
def test_numbers_are_those_that_every_json_reader_holds(wrong: dict[str, Any]) -> None:
    assert Counted(count=2**53).count == 2**53
    with pytest.raises(ValidationError):
        Counted(**wrong)
