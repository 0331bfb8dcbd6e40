"""How to read one event type as Arrow columns: its types and its rules, taken from its own JSON Schema.

Whatever passes must be certain to be valid: a rule that only pydantic knows is repeated in `_EXTRA`, and an event type
with validators that is not in it has no plan.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from schemas.activity import CitationOpened
from schemas.envelope import Event

_INSTANT = r"^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-](0\d|1\d|2[0-3]):[0-5]\d)$"
MOMENT = pa.timestamp("us", "UTC")

Certain: TypeAlias = Any
"""An Arrow array of booleans: true where a value is certainly valid. (pyarrow carries no types.)"""

Check = Callable[[Any], Certain]
Fit = Callable[[Any], bool]
"""Tells whether a value out of a JSON reader can stand in a column of its Arrow type."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read an event type: Arrow's schema, what must hold of the columns, what one record must be for Arrow to
    read it, and the values of absent fields."""

    raw: Any
    check: Check
    fits: Fit
    defaults: dict[str, str | int | float]


@cache
def schema_of(event: type[Event]) -> Any:  # noqa: ANN401
    """Return the Arrow schema of decoded events: `occurred_at` is an instant there."""
    raw = _types(event).raw
    return raw.set(raw.get_field_index("occurred_at"), pa.field("occurred_at", MOMENT))


@cache
def plan_of(event: type[Event]) -> Plan | None:
    """Return how to read an event type, or None when it has rules that cannot be checked here."""
    decorators = event.__pydantic_decorators__
    extra = _EXTRA.get(event)
    validators = {*decorators.model_validators, *decorators.field_validators, *decorators.validators}
    if validators != (extra[0] if extra else set()):
        return None
    plan = _types(event)
    if extra is None:
        return plan
    return replace(plan, check=lambda table: pc.and_(plan.check(table), extra[1](table)))


@cache
def _types(event: type[Event]) -> Plan:
    schema = event.model_json_schema(mode="validation")
    kind, check = _object(schema, schema.get("$defs", {}))
    known = {name: spec.get("default") for name, spec in schema["properties"].items()}
    defaults = {name: value for name, value in known.items() if isinstance(value, str | int | float)}
    return Plan(pa.schema(list(kind)), check, _fit(kind), defaults)


def _fit(kind: Any) -> Fit:  # noqa: ANN401  # an Arrow type
    if pa.types.is_struct(kind):
        inner = {field.name: _fit(field.type) for field in kind}
        return lambda v: (
            v is None or (type(v) is dict and all(name in inner and inner[name](part) for name, part in v.items()))
        )
    if pa.types.is_list(kind):
        item = _fit(kind.value_type)
        return lambda v: v is None or (type(v) is list and all(item(part) for part in v))
    allowed = {pa.string(): (str,), pa.int64(): (int,), pa.float64(): (int, float)}[kind]
    return lambda v: v is None or type(v) in allowed


def _object(spec: dict[str, Any], known: dict[str, Any]) -> tuple[Any, Check]:
    if spec.get("additionalProperties") is not False:
        raise TypeError(f"an object that admits unknown fields: {json.dumps(spec)[:200]}")
    fields = {name: _value(field, known) for name, field in spec["properties"].items()}

    def check(parent: Any) -> Certain:  # noqa: ANN401  # a table or a struct array
        part = (lambda name: pc.struct_field(parent, name)) if isinstance(parent, pa.StructArray) else parent.column
        certain = pa.repeat(True, len(parent))
        for name, (_, valid) in fields.items():
            column = part(name)
            certain = pc.and_(certain, valid(column.combine_chunks() if hasattr(column, "chunks") else column))
        return certain

    return pa.struct([(name, kind) for name, (kind, _) in fields.items()]), check


def _value(spec: dict[str, Any], known: dict[str, Any]) -> tuple[Any, Check]:
    if "$ref" in spec:
        return _object(known[spec["$ref"].rsplit("/", 1)[1]], known)
    if "anyOf" in spec:
        inner, null = spec["anyOf"]
        if null != {"type": "null"}:
            raise TypeError(f"a union: {json.dumps(spec)[:200]}")
        kind, valid = _value(inner, known)
        return kind, lambda column: pc.or_(pc.is_null(column), valid(column))
    if spec["type"] == "array":
        return _array(spec, known)
    return _scalar(spec)


def _array(spec: dict[str, Any], known: dict[str, Any]) -> tuple[Any, Check]:
    kind, valid = _value(spec["items"], known)
    least, most = spec.get("minItems", 0), spec.get("maxItems", 1 << 30)

    def check(column: Any) -> Certain:  # noqa: ANN401
        sizes = pc.list_value_length(column)
        certain = pc.fill_null(pc.and_(pc.greater_equal(sizes, least), pc.less_equal(sizes, most)), False)
        items = valid(pc.list_flatten(column))
        if pc.all(items).as_py() is not False:
            return certain
        spoilt = pc.list_parent_indices(column).filter(pc.invert(items))
        keep = np.ones(len(column), bool)
        keep[spoilt.to_numpy()] = False
        return pc.and_(certain, pa.array(keep))

    return pa.list_(kind), check


def _scalar(spec: dict[str, Any]) -> tuple[Any, Check]:
    kind = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64()}[spec["type"]]
    tests: list[Check] = [pc.is_valid]
    allowed = [spec["const"]] if "const" in spec else spec.get("enum")
    if allowed is not None:
        tests.append(lambda column: pc.is_in(column, value_set=pa.array(allowed, kind)))
    elif spec.get("format") == "date-time":
        tests.append(lambda column: pc.match_substring_regex(column, _INSTANT))
    elif "format" in spec:
        raise TypeError(f"a format that is not checked here: {spec['format']}")
    if "pattern" in spec:
        tests.append(lambda column: pc.match_substring_regex(column, spec["pattern"]))
    if "minLength" in spec or "maxLength" in spec:
        least, most = spec.get("minLength", 0), spec.get("maxLength", 1 << 30)
        tests.append(lambda column: _between(pc.utf8_length(column), least, most))
    if kind == pa.float64():
        tests.append(pc.is_finite)
    if "minimum" in spec:
        tests.append(partial(pc.less_equal, pa.scalar(spec["minimum"], kind)))
    if "maximum" in spec:
        tests.append(partial(pc.greater_equal, pa.scalar(spec["maximum"], kind)))

    def check(column: Any) -> Certain:  # noqa: ANN401
        certain = tests[0](column)
        for test in tests[1:]:
            certain = pc.and_(certain, pc.fill_null(test(column), False))
        return certain

    return kind, check


def _between(column: Any, least: float, most: float) -> Certain:  # noqa: ANN401
    return pc.and_(pc.greater_equal(column, least), pc.less_equal(column, most))


def _opened_what_was_cited(table: Any) -> Certain:  # noqa: ANN401
    cited = table["cited"].combine_chunks()
    parents = pc.list_parent_indices(cited)
    same = pc.equal(pc.list_flatten(cited), pc.take(table["document"].combine_chunks(), parents))
    found = np.zeros(len(table), bool)
    found[parents.filter(pc.fill_null(same, False)).to_numpy()] = True
    return pa.array(found)


_EXTRA: dict[type[Event], tuple[set[str], Check]] = {
    CitationOpened: ({"_opened_what_was_cited"}, _opened_what_was_cited),
}
"""Rules that the JSON Schema does not show: the validators' names, and the check that stands for them."""
