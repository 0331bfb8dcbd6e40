"""Whole batches of one event type as Arrow columns, at a third of the cost of validating event by event.

Arrow's JSON reader parses the batch; constraints taken from the event's own JSON Schema are then checked column by
column (`schemas.column_plan`). Pydantic stays the law: whatever is not *certainly* valid here (a check that says no, a
date written unusually, a chunk that Arrow cannot read) is decoded by `schemas.codec`, event by event. So a mistake in
this module can cost time only.

One bad event makes Arrow refuse the whole batch. The first ones are left out where Arrow says that it stopped; when
there are more, every value is looked at by itself, cheaply (`_sieved`), and Arrow reads those that have the fields and
types of the event; a batch that it still cannot read is halved.

Why row i is record i: each value begins with `{`, ends with `}`, and values are parted by a line feed. A line feed
cannot stand within a JSON string, and `}` followed by `{` cannot stand within an object or array, so every record
begins at least one row; as many rows as records then means exactly one each.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
from numpy.typing import NDArray

from schemas.codec import EARLIEST, MAX_CLOCK_SKEW, Rejection, decode
from schemas.column_plan import MOMENT, Certain, Fit, Plan, plan_of, schema_of
from schemas.topics import KEY_SEPARATOR, MAX_EVENT_BYTES, Topic

_CHUNK = 64
"""Records below which a chunk that Arrow cannot read is decoded one by one instead of being sieved or halved again."""


_SUSPECTS = 2
"""So many records are left out, one after the other, before all are looked at: that costs as much as reading thrice."""

_ROW = re.compile(r" in row (\d+)$")
"""Where Arrow says that it stopped. Only a hint: a record that is left out wrongly is decoded one by one."""


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
    plan = plan_of(topic.events[0])
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
    schema = schema_of(topic.events[0])
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
    plan: Plan, keys: Sequence[bytes | None], values: Sequence[bytes | None], now: datetime,
    tenants: Collection[str], positions: NDArray[np.int64], suspects: int = _SUSPECTS,
) -> list[tuple[NDArray[np.int64], Any]]:  # fmt: skip
    """Return (positions, table) of those events at these positions of the batch that are certainly valid."""
    chunk = [values[i] for i in positions.tolist()]
    raw = pa.array(chunk, pa.binary())
    shaped = _shaped(raw)
    if not shaped.all():
        return _certain(plan, keys, values, now, tenants, positions[shaped], suspects)
    table, suspect = _read(plan, chunk)
    if table is None:
        if len(positions) <= _CHUNK:
            return []
        if suspects > 0 and suspect is not None:
            return _certain(plan, keys, values, now, tenants, np.delete(positions, suspect), suspects - 1)
        if suspects >= 0:
            return _certain(plan, keys, values, now, tenants, positions[_sieved(plan, chunk)], -1)
        halves = np.array_split(positions, 2)
        return [found for half in halves for found in _certain(plan, keys, values, now, tenants, half, -1)]
    table = _defaulted(plan, table, raw)
    certain = pc.and_(plan.check(table), _placed(table, [keys[i] for i in positions.tolist()], tenants))
    table = _dated(table, certain)
    newest, oldest = pa.scalar(now + MAX_CLOCK_SKEW, MOMENT), pa.scalar(EARLIEST, MOMENT)
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


def _read(plan: Plan, values: Sequence[bytes | None]) -> tuple[Any, int | None]:
    """Return shaped values as an Arrow table; None when Arrow cannot read every one of them as one row, and the
    position of the one at fault where that is known."""
    lines = b"\n".join(values)  # type: ignore[arg-type]  # no null among them: `_shaped`
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(lines),
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
            parse_options=pyarrow.json.ParseOptions(explicit_schema=plan.raw, unexpected_field_behavior="error"),
        )
        table.validate(full=True)  # strings are UTF-8
    except pa.ArrowException as error:
        row = _ROW.search(str(error))
        return None, int(row[1]) if row and int(row[1]) < len(values) else None
    return (table.combine_chunks() if len(table) == len(values) else None), None


def _sieved(plan: Plan, values: Sequence[bytes | None]) -> NDArray[np.bool_]:
    """Tell which shaped values Arrow can be expected to read: those of known fields and types."""
    return np.array([_legible(value, plan.fits) for value in values], bool)


def _legible(value: bytes | None, fits: Fit) -> bool:
    try:
        return fits(orjson.loads(value or b""))
    except orjson.JSONDecodeError:
        return False


def _defaulted(plan: Plan, table: Any, raw: Any) -> Any:  # noqa: ANN401
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
        when = text.cast(MOMENT)
    except pa.ArrowException:  # a thirty-first of February: nothing of this chunk is certain
        when = pa.nulls(len(table), MOMENT)
    return table.set_column(table.schema.get_field_index("occurred_at"), "occurred_at", when)
