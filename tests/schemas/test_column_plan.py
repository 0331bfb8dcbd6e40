"""Plans: the Arrow types and the rules that are taken from an event's own schema, and what has no plan."""

from typing import Annotated, Any, Literal

import pyarrow as pa
import pytest
from pydantic import Field, StringConstraints, field_validator

from schemas import column_plan
from schemas.activity import CitationOpened, DocumentOpened, SearchServed
from schemas.column_plan import MOMENT, Plan, plan_of, schema_of
from schemas.envelope import Event, Words
from tests.schemas.samples import cited, opened


class Inner(Words):
    """A value within an event."""

    name: Annotated[str, StringConstraints(min_length=2, max_length=3)]


class Tried(Event):
    """An event with a rule of every kind."""

    type: Literal["Tried"] = "Tried"
    colour: Literal["red", "blue"] = "red"
    weight: float = 1.0
    share: Annotated[float, Field(ge=0, le=1)] = 0.5
    inner: Inner | None = None
    names: Annotated[tuple[Annotated[str, StringConstraints(pattern="^[a-z]+$")], ...], Field(max_length=2)] = ()


GOOD: dict[str, Any] = {
    "event_id": "e1", "tenant": "acme", "occurred_at": "2026-06-01T11:00:00Z", "schema_version": 1, "type": "Tried",
    "colour": "red", "share": 0.5, "weight": 2.0,
    "inner": {"name": "ab"}, "names": ["a", "b"],
}  # fmt: skip


def plan(event: type[Event]) -> Plan:
    found = plan_of(event)
    assert found is not None
    return found


def certain(event: type[Event], *rows: dict[str, Any]) -> list[bool]:
    """Return which of the rows the plan is certain of."""
    made = plan(event)
    return list(made.check(pa.Table.from_pylist(list(rows), schema=made.raw)).to_pylist())


def test_every_field_has_its_arrow_type_and_an_instant_is_decoded() -> None:
    raw, decoded = plan(DocumentOpened).raw, schema_of(DocumentOpened)
    assert raw.names == decoded.names == list(DocumentOpened.model_fields)
    assert raw.field("from_search").type == pa.struct(
        [("search", pa.string()), ("query", pa.string()), ("rank", pa.int64())]
    )
    assert raw.field("dwell_seconds").type == pa.float64()
    assert (raw.field("occurred_at").type, decoded.field("occurred_at").type) == (pa.string(), MOMENT)
    assert [raw.field(n).type == decoded.field(n).type for n in raw.names].count(False) == 1
    results = plan(SearchServed).raw.field("results").type
    assert results == pa.list_(pa.struct([("document", pa.string()), ("rank", pa.int64()), ("score", pa.float64())]))


def test_only_fields_with_a_plain_default_have_one() -> None:
    assert plan(Tried).defaults == {"schema_version": 1, "type": "Tried", "colour": "red", "weight": 1.0, "share": 0.5}


@pytest.mark.parametrize(
    "odd",
    [
        {"colour": "green"}, {"share": -0.1}, {"share": 1.1}, {"share": float("nan")}, {"share": None},
        {"weight": float("nan")}, {"weight": float("inf")},
        {"inner": {"name": "a"}}, {"inner": {"name": "abcd"}}, {"inner": {"name": None}}, {"names": ["a", "B"]},
        {"names": ["a", "b", "c"]}, {"names": ["a", None]}, {"names": None}, {"event_id": ""}, {"event_id": "a b"},
        {"tenant": "-"}, {"occurred_at": "2026-06-01T11:00:00"}, {"schema_version": 2}, {"type": "Other"},
    ],
    ids=str,
)  # fmt: skip
def test_one_row_that_breaks_a_rule_costs_no_neighbour(odd: dict[str, Any]) -> None:
    assert certain(Tried, GOOD, {**GOOD, **odd}, GOOD) == [True, False, True]


def test_what_is_just_within_the_rules_is_certain() -> None:
    edges: list[dict[str, Any]] = [
        {"share": 0.0},
        {"share": 1.0},
        {"inner": None},
        {"inner": {"name": "äöü"}},
        {"names": []},
        {"colour": "blue"},
    ]
    rows = [GOOD | edge for edge in edges]
    assert certain(Tried, *rows) == [True] * len(rows)


def test_a_rule_that_only_pydantic_knows_is_checked_too() -> None:
    good: dict[str, Any] = cited().model_dump(mode="json")
    other = {**good, "document": "doc-3"}
    elsewhere: dict[str, Any] = {**good, "cited": ["doc-3"], "document": "doc-3"}
    assert certain(CitationOpened, good, other, elsewhere) == [True, False, True]


@pytest.mark.parametrize(
    ("odd", "fits"),
    [
        ({}, True), ({"dwell_seconds": 3}, True), ({"dwell_seconds": None}, True), ({"dwell_seconds": "3"}, False),
        ({"dwell_seconds": True}, False), ({"schema_version": 1.0}, False), ({"schema_version": True}, False),
        ({"user": 7}, False), ({"from_search": {"rank": 1}}, True), ({"from_search": {"rank": 1.5}}, False),
        ({"from_search": []}, False), ({"colour": "red"}, False), ({"from_search": {"more": 1}}, False),
    ],
    ids=str,
)  # fmt: skip
def test_what_can_stand_in_a_column_is_told_before_arrow_coerces_it(odd: dict[str, Any], fits: bool) -> None:
    record = {**opened().model_dump(mode="json"), **odd}
    column = plan(DocumentOpened)
    inner = {name: value for name, value in record.items() if name in DocumentOpened.model_fields or name in odd}
    assert column.fits(inner) is fits


def test_lists_fit_by_their_items() -> None:
    names = [{"names": ["a"]}, {"names": ["a", 1]}, {"names": "a"}, {"names": ("a",)}]
    assert [plan(Tried).fits(row) for row in names] == [True, False, False, False]


def test_an_event_with_a_field_validator_has_no_plan() -> None:
    class Validated(Tried):
        """An event with a rule in Python."""

        @field_validator("colour")
        @classmethod
        def _any(cls, value: str) -> str:
            return value

    assert plan_of(Tried) is not None
    assert plan_of(Validated) is None


@pytest.mark.parametrize(
    ("field", "result"),
    [(int | str, "a union"), (Annotated[str, Field(json_schema_extra={"format": "uri"})], "a format")],
)
def test_a_type_that_cannot_be_checked_here_is_named(field: Any, result: str) -> None:  # noqa: ANN401  # a type
    odd = type("Odd", (Event,), {"__annotations__": {"odd": field}, "__doc__": "An event with an odd field."})
    with pytest.raises(TypeError, match=result):
        plan_of(odd)


def test_an_event_with_a_validator_unknown_here_is_left_to_pydantic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(column_plan, "_EXTRA", {})
    column_plan.plan_of.cache_clear()
    try:
        assert column_plan.plan_of(CitationOpened) is None
    finally:
        column_plan.plan_of.cache_clear()
