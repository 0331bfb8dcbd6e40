"""Whole batches of one event type as Arrow columns, at a third of the cost of validating event by event.

Arrow's JSON reader parses the batch; constraints taken from the event's own JSON Schema are then checked column by
column (`schemas.column_plan`). Pydantic stays the law: whatever is not *certainly* valid here (a check that says no, a
date written unusually, a chunk that Arrow cannot read) is decoded, and cut to its limits, by `schemas.codec`, event by
event. So a mistake in this module can cost time only.

One bad event makes Arrow refuse the whole batch. The first ones are left out where Arrow says that it stopped; when
there are more, every value is looked at by itself, cheaply (`_sieved`), and Arrow reads those that have the fields and
types of the event; a batch that it still cannot read is halved.

Why row i is record i: each value begins with `{`, ends with `}`, and values are parted by a line feed. A line feed
cannot stand within a JSON string, and `}` followed by `{` cannot stand within an object or array, so every record
begins at least one row; as many rows as records then means exactly one each.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
from numpy.typing import NDArray

from schemas.codec import EARLIEST, MAX_CLOCK_SKEW, Rejection, accept
from schemas.column_plan import MOMENT, Certain, Fit, Plan, plan_of, schema_of
from schemas.ids import SEPARATOR
from schemas.limits import Cuts
from schemas.topics import MAX_EVENT_BYTES, Topic

Bytes: TypeAlias = Any
"""An Arrow array of binary values, nulls among them. (pyarrow carries no types.)"""

_CHUNK = 64
"""Records below which a chunk that Arrow cannot read is decoded one by one instead of being sieved or halved again."""


_SUSPECTS = 2
"""So many records are left out, one after the other, before all are looked at: that costs as much as reading thrice."""

_ROW = re.compile(r" in row (\d+)$")
"""Where Arrow says that it stopped. Only a hint: a record that is left out wrongly is decoded one by one."""


@dataclass(frozen=True)
class Decoded:
    """The accepted events of a batch of one event type, as columns.

    `table` is Arrow's, one column a field of the event; `positions` say where in the batch each row stands, in order;
    `rejected` are the other positions, with the reason; `cuts` says what was cut of which row to make it fit.
    """

    table: Any
    positions: NDArray[np.int64]
    rejected: list[tuple[int, Rejection]]
    cuts: dict[int, Cuts] = field(default_factory=dict)

    @cached_property
    def occurred_at(self) -> NDArray[np.int64]:
        """When each event happened, milliseconds since 1970; the table has microseconds."""
        column = self.table["occurred_at"].cast(pa.timestamp("ms", "UTC"), safe=False)
        return np.asarray(column.cast(pa.int64()).to_numpy(), dtype=np.int64)


def decode_columns(
    topic: Topic,
    keys: Bytes,
    values: Bytes,
    now: datetime,
    tenants: Collection[str] = (),
) -> Decoded:
    """Return the events of a topic that carries one event type, exactly those that `codec.decode` would return.

    `now` is when they were received; `tenants` are those that may send (none named: all).
    """
    plan = plan_of(topic.events[0])
    certain = [] if plan is None else _certain(plan, keys, values, now, tenants, np.arange(len(values)))
    known = np.concatenate([positions for positions, _ in certain]) if certain else np.array([], np.int64)
    if certain and len(known) == len(values):
        return Decoded(pa.concat_tables([table for _, table in certain]), known, [])
    return _with_the_rest(topic, keys, values, now, tenants, certain, known)


def _with_the_rest(
    topic: Topic,
    keys: Bytes,
    values: Bytes,
    now: datetime,
    tenants: Collection[str],
    certain: list[tuple[NDArray[np.int64], Any]],
    known: NDArray[np.int64],
) -> Decoded:
    schema = schema_of(topic.events[0])
    rows, positions, rejected = [], [], []
    cut: dict[int, Cuts] = {}
    for i in np.setdiff1d(np.arange(len(values)), known, assume_unique=True).tolist():
        found = accept(topic, keys[i].as_py(), values[i].as_py(), now, tenants)
        if isinstance(found, Rejection):
            rejected.append((i, found))
        else:
            rows.append(found.event.model_dump())
            positions.append(i)
            if found.cuts:
                cut[i] = found.cuts
    table = pa.concat_tables([*(table for _, table in certain), pa.Table.from_pylist(rows, schema=schema)])
    kept = np.concatenate([known, np.array(positions, np.int64)])
    order = np.argsort(kept)
    cuts = {int(row): cut[i] for row, i in enumerate(kept[order].tolist()) if i in cut}
    return Decoded(table.take(order), kept[order], rejected, cuts)


def _certain(
    plan: Plan, keys: Bytes, values: Bytes, now: datetime, tenants: Collection[str],
    positions: NDArray[np.int64], suspects: int = _SUSPECTS,
) -> list[tuple[NDArray[np.int64], Any]]:  # fmt: skip
    """Return (positions, table) of those events at these positions of the batch that are certainly valid."""
    chunk, named = _at(values, positions), _at(keys, positions)
    shaped = _shaped(chunk)
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
    table = _defaulted(plan, table, chunk)
    certain = pc.and_(plan.check(table), _of_own_tenant(table, named, tenants))
    table = _dated(table, certain)
    newest, oldest = pa.scalar(now + MAX_CLOCK_SKEW, MOMENT), pa.scalar(EARLIEST, MOMENT)
    when = table["occurred_at"]
    certain = pc.and_(
        certain, pc.fill_null(pc.and_(pc.less_equal(when, newest), pc.greater_equal(when, oldest)), False)
    )
    if pc.all(certain).as_py():
        return [(positions, table)]
    return [(positions[certain.to_numpy()], table.filter(certain))]


def _at(column: Bytes, positions: NDArray[np.int64]) -> Bytes:
    """Return the items at these positions, which are distinct and in order."""
    return column if len(positions) == len(column) else column.take(pa.array(positions))


def _shaped(values: Bytes) -> NDArray[np.bool_]:
    """Tell which values may be one object each, as far as their ends and their length show."""
    braced = pc.and_(pc.starts_with(values, b"{"), pc.ends_with(values, b"}"))
    fit = pc.fill_null(pc.and_(braced, pc.less_equal(pc.binary_length(values), MAX_EVENT_BYTES)), False)
    return np.asarray(fit.to_numpy(zero_copy_only=False), bool)


def _read(plan: Plan, values: Bytes) -> tuple[Any, int | None]:
    """Return shaped values as an Arrow table; None when Arrow cannot read every one of them as one row, and the
    position of the one at fault where that is known."""
    lines = pc.binary_join(pa.ListArray.from_arrays([0, len(values)], values), b"\n")[0].as_buffer()
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(lines),
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=lines.size + 1),
            parse_options=pyarrow.json.ParseOptions(explicit_schema=plan.raw, unexpected_field_behavior="error"),
        )
        table.validate(full=True)  # strings are UTF-8
    except pa.ArrowException as error:
        row = _ROW.search(str(error))
        return None, int(row[1]) if row and int(row[1]) < len(values) else None
    return (table.combine_chunks() if len(table) == len(values) else None), None


def _sieved(plan: Plan, values: Bytes) -> NDArray[np.bool_]:
    """Tell which shaped values Arrow can be expected to read: those of known fields and types."""
    return np.array([_legible(value, plan.fits) for value in values.to_pylist()], bool)


def _legible(value: bytes | None, fits: Fit) -> bool:
    try:
        return fits(orjson.loads(value or b""))
    except orjson.JSONDecodeError:
        return False


def _defaulted(plan: Plan, table: Any, values: Bytes) -> Any:  # noqa: ANN401
    """Fill in the defaults of fields that are certainly absent: Arrow shows an absent field and a null alike."""
    for name, default in plan.defaults.items():
        column = table[name]
        if column.null_count:
            # A field's name may be spelt with escapes; without a backslash it stands as it is, or not at all.
            spelt = pc.or_(pc.match_substring(values, f'"{name}"'), pc.match_substring(values, "\\"))
            absent = pc.and_(pc.is_null(column), pc.invert(spelt))
            filled = pc.if_else(absent, pa.scalar(default, column.type), column)
            table = table.set_column(table.schema.get_field_index(name), name, filled)
    return table


def _of_own_tenant(table: Any, keys: Bytes, tenants: Collection[str]) -> Certain:  # noqa: ANN401
    """Tell which events' keys name the events' tenant, a tenant that may send."""
    column = table["tenant"]
    present = pc.unique(column).to_pylist()
    certain = pa.repeat(False, len(table))
    for tenant in present:
        if tenant is not None and (not tenants or tenant in tenants):
            named = pc.starts_with(keys, (tenant + SEPARATOR).encode())
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
