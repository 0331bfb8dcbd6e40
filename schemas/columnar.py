"""Whole batches of one event type as Arrow columns, at a third of the cost of validating event by event.

Arrow's JSON reader parses the batch; constraints taken from the event's own JSON Schema are then checked column by
column. Pydantic stays the law: whatever is not *certainly* valid here (a check that says no, a date written unusually,
a chunk that Arrow cannot read) is decoded by `schemas.codec`, event by event. So a mistake in this module can cost
time, but a rule that only pydantic knows must be repeated here: `_EXTRA` holds those, and an event type with validators
that is not in it is never read this way.

One bad event makes Arrow refuse the whole batch. Then every value is looked at by itself, cheaply (`_sieved`), and
Arrow reads those that have the fields and types of the event; a batch that it still cannot read is halved.

Why row i is record i: each value begins with `{`, ends with `}`, and values are parted by a line feed. A line feed
cannot stand within a JSON string, and `}` followed by `{` cannot stand within an object or array, so every record
begins at least one row; as many rows as records then means exactly one each.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
from numpy.typing import NDArray

from schemas.activity import CitationOpened
from schemas.codec import EARLIEST, MAX_CLOCK_SKEW, Rejection, decode
from schemas.envelope import Event
from schemas.topics import KEY_SEPARATOR, MAX_EVENT_BYTES, Topic

_CHUNK = 64
"""Records below which a chunk that Arrow cannot read is decoded one by one instead of being sieved or halved again."""

_INSTANT = r"^[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-](0\d|1\d|2[0-3]):[0-5]\d)$"
_MOMENT = pa.timestamp("us", "UTC")

Certain: TypeAlias = Any
"""An Arrow array of booleans: true where a value is certainly valid. (pyarrow carries no types.)"""

Check = Callable[[Any], Certain]
Fit = Callable[[Any], bool]
"""Tells whether a value out of a JSON reader can stand in a column of its Arrow type."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A decoded batch: `table` has one column a field (`occurred_at` as microseconds, UTC), `kept` its rows' positions
    in the batch, in order; `rejected` the other positions, with the reason."""

    table: Any
    kept: NDArray[np.int64]
    rejected: list[tuple[int, Rejection]]


def decode_columns(
    topic: Topic,
    keys: Sequence[bytes | None],
    values: Sequence[bytes | None],
    now: datetime,
    tenants: Collection[str] = (),
) -> Columns:
    """Return the events of a topic that carries one event type, exactly those that `codec.decode` would return."""
    plan = _plan(topic.events[0])
    certain = [] if plan is None else _certain(plan, keys, values, now, tenants, np.arange(len(values)))
    known = np.concatenate([positions for positions, _ in certain]) if certain else np.array([], np.int64)
    if certain and len(known) == len(values):
        return Columns(pa.concat_tables([table for _, table in certain]), known, [])
    return _with_the_rest(topic, keys, values, now, tenants, certain, known)


def _with_the_rest(
    topic: Topic,
    keys: Sequence[bytes | None],
    values: Sequence[bytes | None],
    now: datetime,
    tenants: Collection[str],
    certain: list[tuple[NDArray[np.int64], Any]],
    known: NDArray[np.int64],
) -> Columns:
    schema = _schema(topic.events[0])
    rows, positions, rejected = [], [], []
    for i in np.setdiff1d(np.arange(len(values)), known, assume_unique=True).tolist():
        event = decode(topic, keys[i], values[i], now, tenants)
        if isinstance(event, Rejection):
            rejected.append((i, event))
        else:
            rows.append(event.model_dump())
            positions.append(i)
    table = pa.concat_tables([*(table for _, table in certain), pa.Table.from_pylist(rows, schema=schema)])
    kept = np.concatenate([known, np.array(positions, np.int64)])
    order = np.argsort(kept)
    return Columns(table.take(order), kept[order], rejected)


def _certain(
    plan: "_Plan", keys: Sequence[bytes | None], values: Sequence[bytes | None], now: datetime,
    tenants: Collection[str], positions: NDArray[np.int64], sieved: bool = False,
) -> list[tuple[NDArray[np.int64], Any]]:  # fmt: skip
    """Return (positions, table) of those events at these positions of the batch that are certainly valid."""
    chunk = [values[i] for i in positions.tolist()]
    raw = pa.array(chunk, pa.binary())
    shaped = _shaped(raw)
    if not shaped.all():
        return _certain(plan, keys, values, now, tenants, positions[shaped], sieved)
    table = _read(plan, chunk)
    if table is None:
        if len(positions) <= _CHUNK:
            return []
        if not sieved:
            return _certain(plan, keys, values, now, tenants, positions[_sieved(plan, chunk)], True)
        halves = np.array_split(positions, 2)
        return [found for half in halves for found in _certain(plan, keys, values, now, tenants, half, True)]
    table = _defaulted(plan, table, raw)
    certain = pc.and_(plan.check(table), _placed(table, [keys[i] for i in positions.tolist()], tenants))
    table = _dated(table, certain)
    newest, oldest = pa.scalar(now + MAX_CLOCK_SKEW, _MOMENT), pa.scalar(EARLIEST, _MOMENT)
    when = table["occurred_at"]
    certain = pc.and_(
        certain, pc.fill_null(pc.and_(pc.less_equal(when, newest), pc.greater_equal(when, oldest)), False)
    )
    if pc.all(certain).as_py():
        return [(positions, table)]
    return [(positions[certain.to_numpy()], table.filter(certain))]


def _shaped(raw: Any) -> NDArray[np.bool_]:  # noqa: ANN401
    """Tell which values may be one object each, as far as their ends and their length show."""
    braced = pc.and_(pc.starts_with(raw, b"{"), pc.ends_with(raw, b"}"))
    fit = pc.fill_null(pc.and_(braced, pc.less_equal(pc.binary_length(raw), MAX_EVENT_BYTES)), False)
    return np.asarray(fit.to_numpy(zero_copy_only=False), bool)


def _read(plan: "_Plan", values: Sequence[bytes | None]) -> Any:  # noqa: ANN401
    """Return shaped values as an Arrow table; None when Arrow cannot read every one of them as one row."""
    lines = b"\n".join(values)  # type: ignore[arg-type]  # no null among them: `_shaped`
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(lines),
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
            parse_options=pyarrow.json.ParseOptions(explicit_schema=plan.raw, unexpected_field_behavior="error"),
        )
        table.validate(full=True)  # strings are UTF-8
    except pa.ArrowException:
        return None
    return table.combine_chunks() if len(table) == len(values) else None


def _sieved(plan: "_Plan", values: Sequence[bytes | None]) -> NDArray[np.bool_]:
    """Tell which shaped values Arrow can be expected to read: those of known fields and types."""
    return np.array([_legible(value, plan.fits) for value in values], bool)


def _legible(value: bytes | None, fits: Fit) -> bool:
    try:
        return fits(orjson.loads(value or b""))
    except orjson.JSONDecodeError:
        return False


def _defaulted(plan: "_Plan", table: Any, raw: Any) -> Any:  # noqa: ANN401
    """Fill in the defaults of fields that are certainly absent: Arrow shows an absent field and a null alike."""
    for name, default in plan.defaults.items():
        column = table[name]
        if column.null_count:
            # A field's name may be spelt with escapes; without a backslash it stands as it is, or not at all.
            spelt = pc.or_(pc.match_substring(raw, f'"{name}"'), pc.match_substring(raw, "\\"))
            absent = pc.and_(pc.is_null(column), pc.invert(spelt))
            filled = pc.if_else(absent, pa.scalar(default, column.type), column)
            table = table.set_column(table.schema.get_field_index(name), name, filled)
    return table


def _placed(table: Any, keys: Sequence[bytes | None], tenants: Collection[str]) -> Certain:  # noqa: ANN401
    """Tell which events' keys name the events' tenant, a tenant that may send."""
    column = table["tenant"]
    present = pc.unique(column).to_pylist()
    raw = pa.array(keys, pa.binary())
    certain = pa.repeat(False, len(table))
    for tenant in present:
        if tenant is not None and (not tenants or tenant in tenants):
            named = pc.starts_with(raw, (tenant + KEY_SEPARATOR).encode())
            own = named if len(present) == 1 else pc.and_(pc.equal(column, tenant), named)
            certain = pc.or_(certain, pc.fill_null(own, False))
    return certain


def _dated(table: Any, certain: Certain) -> Any:  # noqa: ANN401
    """Turn `occurred_at` into an instant; null where the text was not certain to be one."""
    text = pc.if_else(certain, table["occurred_at"], None)
    try:
        when = text.cast(_MOMENT)
    except pa.ArrowException:  # a thirty-first of February: nothing of this chunk is certain
        when = pa.nulls(len(table), _MOMENT)
    return table.set_column(table.schema.get_field_index("occurred_at"), "occurred_at", when)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to read an event type: Arrow's schema, what must hold of the columns, what one record must be for Arrow to
    read it, and the values of absent fields."""

    raw: Any
    check: Check
    fits: Fit
    defaults: dict[str, str | int | float]


@cache
def _schema(event: type[Event]) -> Any:  # noqa: ANN401
    raw = _types(event).raw
    return raw.set(raw.get_field_index("occurred_at"), pa.field("occurred_at", _MOMENT))


@cache
def _plan(event: type[Event]) -> _Plan | None:
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
def _types(event: type[Event]) -> _Plan:
    schema = event.model_json_schema(mode="validation")
    kind, check = _object(schema, schema.get("$defs", {}))
    known = {name: spec.get("default") for name, spec in schema["properties"].items()}
    defaults = {name: value for name, value in known.items() if isinstance(value, str | int | float)}
    return _Plan(pa.schema(list(kind)), check, _fit(kind), defaults)


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
    if "minimum" in spec or "maximum" in spec:
        tests.append(lambda column: _between(column, spec.get("minimum", -np.inf), spec.get("maximum", np.inf)))

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
