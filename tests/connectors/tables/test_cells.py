"""A cell is what its field has to be, or a sentence says what is right."""

from datetime import UTC, datetime

import pytest

from connectors.tables.cells import Wrong, instant, is_typed, number, value


@pytest.mark.parametrize(
    ("name", "cells", "found"),
    [
        ("acl", ["it; support;"], ["it", "support"]),
        ("acl", [["it;x"], "hr"], ["it;x", "hr"]),
        ("results", ["a;b"], [{"document": "a", "rank": 1}, {"document": "b", "rank": 2}]),
        ("version", ["2.0"], 2),
        ("dwell_seconds", [4], 4.0),
        ("occurred_at", ["2026-11-02"], datetime(2026, 11, 2, tzinfo=UTC)),
        ("deleted", ["Yes"], True),
        ("body", ["a", "b"], "a\n\nb"),
        ("title", ["a ", 7], "a 7"),
    ],
)
def test_a_cell_is_read_as_its_field_is(name: str, cells: list[object], found: object) -> None:
    assert value(name, cells, ";") == found


def test_text_is_the_one_kind_that_needs_no_reading() -> None:
    assert all(map(is_typed, ("acl", "version", "latency_ms", "updated_at", "deleted")))
    assert not any(map(is_typed, ("title", "body", "user")))


@pytest.mark.parametrize("cell", ["first", "nan", "inf", "-inf", "1e999", "", None, [1]])
@pytest.mark.parametrize("whole", [False, True])
def test_what_is_no_finite_number_is_named(cell: object, whole: bool) -> None:
    with pytest.raises(Wrong, match=r"rank: '.*' is none; a (whole )?number is right"):
        number(cell, "rank", whole)


def test_a_broken_number_is_none_where_a_whole_one_is_asked_for() -> None:
    assert number("1.7", "dwell", whole=False) == 1.7
    with pytest.raises(Wrong, match=r"rank: '1.7' is none; a whole number is right"):
        number("1.7", "rank", whole=True)


@pytest.mark.parametrize("cell", ["soon", None, "9999-12-31T23:59:59-01:00"])
def test_what_is_no_instant_is_named(cell: object) -> None:
    with pytest.raises(Wrong, match=r"time: '.*' is none; ISO 8601"):
        instant(cell, "time")
