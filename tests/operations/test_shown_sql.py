"""What a page shows as its query runs as it stands, and gives what the page shows."""

import json

import pytest

from operations import analysis, drift_history, quality
from operations.shown_sql import literal, shown
from tests.operations.past import PERIOD, RULES, TENANT
from tests.streams.lives import Streams

_GIVEN = {"tenant": TENANT, **PERIOD.parameters(), **RULES.parameters()}


@pytest.mark.parametrize("name", [drift_history.QUERY, drift_history.HAPPENINGS, quality.QUERY])
def test_a_shown_query_gives_the_rows_of_the_page(past: Streams, name: str) -> None:
    text = shown(name, **_GIVEN)
    assert "{" not in text
    answered = [json.loads(line) for line in analysis.answer(past.warehouse, text, "json").splitlines()]
    assert len(answered) == len(past.warehouse.query(name, **_GIVEN)) > 0


def test_values_cannot_end_their_literal(past: Streams) -> None:
    for hostile in ("' OR 1 = 1 --", "\\' OR 1", "\\", "a'b\\\\'c"):
        (row,) = past.warehouse.rows(f"SELECT {literal(hostile)} AS text")
        assert row["text"] == hostile
    assert (literal(2.5), literal(["a", "b'"])) == ("2.5", "['a', 'b\\'']")


def test_a_parameter_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        shown(drift_history.QUERY, tenant="acme")
